/**
 * What deep-chat lacks for keyboards, screen readers and small windows.
 *
 * Its send button is a div without the space key, the text box does not say that it has several lines, and the message
 * list cannot be reached by keyboard.
 */

import { words } from "./words.js";

/**
 * @param {any} chat  the component, rendered
 * @param {() => boolean} isAtEnd  whether the newest message is in sight
 */
export function makeAccessible(chat, isAtEnd) {
  const root = /** @type {ShadowRoot} */ (chat.shadowRoot);
  const messages = /** @type {HTMLElement} */ (root.getElementById("messages"));
  messages.tabIndex = 0;
  messages.setAttribute("role", "region");
  messages.setAttribute("aria-label", words.conversation);
  const input = /** @type {HTMLElement} */ (root.getElementById("text-input"));
  input.setAttribute("role", "textbox");
  input.setAttribute("aria-multiline", "true");
  const send = /** @type {HTMLElement} */ (root.querySelector(".input-button"));
  send.addEventListener("keydown", (event) => {
    if (event.key !== " ") return;
    event.preventDefault();
    send.click();
  });
  // The newest message stays in sight when the list shrinks: a phone's keyboard opens, or a line of status appears.
  let wasAtEnd = false;
  messages.addEventListener("scroll", () => (wasAtEnd = isAtEnd()));
  new ResizeObserver(() => {
    if (wasAtEnd) chat.scrollToBottom();
  }).observe(messages);
}
