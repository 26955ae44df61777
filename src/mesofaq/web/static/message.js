/**
 * `<mesofaq-message>`: one message of the bot, of staff or of the page itself, inside the chat component.
 *
 * deep-chat writes a message's `text` as Markdown through innerHTML, accepts any link target, and its `html` is not
 * sanitised either. So it gets neither: it gets the constant `<mesofaq-message data-key="7">`, which no answer is part
 * of, and this element then builds the message from DOM text nodes. Sources and buttons below an answer, which
 * deep-chat has no place for, come with it.
 */

import { callLink, el, paragraphs } from "./render.js";
import { words } from "./words.js";

/** @import {Clinic, Reply, Suggestion} from "./types.js" */

/** @type {Map<string, (element: MessageElement) => HTMLElement>} */
const builders = new Map();

/**
 * Keep how a message is built, and give the HTML that stands for it.
 *
 * @param {(element: MessageElement) => HTMLElement} build
 */
export function placeholder(build) {
  const key = String(builders.size + 1);
  builders.set(key, build);
  return `<mesofaq-message data-key="${key}"></mesofaq-message>`;
}

export class MessageElement extends HTMLElement {
  connectedCallback() {
    const build = builders.get(this.dataset.key ?? "");
    if (build && !this.firstChild) this.append(build(this));
  }
}
customElements.define("mesofaq-message", MessageElement);

/** Who it is that answers, and what for messages are kept, is always in sight; the rest can be opened. */
const OPEN_PARAGRAPHS = 2;

/**
 * The first message: who speaks, what happens with what is written here, and first questions.
 *
 * @param {Clinic} clinic
 * @param {(starter: Suggestion) => void} onChoose
 */
export function introCard(clinic, onChoose) {
  const [first, ...others] = clinic.privacy.text;
  const written = [`${words.hello} ${first}`, ...others].map((text) =>
    el("div", { class: "text" }, ...paragraphs(text, clinic.phone)),
  );
  const details = written.splice(OPEN_PARAGRAPHS);
  return el(
    "article",
    { class: "card intro" },
    el(
      "div",
      { class: "privacy" },
      ...written,
      el("p", { class: "consent" }, words.consent),
      details.length > 0 && el("details", {}, el("summary", {}, words.privacyMore), ...details),
    ),
    suggestions(clinic.starters, { label: words.starters, isReply: false, onChoose }),
  );
}

/**
 * @param {Reply} reply
 * @param {Clinic} clinic
 * @param {object} options
 * @param {boolean} options.isNamed  say that it is the assistant: a person has been in the chat, too
 * @param {HTMLElement | null} options.extra  shown below the text
 * @param {(suggestion: Suggestion) => void} options.onChoose
 */
export function replyCard(reply, clinic, { isNamed, extra, onChoose }) {
  const isStaff = reply.from === "staff";
  const joined = isJoining(reply) ? " joined" : "";
  const text = reply.screening ? reply.text.replace(PLACE, "") : reply.text;
  return el(
    "article",
    { class: `card ${isStaff ? "staff" : "bot"} kind-${reply.kind}${joined}` },
    el("p", { class: "unseen" }, isStaff ? words.staffSaid(reply.staff) : words.botSaid),
    heading(reply, clinic, isNamed),
    // Above the text: on a small screen the number to call must not be what has to be scrolled to.
    reply.kind === "emergency" &&
      callLink(clinic.emergency_number, words.callEmergency(clinic.emergency_number), "call-now"),
    el("div", { class: "text" }, ...paragraphs(text, clinic.phone)),
    sources(reply),
    version(reply),
    suggestions(reply.suggestions ?? [], {
      label: reply.kind === "answer" ? words.related : "",
      isReply: true,
      onChoose,
    }),
    extra,
  );
}

/**
 * The assistant's notice that a person of the clinic has taken the chat over.
 *
 * @param {Reply} reply
 */
const isJoining = (reply) => reply.from === "bot" && reply.kind === "notice" && Boolean(reply.staff);

/** A screening question begins with its place: "3 of 10. Do you …". The page shows the place above the question. */
const PLACE = /^(\d+) of (\d+)\.\s+/;

/**
 * @param {Reply} reply
 * @param {Clinic} clinic
 * @param {boolean} isNamed
 */
function heading(reply, clinic, isNamed) {
  if (reply.from === "staff") return el("p", { class: "heading" }, words.staffName(clinic, reply.staff));
  if (isJoining(reply)) return el("p", { class: "heading" }, words.joined);
  if (reply.kind === "emergency") return el("h2", { class: "heading" }, words.emergency);
  if (reply.screening) return screeningHeading(reply);
  if (reply.handoff) return el("p", { class: "heading" }, words.handoff(reply.handoff));
  return isNamed ? el("p", { class: "heading" }, words.botName) : null;
}

/** @param {Reply} reply */
function screeningHeading(reply) {
  const result = reply.screening?.result;
  if (result) return el("p", { class: "heading" }, result === "cancelled" ? words.screeningCancelled : words.screeningEnd);
  const [, number, total] = PLACE.exec(reply.text) ?? [];
  if (!total) return el("p", { class: "heading" }, words.screening);
  const done = el("span");
  done.style.width = `${(100 * Number(number)) / Number(total)}%`;
  const bar = el("span", { class: "bar", "aria-hidden": "true" }, done);
  return el("div", { class: "heading" }, el("p", {}, words.progress(number, total)), bar);
}

/** @param {Reply} reply */
function sources(reply) {
  // A reply about sources names them, and how strong they are, in its text.
  if (!reply.sources?.length || reply.kind === "sources") return null;
  const lines = reply.sources.map(({ title, where }) =>
    el("li", {}, el("cite", {}, title), where ? el("span", { class: "where" }, `, ${where}`) : null),
  );
  return el("div", { class: "sources" }, el("p", {}, words.sources), el("ul", {}, ...lines));
}

/** @param {Reply} reply */
function version(reply) {
  if (!reply.card) return null;
  const { id, version: number, status } = reply.card;
  const short = number.length > 12 ? number.slice(0, 12) : number;
  const line = `${id} · ${words.cardVersion(short)} · ${words.cardStatus[status] ?? status}`;
  return el("p", { class: "version" }, line);
}

/**
 * Buttons that say something for the patient. In a reply, one that names a card means the same at any time; one that
 * does not ('Yes') answers just this reply, so `retireChoices` takes it away when something else was said.
 *
 * @param {Suggestion[]} choices
 * @param {{label: string, isReply: boolean, onChoose: (choice: Suggestion) => void}} options  the label is shown above
 *   the buttons; it is empty where the message itself leads to them
 */
export function suggestions(choices, { label, isReply, onChoose }) {
  if (!choices.length) return null;
  const buttons = choices.map((choice) => {
    const once = isReply && !choice.card ? " once" : "";
    const press = () => onChoose(choice);
    return el("button", { type: "button", class: `choice${once}`, click: press }, choice.title || choice.text);
  });
  return el(
    "div",
    { class: "choices", role: "group", "aria-label": label || words.choices },
    label ? el("p", { "aria-hidden": "true" }, label) : null,
    el("div", {}, ...buttons),
  );
}

/** @param {ParentNode} chat */
export function retireChoices(chat) {
  for (const button of chat.querySelectorAll("button.once")) {
    const group = button.closest(".choices");
    button.remove();
    if (group && !group.querySelector("button")) group.remove();
  }
}
