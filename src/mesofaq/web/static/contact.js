/**
 * A phone number or an e-mail for the answer: asked once a conversation, below the message that hands it to a person.
 *
 * It is never required. What was left is kept at the clinic; the page remembers it only until it is closed or loaded
 * again, and from then on that something was left.
 */

import { announce } from "./announce.js";
import { Problem } from "./api.js";
import { el } from "./render.js";
import { words } from "./words.js";

/**
 * @typedef {object} Contact  what the form needs of the conversation
 * @property {boolean} isLeft
 * @property {(contact: string | null) => Promise<void>} save  null takes it back
 */

let forms = 0;

/**
 * @param {string} question  why it is asked, in the clinic's words
 * @param {Contact} contact
 * @returns {HTMLElement}
 */
export function contactForm(question, contact) {
  forms += 1;
  const [fieldId, errorId] = [`contact-${forms}`, `contact-error-${forms}`];
  // One field for either, so the keyboard of a phone must have letters, digits and the @.
  const field = /** @type {HTMLInputElement} */ (
    el("input", {
      id: fieldId,
      type: "text",
      inputmode: "email",
      autocomplete: "email",
      autocapitalize: "none",
      spellcheck: "false",
      "aria-describedby": errorId,
    })
  );
  const error = el("p", { class: "error", id: errorId });
  const state = el("p", { class: "saved", tabindex: "-1" });
  const button = (/** @type {string} */ label, /** @type {() => void} */ click) =>
    el("button", { type: "button", class: "choice", click }, label);
  const leave = el("button", { type: "submit", class: "choice primary" }, words.contactLeave);
  const keep = button(words.contactKeep, () => show());
  // The error is above the field: below it, a phone's keyboard would cover it.
  const form = el(
    "form",
    { novalidate: true },
    el("label", { for: fieldId }, words.contactLabel),
    error,
    el("div", { class: "field" }, field, leave, keep),
  );
  const change = button(words.contactChange, () => {
    show(true);
    field.focus();
  });
  const remove = button(words.contactRemove, () => save(null));
  const done = el("div", { class: "field" }, change, remove);
  const ask = el("p", {}, question);
  const box = el("div", { class: "contact", role: "group", "aria-label": words.contactGroup }, ask, state, form, done);

  /** The last one that was left on this page. */
  let known = "";
  let isSaving = false;

  function show(isChanging = false) {
    fail("");
    form.hidden = contact.isLeft && !isChanging;
    keep.hidden = !isChanging;
    ask.hidden = form.hidden;
    done.hidden = !form.hidden;
    state.hidden = isChanging || !state.textContent;
    field.value = known;
  }

  /** @param {string} text */
  function fail(text) {
    error.textContent = text;
    error.hidden = !text;
    field.setAttribute("aria-invalid", String(Boolean(text)));
    if (text) announce(text, true);
  }

  /** @param {string | null} value */
  async function save(value) {
    if (isSaving) return;
    isSaving = true;
    fail("");
    leave.textContent = words.contactSaving;
    try {
      await contact.save(value);
      known = value ?? "";
      state.textContent = value ? words.contactSaved(value) : words.contactRemoved;
      show();
      // Read out by its focus. The button that was pressed is gone; a keyboard must not start at the page's top again.
      state.focus({ preventScroll: true });
      box.scrollIntoView({ block: "nearest" });
    } catch (failure) {
      fail((failure instanceof Problem && failure.message) || words.contactFailed);
      if (value !== null) field.focus();
    }
    leave.textContent = words.contactLeave;
    isSaving = false;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const value = field.value.trim();
    if (value) return save(value);
    fail(words.contactEmpty);
    field.focus();
  });

  if (contact.isLeft) state.textContent = words.contactSaved("");
  show();
  return box;
}
