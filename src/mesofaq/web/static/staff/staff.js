/* What htmx cannot do: ready-made replies, finding a card, warning before typed words are lost, and saying what failed. */
"use strict";

(() => {
  const byId = (id) => document.getElementById(id);
  const unsent = () => [...document.querySelectorAll("[data-keeps]")].some((box) => box.value !== box.defaultValue && box.value.trim());
  const UNREACHABLE = "The service did not answer. Nothing that you typed is lost. Please try again in a moment.";

  const isAct = (event) => event.detail.requestConfig.verb !== "get";
  let isRefreshBroken = false;

  function tellUnreachable(event) {
    const line = document.createElement("p");
    line.className = "problem";
    line.textContent = UNREACHABLE;
    byId("notice").replaceChildren(line);
    isRefreshBroken = !isAct(event);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-fill]");
    if (!button) return;
    const chosen = byId(button.dataset.from).selectedOptions[0];
    const box = byId(button.dataset.fill);
    if (!chosen?.dataset.text) return;
    const before = box.value.trim() ? `${box.value.trimEnd()}\n\n` : "";
    box.value = before + chosen.dataset.text;
    box.focus();
  });

  document.addEventListener("input", (event) => {
    const list = byId(event.target.dataset?.filters ?? "");
    if (!list) return;
    const wanted = event.target.value.toLowerCase().split(/\s+/);
    for (const option of list.options) {
      const text = `${option.value} ${option.textContent}`.toLowerCase();
      option.hidden = !wanted.every((word) => text.includes(word));
    }
  });

  // The session may have been opened anew in another tab: what is sent carries its token, not the page's old one.
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get") event.detail.headers["X-CSRF-Token"] = byId("csrf").dataset.token;
    if (event.target.id === "transcript") event.detail.parameters.had = byId("reply-text") ? "true" : "false";
  });

  // A refresh that was asked for before an act and comes after it brings what the page has by now.
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target, fragment } = event.detail;
    const isOld = target.id === "steps" && fragment.querySelector("#seen")?.value === byId("seen").value;
    const hasBox = target.id === "answer" && byId("reply-text");
    if (isOld || hasBox) event.detail.shouldSwap = false;
  });

  document.addEventListener("htmx:confirm", (event) => {
    const closes = event.target.matches("form[data-closes]") && byId("reply-text")?.value.trim();
    if (closes && !window.confirm("You have typed a reply that was not sent. Go on without sending it?")) event.preventDefault();
  });

  for (const name of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(name, tellUnreachable);

  // A refresh that works again takes back its own complaint; one about something that was sent stays until the next act.
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.successful || (!isAct(event) && !isRefreshBroken)) return;
    isRefreshBroken = false;
    byId("notice").replaceChildren();
  });

  window.addEventListener("beforeunload", (event) => {
    if (unsent()) event.preventDefault();
  });
  // A form that is sent without htmx takes what was typed with it, or was meant to leave it.
  document.addEventListener("submit", (event) => {
    if (event.target.querySelector("[data-keeps]")) for (const box of event.target.querySelectorAll("[data-keeps]")) box.defaultValue = box.value;
  });

  // A browser opens six connections to a site and no more: a tab that nobody looks at gives its own back.
  let source;
  document.addEventListener("htmx:sseOpen", (event) => {
    source = event.detail.source;
    if (document.hidden) source.close();
  });
  document.addEventListener("visibilitychange", () => {
    const transcript = document.querySelector("[sse-connect]");
    if (!transcript || !source) return;
    if (document.hidden) {
      source.close();
    } else if (source.readyState === EventSource.CLOSED) {
      const address = transcript.getAttribute("sse-connect").split("?")[0];
      transcript.setAttribute("sse-connect", `${address}?after=${byId("after").value}&again=${Date.now()}`);
      window.htmx.process(transcript);
    }
  });
})();
