/**
 * The page's live regions: screen readers read out what is put there.
 *
 * deep-chat has none, and its message list must not become one: it changes for the typing dots as well. Old lines
 * are taken out after a while, so that nobody who reads through the page meets every answer twice.
 */

import { el } from "./render.js";

const KEPT_MS = 30_000;

/**
 * @param {string} text
 * @param {boolean} [isUrgent]  interrupts what is being read
 */
export function announce(text, isUrgent = false) {
  const region = document.getElementById(isUrgent ? "announce-now" : "announce");
  const line = el("p", {}, text);
  region?.append(line);
  setTimeout(() => line.remove(), KEPT_MS);
}
