/**
 * The chat on a clinic's own website:
 *
 *   <script src="https://…/widget.js" async data-label="Ask us" data-position="bottom-left" data-colour="#1b544f"></script>
 *
 * It adds a button in a corner of the page. Pressed, the button opens the chat in an iframe from the service's origin,
 * so the website cannot read the chat and the chat cannot touch the website. Nothing of the chat is loaded before.
 * The two windows tell each other "open", "close" and "new" (a person has written), nothing else, and each checks who is
 * speaking.
 */
(() => {
  const script = document.currentScript;
  if (!(script instanceof HTMLScriptElement) || document.querySelector("[data-mesofaq-widget]")) return;
  const service = new URL(script.src).origin;
  const { label = "Questions? Ask us", position = "bottom-right", colour, color } = script.dataset;
  const isLeft = position === "bottom-left";
  const background = CSS.supports("color", colour ?? color ?? "") ? /** @type {string} */ (colour ?? color) : "#1b544f";

  /** Black or white, whichever is easier to read on the clinic's colour (WCAG 2.2 contrast). */
  function inkOn(/** @type {string} */ paint) {
    const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    if (!context) return "#fff";
    context.fillStyle = paint;
    context.fillRect(0, 0, 1, 1);
    const [red, green, blue] = [...context.getImageData(0, 0, 1, 1).data].map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    const light = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    return 1.05 / (light + 0.05) >= (light + 0.05) / 0.05 ? "#fff" : "#000";
  }

  // A constructed sheet in a shadow tree: the website's styles stay out, and its style-src policy does not matter.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { all: initial; }
    button, .panel { position: fixed; z-index: 2147483000; ${isLeft ? "left" : "right"}: 1.25rem; }
    button {
      bottom: 1.25rem; max-width: calc(100vw - 2.5rem); min-height: 3.25rem; padding: 0.6rem 1.4rem; border: 0;
      border-radius: 1.7rem; background: ${background}; color: ${inkOn(background)}; cursor: pointer;
      box-shadow: 0 0.3rem 1.2rem rgb(0 0 0 / 30%); font: 600 1rem/1.3 system-ui, sans-serif;
    }
    button:focus-visible { outline: 3px solid #0a5fb4; outline-offset: 3px; box-shadow: 0 0 0 3px #fff; }
    .panel {
      bottom: 5.25rem; width: min(26rem, calc(100vw - 2.5rem)); height: min(42rem, calc(100vh - 6.5rem));
      overflow: hidden; border-radius: 1rem; background: #fffdf9; box-shadow: 0 0.6rem 3rem rgb(0 0 0 / 35%);
    }
    .panel[hidden] { display: none; }
    .unseen { position: fixed; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
    iframe { display: block; width: 100%; height: 100%; border: 0; }
    @media (max-width: 32rem), (max-height: 30rem) {
      .panel { inset: 0; width: 100vw; height: 100vh; height: 100dvh; border-radius: 0; }
      button[aria-expanded="true"] { visibility: hidden; }
    }
    @media (forced-colors: active) { button, .panel { border: 1px solid; } }
  `);

  const host = document.createElement("div");
  host.dataset.mesofaqWidget = "";
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheet];

  const launcher = document.createElement("button");
  launcher.type = "button";
  launcher.setAttribute("aria-controls", "mesofaq-panel");
  const panel = document.createElement("div");
  panel.id = "mesofaq-panel";
  panel.className = "panel";
  const status = document.createElement("span");
  status.className = "unseen";
  status.setAttribute("role", "status");
  root.append(launcher, panel, status);
  /** @type {HTMLIFrameElement | null} */
  let frame = null;

  function show(/** @type {boolean} */ open) {
    panel.hidden = !open;
    launcher.setAttribute("aria-expanded", String(open));
    launcher.textContent = open ? "Close the chat" : label;
    status.textContent = "";
  }

  function showNew() {
    if (!panel.hidden) return;
    launcher.textContent = "New message for you";
    status.textContent = "You have a new message in the chat.";
  }

  function open() {
    show(true);
    if (frame) {
      frame.focus();
      frame.contentWindow?.postMessage({ mesofaq: "open" }, service);
      return;
    }
    frame = document.createElement("iframe");
    frame.title = `Chat: ${label}`;
    frame.referrerPolicy = "no-referrer";
    frame.src = `${service}/?embed=1&host=${encodeURIComponent(location.origin)}`;
    panel.append(frame);
    frame.focus();
  }

  function close() {
    show(false);
    launcher.focus();
  }

  launcher.addEventListener("click", () => (panel.hidden ? open() : close()));
  launcher.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !panel.hidden) close();
  });
  window.addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== service) return;
    if (event.data?.mesofaq === "close") close();
    if (event.data?.mesofaq === "new") showNew();
  });

  show(false);
  const attach = () => document.body.append(host);
  if (document.body) attach();
  else document.addEventListener("DOMContentLoaded", attach);
})();
