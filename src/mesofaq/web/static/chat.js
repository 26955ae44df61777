/**
 * The chat component deep-chat, set up for patients, as the `View` that a conversation needs.
 *
 * What was read in its source (2.4.2), and what follows from it here:
 * - It links a web font from another site unless the element's own style names a font; so it names one.
 * - `text` is rendered as Markdown; the plugin below, its own way to extend the renderer, shows it as it was written.
 * - Setting any property later renders everything anew and loses messages and what is being typed; so all are set before
 *   it is attached. Even then a slow machine lets two timers of its own render it twice, at any time after each other;
 *   so the first render, which has every property, is the last one.
 * - Its handler waits for one answer at a time and refuses input meanwhile; so it is released at once, and the
 *   conversation keeps messages in line. The typing dots are switched by hand for the same reason.
 * - What it lacks for keyboards and screen readers, accessible.js adds. There is no live region: see announce.js.
 */

import "./vendor/deepChat.bundle.js";
import { callLink, el } from "./render.js";
import { makeAccessible } from "./accessible.js";
import { contactForm } from "./contact.js";
import { introCard, placeholder, replyCard, retireChoices } from "./message.js";
import { words } from "./words.js";
import { announce } from "./announce.js";

/** @import {Contact} from "./contact.js" */
/** @import {Clinic, Reply, Staff, Suggestion} from "./types.js" */

/** @param {string} text */
const escaped = (text) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** Only patients' messages are given as text, so their speaker's name is said here. */
const plainText = (/** @type {any} */ markdown) => {
  markdown.render = (/** @type {string} */ text) =>
    text && `<span class="unseen">${words.youSaid}</span>${escaped(text)}`;
};

/** A wait is spoken of only when it is longer than most. */
const SPOKEN_AFTER_MS = 2_000;

export class Chat {
  #isWaiting = false;
  #patience = 0;
  #loading = { toggle() {} };
  /** Whether a person of the clinic has been in this chat: from then on the assistant's messages name it, too. */
  #hasPerson = false;
  #hasAskedContact = false;
  /** @type {HTMLElement | null} */
  #sentLine = null;
  /** Where a phone number or an e-mail is left; without it none is asked for. @type {Contact | null} */
  contact = null;

  /**
   * @param {Clinic} clinic
   * @param {string} css  styles for the inside of the component
   * @param {{onSay: (text: string, place: HTMLElement) => void, onInput: (length: number) => void}} events
   */
  constructor(clinic, css, { onSay, onInput }) {
    this.clinic = clinic;
    this.onSay = onSay;
    /** @type {any} */ (window).remarkable_plugins = [{ plugin: plainText }];
    const chat = /** @type {any} */ (document.createElement("deep-chat"));
    Object.assign(chat.style, { width: "100%", height: "100%", border: "0", borderRadius: "0" });
    Object.assign(chat.style, { backgroundColor: "transparent", fontSize: "1rem", fontFamily: "var(--font)" });
    chat.auxiliaryStyle = css;
    chat.introMessage = { html: placeholder(() => introCard(clinic, (starter) => this.choose(starter))) };
    chat.textInput = { placeholder: { text: words.placeholder } };
    chat.submitButtonStyles = { position: "outside-end", submit: { svg: { content: "" }, text: { content: words.send } } };
    chat.displayLoadingBubble = this.#loading;
    chat.validateInput = () => this.length > 0 && this.length <= clinic.text_max_chars;
    chat.onInput = () => onInput(this.length);
    chat.connect = {
      handler: (/** @type {any} */ body, /** @type {any} */ signals) => {
        signals.onResponse([]);
        this.#sent(body.messages.at(-1).text, this.#newest(".user-message-text"));
        this.focus();
      },
    };
    this.element = chat;
    this.ready = new Promise((resolve) => {
      chat.onComponentRender = () => {
        chat.onRender = () => {};
        makeAccessible(chat, () => this.#isAtEnd);
        resolve(undefined);
      };
    });
  }

  /** @returns {HTMLElement} */
  get #input() {
    return this.element.shadowRoot.getElementById("text-input");
  }

  /** How long the message in the text box is. */
  get length() {
    return this.#input?.innerText.trim().length ?? 0;
  }

  focus() {
    this.#input?.focus();
  }

  /** Focus the text box; on a phone the message list, because the box would open the keyboard over the messages. */
  focusGently() {
    if (matchMedia("(hover: none) and (pointer: coarse)").matches) this.#messages.focus({ preventScroll: true });
    else this.focus();
  }

  /** @returns {HTMLElement} */
  get #messages() {
    return this.element.shadowRoot.getElementById("messages");
  }

  /** Whether the newest message is in sight: whoever reads further up is not pulled down. */
  get #isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#messages;
    return scrollHeight - scrollTop - clientHeight < 40;
  }

  /**
   * Scroll to the beginning of a message, and the question just above it if that is short.
   *
   * @param {HTMLElement} box
   */
  #scrollTo(box) {
    const list = this.#messages;
    const above = /** @type {HTMLElement | null} */ (box.previousElementSibling);
    const isAnswer = above?.querySelector(".user-message-text") && above.offsetHeight < list.clientHeight / 3;
    list.scrollTop = above && isAnswer ? above.offsetTop : box.offsetTop;
  }

  /**
   * Say something that the patient pressed instead of typing.
   *
   * @param {{title?: string, text: string}} choice
   */
  choose({ title, text }) {
    this.#sent(text, this.addPatient(title || text));
    this.focusGently();
  }

  /**
   * @param {string} text
   * @param {HTMLElement} place
   */
  #sent(text, place) {
    retireChoices(this.element.shadowRoot);
    this.onSay(text, place);
  }

  /**
   * @param {string} text
   * @returns {HTMLElement} where it is
   */
  addPatient(text) {
    this.element.addMessage({ role: "user", text });
    retireChoices(this.element.shadowRoot);
    return this.#newest(".user-message-text");
  }

  /**
   * The newest message with something in it.
   *
   * @param {string} selector
   */
  #newest(selector) {
    const found = this.#messages.querySelectorAll(`.outer-message-container:has(${selector})`);
    return /** @type {HTMLElement} */ ([...found].at(-1));
  }

  /**
   * Say below the patient's last message that a person will see it. The line moves on with the next one.
   *
   * @param {HTMLElement} place
   * @param {Staff | null} holder
   * @param {boolean} [isRestored]
   */
  setSent(place, holder, isRestored = false) {
    this.#sentLine?.remove();
    this.#sentLine = el("p", { class: "sent" }, words.sentTo(holder));
    const isAtEnd = this.#isAtEnd;
    place.append(this.#sentLine);
    if (isAtEnd) this.element.scrollToBottom();
    if (!isRestored) announce(words.sentTo(holder));
  }

  /**
   * @param {Reply} reply
   * @param {boolean} [isRestored]
   */
  addReply(reply, isRestored = false) {
    if (reply.staff) this.#hasPerson = true;
    const isNamed = this.#hasPerson;
    const onChoose = (/** @type {Suggestion} */ choice) => this.choose(choice);
    const extra = this.#contactForm(reply);
    const html = placeholder(() => replyCard(reply, this.clinic, { isNamed, extra, onChoose }));
    const isAtEnd = this.#isAtEnd;
    this.element.addMessage({ role: "ai", html });
    if (isRestored) return;
    const newest = this.#newest("mesofaq-message");
    // deep-chat scrolls in a timer of its own; this one runs after it.
    if (isAtEnd) setTimeout(() => this.#scrollTo(newest));
    const speaker = reply.from === "staff" ? words.staffSaid(reply.staff) : words.botSaid;
    const choices = (reply.suggestions ?? []).map((choice) => choice.title || choice.text);
    const ending = choices.length ? ` ${words.choices}: ${choices.join(", ")}.` : "";
    const question = extra ? ` ${this.clinic.contact_ask}` : "";
    announce(speaker + reply.text + ending + question, reply.kind === "emergency");
  }

  /**
   * The question for a phone number or an e-mail, below the first message that hands the chat to a person.
   *
   * @param {Reply} reply
   */
  #contactForm(reply) {
    const isHandedOver = reply.from === "bot" && reply.handoff && reply.handoff.priority !== "emergency";
    if (!isHandedOver || this.#hasAskedContact || !this.contact || !this.clinic.contact_ask) return null;
    this.#hasAskedContact = true;
    return contactForm(this.clinic.contact_ask, this.contact);
  }

  /**
   * @param {string} text
   * @param {(() => Promise<boolean>) | null} retry  offers a button; the box goes once it has worked
   */
  addFailure(text, retry) {
    const { clinic } = this;
    const build = (/** @type {HTMLElement} */ host) => {
      const again = el("button", { type: "button", class: "choice primary" }, words.tryAgain);
      again.addEventListener("click", async () => {
        if (again.getAttribute("aria-disabled")) return;
        again.setAttribute("aria-disabled", "true");
        again.textContent = words.tryingAgain;
        this.focus();
        const worked = retry ? await retry() : false;
        again.removeAttribute("aria-disabled");
        again.textContent = words.tryAgain;
        if (worked) host.hidden = true;
        else announce(text, true);
      });
      return el(
        "article",
        { class: "card failure" },
        el("p", {}, text),
        el("div", { class: "choices" }, retry && again, callLink(clinic.phone, words.call(clinic.phone), "choice")),
        el("p", { class: "aside" }, words.emergencyAside(clinic)),
      );
    };
    this.element.addMessage({ role: "ai", html: placeholder(build) });
    this.element.scrollToBottom();
    announce(text, true);
  }

  /** @param {boolean} waiting */
  setWaiting(waiting) {
    if (waiting === this.#isWaiting) return;
    this.#isWaiting = waiting;
    // Without an argument deep-chat takes the dots away, with one it shows them.
    /** @type {any} */ (this.#loading).toggle(waiting ? { role: "ai" } : undefined);
    clearTimeout(this.#patience);
    if (!waiting) return;
    this.element.scrollToBottom();
    this.#patience = setTimeout(() => announce(words.thinking), SPOKEN_AFTER_MS);
  }

  clear() {
    this.element.clearMessages();
  }

  /** What comes next belongs to another conversation. */
  beginAnew() {
    this.#hasPerson = false;
    this.#hasAskedContact = false;
    this.#sentLine = null;
  }
}
