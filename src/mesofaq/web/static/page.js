/** The patient's page: fills in the clinic's facts, then joins the chat, the conversation and the controls. */

import { Problem, getClinic } from "./api.js";
import { announce } from "./announce.js";
import { Chat } from "./chat.js";
import { Conversation } from "./conversation.js";
import { joinWidget } from "./embed.js";
import { callLink, el } from "./render.js";
import { words } from "./words.js";

/** @import {Clinic, Opening, Staff} from "./types.js" */

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

const COUNTER_FROM = 0.8;

/** @param {Clinic} clinic */
function fillIn(clinic) {
  document.title = words.title(clinic);
  for (const place of document.querySelectorAll("[data-clinic]")) {
    const fact = /** @type {HTMLElement} */ (place).dataset.clinic;
    if (fact === "name" || fact === "hours") place.textContent = clinic[fact];
    if (fact === "phone" || fact === "emergency_number") place.replaceChildren(callLink(clinic[fact]));
  }
  byId("draft-notice").textContent = clinic.draft_notice ?? "";
  byId("draft-notice").hidden = !clinic.draft_notice;
}

/**
 * Tell how much room is left, from shortly before the end, and once it is over. The text is never cut.
 *
 * @param {number} length
 * @param {number} limit
 */
function countCharacters(length, limit) {
  const counter = byId("counter");
  const left = limit - length;
  counter.hidden = length < limit * COUNTER_FROM;
  counter.classList.toggle("over", left < 0);
  counter.textContent = counter.hidden ? "" : left < 0 ? words.charsOver(-left) : words.charsLeft(left);
}

/** @param {Conversation} conversation @param {Chat} chat */
function offerErasing(conversation, chat) {
  const dialog = /** @type {HTMLDialogElement} */ (byId("erase-dialog"));
  byId("erase").addEventListener("click", () => dialog.showModal());
  byId("erase-no").addEventListener("click", () => dialog.close());
  byId("erase-yes").addEventListener("click", async () => {
    dialog.close();
    try {
      await conversation.erase();
      showStatus(words.erased);
    } catch {
      showStatus(words.eraseFailed);
    }
    chat.focusGently();
  });
}

/** @param {Conversation} conversation */
function offerDownload(conversation) {
  byId("download").addEventListener("click", async () => {
    showStatus("");
    try {
      const held = await conversation.held();
      if (held === null) return;
      const file = new Blob([JSON.stringify(held, null, 2)], { type: "application/json" });
      const href = URL.createObjectURL(file);
      el("a", { href, download: `chat-${new Date().toISOString().slice(0, 10)}.json` }).click();
      // The browser reads the file after the click.
      setTimeout(() => URL.revokeObjectURL(href), 60_000);
      showStatus(words.downloaded);
    } catch (error) {
      showStatus((error instanceof Problem && error.message) || words.downloadFailed);
    }
  });
}

/** @param {Staff | null} holder */
function showHolder(holder) {
  byId("holder").textContent = holder ? words.holder(holder) : "";
  byId("holder").hidden = !holder;
  byId("person").hidden = Boolean(holder);
}

/** @param {string} text */
function showStatus(text) {
  byId("status").textContent = text;
  byId("status").hidden = !text;
  if (text) announce(text);
}

async function start() {
  const parameters = new URLSearchParams(location.search);
  const isEmbedded = parameters.has("embed");
  document.body.classList.toggle("embedded", isEmbedded);
  /** @type {Chat | null} */
  let chat = null;
  let tellNew = () => {};
  if (isEmbedded) {
    const widget = joinWidget(parameters, { onOpen: () => chat?.focusGently() });
    tellNew = widget.tellNew;
    byId("close").addEventListener("click", widget.close);
    byId("close").hidden = false;
  }

  const [clinic, css] = await Promise.all([getClinic(), fetch("/static/chat.css").then((file) => file.text())]);
  fillIn(clinic);
  /** @type {Conversation} */
  let conversation;
  chat = new Chat(clinic, css, {
    onSay: (text, place) => {
      showStatus("");
      conversation.say(text, place);
    },
    onInput: (length) => countCharacters(length, clinic.text_max_chars),
  });
  const view = chat;
  /** @type {Opening} */
  const opening = { consent_version: clinic.privacy.version, channel: isEmbedded ? "widget" : "web" };
  conversation = new Conversation(
    {
      addPatient: (text) => view.addPatient(text),
      addReply: (reply, isRestored) => {
        view.addReply(reply, isRestored);
        if (reply.from === "staff" && !isRestored) tellNew();
      },
      addFailure: (text, retry) => view.addFailure(text, retry),
      setWaiting: (waiting) => view.setWaiting(waiting),
      setSent: (place, holder, isRestored) => view.setSent(place, holder, isRestored),
      setHolder: showHolder,
      setHeld: (isHeld) => {
        byId("download").hidden = !isHeld;
        if (!isHeld) view.beginAnew();
      },
      setStatus: showStatus,
      clear: () => view.clear(),
    },
    opening,
  );
  chat.contact = conversation;
  byId("chat").replaceChildren(chat.element);
  await chat.ready;
  byId("person").addEventListener("click", () => view.choose({ text: clinic.talk_to_person_text }));
  offerDownload(conversation);
  offerErasing(conversation, chat);
  byId("tools").hidden = false;
  if (isEmbedded) chat.focusGently();
  await conversation.restore();
}

start().catch(() => {
  byId("chat").hidden = true;
  byId("start-failed").hidden = false;
  byId("start-again").addEventListener("click", () => location.reload());
});
