/**
 * What the page says by itself, in one place for whoever reviews or translates it. The words that never change are in
 * index.html, the widget's labels in widget.js.
 *
 * Answers are not here: they come from the service, and their text belongs to the clinic's content.
 */

/** @import {Clinic, Handoff, Staff} from "./types.js" */

export const words = {
  title: /** @param {Clinic} clinic */ (clinic) => `Questions about hair mesotherapy – ${clinic.name}`,
  conversation: "Conversation",
  placeholder: "Type your question",
  send: "Send",

  hello: "Hello.",
  privacyMore: "How your messages are used",
  consent: "By sending a message, you agree to this. While this page is open, you can erase this chat here. Later, call us.",
  starters: "Ask in your own words, or start with one of these:",

  youSaid: "You said: ",
  botSaid: "The assistant said: ",
  botName: "Automated assistant",
  staffSaid: /** @param {Staff | null} [staff] */ (staff) =>
    staff ? `${staff.name}, ${staff.title}, said: ` : "A person at the clinic said: ",
  staffName: /** @type {(clinic: Clinic, staff?: Staff | null) => string} */ (
    (clinic, staff) => (staff ? `${staff.name}, ${staff.title}, ${clinic.name}` : `A person at ${clinic.name}`)
  ),
  joined: "A person has joined",
  holder: /** @param {Staff} staff */ (staff) => `You are talking to ${staff.name}, ${staff.title}.`,
  sentTo: /** @param {Staff | null} staff */ (staff) => `Sent to ${staff ? staff.name : "the clinic"}.`,

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

  contactGroup: "How the clinic can reach you",
  contactLabel: "Phone or e-mail",
  contactLeave: "Leave it",
  contactKeep: "Keep the old one",
  contactEmpty: "Write a phone number or an e-mail address first.",
  contactSaving: "Saving …",
  contactSaved: /** @param {string} contact */ (contact) =>
    `Saved${contact ? `: ${contact}` : ""}. The clinic can reach you there. You can change or remove it here.`,
  contactRemoved: "Removed. The clinic no longer has it.",
  contactFailed: "We could not save this. Check your internet connection and try again.",
  contactChange: "Change",
  contactRemove: "Remove",

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
  downloaded: "Your chat was downloaded as a file.",
  downloadFailed: "We could not download your chat. Check your internet connection and try again.",
  eraseFailed: "We could not erase your chat. Check your internet connection and try again.",
};
