/**
 * What the page says by itself, in one place for whoever reviews or translates it. The words that never change are in
 * index.html, the widget's two labels in widget.js.
 *
 * Answers are not here: they come from the service, and their text belongs to the clinic's content.
 */

/** @import {Clinic, Handoff} from "./types.js" */

export const words = {
  title: /** @param {Clinic} clinic */ (clinic) => `Questions about hair mesotherapy – ${clinic.name}`,
  conversation: "Conversation",
  placeholder: "Type your question",
  send: "Send",

  intro:
    "Hello. I am an automated assistant, not a person. I answer common questions about hair mesotherapy with " +
    "texts that were written beforehand, and I show where they come from. I cannot judge your own health.",
  starters: "Ask in your own words, or start with one of these:",

  youSaid: "You said: ",
  botSaid: "The assistant said: ",
  staffSaid: "A person at the clinic said: ",
  staffName: /** @param {Clinic} clinic */ (clinic) => `A person at ${clinic.name}`,

  sources: "Where this comes from",
  /** @type {Record<string, string>} */
  cardStatus: {
    draft: "draft, not yet approved by a clinician",
    reviewed: "reviewed, not yet approved by a clinician",
    approved: "approved by a clinician",
  },
  cardVersion: /** @param {string} version */ (version) => `version ${version}`,
  related: "You can also ask",
  choices: "Choose an answer",

  emergency: "This may be an emergency",
  callEmergency: /** @param {string} number */ (number) => `Call ${number} now`,
  call: /** @param {string} number */ (number) => `Call ${number}`,
  /** @param {Handoff} handoff */
  handoff: (handoff) => (handoff.priority === "routine" ? "Passed to a person" : "Passed to a person as urgent"),
  screening: "Health questions",
  progress: /** @type {(number: string, of: string) => string} */ ((number, of) => `Health question ${number} of ${of}`),
  screeningEnd: "Health questions finished",
  screeningCancelled: "Health questions stopped",

  thinking: "Looking for an answer.",
  offline: "You seem to be offline.",
  unreachable: "We cannot reach the clinic right now.",
  busy: "This takes longer than usual.",
  retrying: /** @type {(again: number, of: number) => string} */ (
    (again, of) => `Your message is kept. Trying again (${again} of ${of}) …`
  ),
  failed: "Your message may not have reached us. Check your internet connection and try again, or call the clinic.",
  refused: "We could not take this message.",
  emergencyAside: /** @param {Clinic} clinic */ (clinic) => `If this is an emergency, call ${clinic.emergency_number} now.`,
  tryAgain: "Try again",
  tryingAgain: "Trying again …",
  restoreFailed: "We could not load your earlier messages.",
  newChat: "Your earlier chat is no longer here, so this is a new one.",

  charsLeft: /** @param {number} left */ (left) => `You can write ${left} more characters.`,
  charsOver: /** @param {number} over */ (over) => `Your message is ${over} characters too long. Please make it shorter.`,

  erased: "Your chat was erased.",
  eraseFailed: "We could not erase your chat. Check your internet connection and try again.",
};
