/**
 * The shapes that the chat API sends, as JSDoc types; nothing here runs.
 *
 * @typedef {{title: string, where: string}} Source
 * @typedef {{title: string, text: string, card?: string | null}} Suggestion
 * @typedef {{id: string, version: string, status: string}} Card
 * @typedef {{id: string, priority: "routine" | "urgent" | "emergency"}} Handoff
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
 *
 * @typedef {{id: string, token: string}} Session  which conversation this tab holds, and its key
 *
 * @typedef {object} Outgoing  a message on its way to the clinic; a resend is the same object
 * @property {string} text
 * @property {string} clientMessageId
 */

export {};
