/**
 * The page inside the widget's iframe: it asks to be closed, tells that a person has written, and is told when it was
 * opened.
 *
 * Nothing else is ever posted between the two windows. The widget names its own origin in the page's address; a page
 * that lies about it gains nothing, and the service's `frame-ancestors` decides who may frame it at all.
 */

/**
 * @param {URLSearchParams} parameters
 * @param {{onOpen: () => void}} events
 * @returns {{close: () => void, tellNew: () => void}}
 */
export function joinWidget(parameters, { onOpen }) {
  const host = parameters.get("host") ?? "";
  const post = (/** @type {"close" | "new"} */ word) => {
    if (host) window.parent.postMessage({ mesofaq: word }, host);
  };
  const close = () => post("close");
  window.addEventListener("message", (event) => {
    if (event.source === window.parent && event.origin === host && event.data?.mesofaq === "open") onOpen();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && !document.querySelector("dialog[open]")) close();
  });
  return { close, tellNew: () => post("new") };
}
