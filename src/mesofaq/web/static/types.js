/**
 * The shapes that the chat API sends, and what the conversation needs of the page, as JSDoc types; nothing here runs.
 *
 * @typedef {{title: string, where: string}} Source
 * @typedef {{title: string, text: string, card?: string | null}} Suggestion
 * @typedef {{id: string, version: string, status: string}} Card
 * @typedef {{id: string, priority: "routine" | "urgent" | "emergency"}} Handoff
 * @typedef {{name: string, title: string}} Staff  a person of the clinic: "Dana Reyes", "nurse"
 * @typedef {{item: string | null, result: "no_flags" | "review" | "postpone" | "cancelled" | null, flags: string[]}} Screening
 *
 * @typedef {object} Reply
 * @property {string} id
 * @property {"bot" | "staff"} from
 * @property {string} kind  answer, clarify, screening, handoff, emergency, out_of_scope, sources, smalltalk or notice
 * @property {string} text
 * @property {Card | null} [card]
 * @property {Source[]} [sources]
 * @property {Suggestion[]} [suggestions]
 * @property {Handoff | null} [handoff]
 * @property {Screening | null} [screening]
 * @property {Staff | null} [staff]  who wrote it; in a notice, who has taken the chat over
 *
 * @typedef {object} TranscriptMessage
 * @property {string} id
 * @property {number} sequence
 * @property {"patient" | "bot" | "staff"} from
 * @property {string} text
 * @property {string} at
 * @property {Reply | null} reply
 *
 * @typedef {object} Clinic
 * @property {string} name
 * @property {string} phone
 * @property {string} hours
 * @property {string} emergency_number
 * @property {string | null} draft_notice
 * @property {Suggestion[]} starters
 * @property {number} text_max_chars
 * @property {string} talk_to_person_text
 * @property {{version: string, text: string[]}} privacy  what happens with messages, and which wording of it this is
 * @property {string} contact_ask
 *
 * @typedef {object} Session  which conversation this tab holds, its key, and whether a phone number or e-mail was left
 * @property {string} id
 * @property {string} token
 * @property {boolean} [hasContact]
 *
 * @typedef {{consent_version: string, channel: "web" | "widget"}} Opening  how a conversation begins
 *
 * @typedef {object} Outgoing  a message on its way to the clinic; a resend is the same object
 * @property {string} text
 * @property {string} clientMessageId
 *
 * @typedef {HTMLElement} Place  where a message of the patient is on the page
 *
 * @typedef {object} View
 * @property {(text: string) => Place} addPatient
 * @property {(reply: Reply, isRestored?: boolean) => void} addReply
 * @property {(text: string, retry: (() => Promise<boolean>) | null) => void} addFailure  retry tells whether it worked
 * @property {(waiting: boolean) => void} setWaiting
 * @property {(place: Place, holder: Staff | null, isRestored?: boolean) => void} setSent  a person will see that message
 * @property {(holder: Staff | null) => void} setHolder  who of the clinic has the chat; null: the assistant
 * @property {(isHeld: boolean) => void} setHeld  whether the clinic holds a conversation
 * @property {(text: string) => void} setStatus
 * @property {() => void} clear
 */

export {};
