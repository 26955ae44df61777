/**
 * Which conversation this tab holds: its id and token, in sessionStorage and nowhere else.
 *
 * Neither the transcript nor a phone number is stored in the browser: a reload asks the service for what was said, and
 * needs to know only that a number was left. Browsers that refuse storage
 * inside a foreign page throw on access; the chat then works until the page is left.
 */

/** @import {Session} from "./types.js" */

const KEY = "mesofaq.session";

/** @type {Session | null} */
let unstored = null;

/** @returns {Session | null} */
export function loadSession() {
  try {
    const stored = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    if (typeof stored?.id === "string" && typeof stored?.token === "string") return stored;
  } catch {
    // No storage here, or something else wrote to the key.
  }
  return unstored;
}

/** @param {Session} session */
export function saveSession(session) {
  unstored = session;
  try {
    sessionStorage.setItem(KEY, JSON.stringify(session));
  } catch {
    // Kept in memory above.
  }
}

export function forgetSession() {
  unstored = null;
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Nothing was stored.
  }
}
