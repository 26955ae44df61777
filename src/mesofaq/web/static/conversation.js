/**
 * The conversation: what the patient says goes out, one message after another, and every reply is shown once.
 *
 * It knows nothing of the page; `View` is all it needs. Messages wait in line rather than being refused, so a worried
 * patient can go on writing while an answer is on its way or the network is down.
 */

import * as api from "./api.js";
import { follow } from "./live.js";
import { forgetSession, loadSession, saveSession } from "./session.js";
import { words } from "./words.js";

/** @import {Opening, Outgoing, Place, Reply, Session, Staff, TranscriptMessage, View} from "./types.js" */

/** Ends a delivery that the patient erased. */
class Erased extends Error {}

export class Conversation {
  /** @type {Session | null} */
  #session = loadSession();
  /** Ids of messages that are on the page. */
  #shown = new Set();
  #lastSequence = 0;
  #live = new AbortController();
  #isLive = false;
  /** Settles when everything said so far is delivered or given up. */
  #line = Promise.resolve();
  #inLine = 0;
  /** Counts erasures: what was said before the last one is no longer sent or shown. */
  #era = 0;
  /** @type {Staff | null} */
  #holder = null;

  /**
   * @param {View} view
   * @param {Opening} opening  what a new conversation begins with
   */
  constructor(view, opening) {
    this.view = view;
    this.opening = opening;
    view.setHeld(Boolean(this.#session));
  }

  /**
   * Send what the patient said. It is already on the page.
   *
   * @param {string} text
   * @param {Place} place
   * @returns {Promise<void>}
   */
  async say(text, place) {
    const outgoing = { text, clientMessageId: api.newMessageId() };
    await this.#deliver(outgoing, place, (error) => {
      const detail = error instanceof api.Problem ? error.message || words.refused : words.failed;
      const isWorthRetrying = !(error instanceof api.Problem) || error.isPassing;
      const retry = () => this.#deliver(outgoing, place, () => {});
      this.view.addFailure(detail, isWorthRetrying ? retry : null);
    });
  }

  /** Show what was said before the page was loaded again. */
  async restore() {
    const session = this.#session;
    if (!session) return;
    try {
      const transcript = await api.withRetries(() => api.getTranscript(session), () => {});
      /** @type {Place | null | undefined} */
      let unanswered = null;
      for (const message of transcript) {
        const place = this.#receive(message, true);
        // What a person writes may answer anything before; the assistant answers the message above its reply.
        if (message.from !== "staff") unanswered = this.#holder ? place : null;
      }
      if (unanswered) this.view.setSent(unanswered, this.#holder, true);
      this.#listen();
    } catch (error) {
      if (error instanceof api.Problem && error.isGone) return this.#leave();
      this.view.addFailure(words.restoreFailed, async () => {
        await this.restore();
        return true;
      });
    }
  }

  /** Whether a phone number or an e-mail was left for an answer. */
  get isLeft() {
    return Boolean(this.#session?.hasContact);
  }

  /**
   * Leave a phone number or an e-mail for an answer, or take it back.
   *
   * @param {string | null} contact
   */
  async save(contact) {
    const session = this.#session;
    if (!session) return;
    await api.putContact(session, contact);
    if (this.#session === session) this.#keep({ ...session, hasContact: contact !== null });
  }

  /** Everything that the clinic holds of this conversation; null where there is none. */
  async held() {
    return this.#session && api.getExport(this.#session);
  }

  /**
   * Erase the conversation at the clinic, then here.
   *
   * @returns {Promise<void>} rejected where the clinic may still hold it
   */
  async erase() {
    this.#era += 1;
    if (this.#session) {
      try {
        await api.eraseConversation(this.#session);
      } catch (error) {
        if (!(error instanceof api.Problem && error.isGone)) throw error;
      }
    }
    this.#leave();
    this.view.clear();
  }

  /**
   * @param {Outgoing} outgoing
   * @param {Place} place
   * @param {(error: unknown) => void} onFailure
   * @returns {Promise<boolean>} whether the service has it
   */
  #deliver(outgoing, place, onFailure) {
    this.#inLine += 1;
    // Nobody is about to answer at once while a person has the chat.
    if (!this.#holder) this.view.setWaiting(true);
    const era = this.#era;
    const delivery = this.#line.then(async () => {
      /** @type {unknown} */
      let failure = null;
      /** @type {Reply[]} */
      let replies = [];
      try {
        replies = await api.withRetries(() => this.#post(outgoing, era), (again, of, error) => {
          if (era !== this.#era) throw new Erased();
          const reason = !navigator.onLine
            ? words.offline
            : error instanceof api.Problem
              ? words.busy
              : words.unreachable;
          this.view.setStatus(`${reason} ${words.retrying(again, of)}`);
        });
      } catch (error) {
        failure = error;
      }
      this.#inLine -= 1;
      if (!this.#inLine) this.view.setWaiting(false);
      if (era !== this.#era) return true;
      this.view.setStatus("");
      for (const reply of replies) this.#show(reply);
      if (!failure && !replies.length) this.view.setSent(place, this.#holder);
      if (failure) onFailure(failure);
      else this.#listen();
      return !failure;
    });
    this.#line = delivery.then(
      () => {},
      () => {},
    );
    return delivery;
  }

  /**
   * @param {Outgoing} outgoing
   * @param {number} era
   */
  async #post(outgoing, era) {
    if (era !== this.#era) throw new Erased();
    if (!this.#session) this.#keep(await api.createConversation(this.opening));
    try {
      return await api.postMessage(/** @type {Session} */ (this.#session), outgoing);
    } catch (error) {
      if (!(error instanceof api.Problem && error.isGone) || era !== this.#era) throw error;
      // Erased or expired at the clinic: the message begins a new conversation.
      this.#leave();
      this.view.setStatus(words.newChat);
      const session = await api.createConversation(this.opening);
      this.#keep(session);
      return api.postMessage(session, outgoing);
    }
  }

  /** @param {Session} session */
  #keep(session) {
    this.#session = session;
    saveSession(session);
    this.view.setHeld(true);
  }

  /** Follow what staff write. All events since the last known one are asked for; what is on the page is dropped. */
  #listen() {
    if (this.#isLive || !this.#session) return;
    this.#isLive = true;
    follow({
      path: api.eventsPath(this.#session),
      token: this.#session.token,
      after: this.#lastSequence,
      onMessage: (message) => this.#receive(message, false),
      signal: this.#live.signal,
    });
  }

  /**
   * @param {TranscriptMessage} message
   * @param {boolean} isRestored
   * @returns {Place | undefined} of a patient's message that was put on the page
   */
  #receive(message, isRestored) {
    this.#lastSequence = Math.max(this.#lastSequence, message.sequence);
    if (message.from === "patient") {
      // Live, it is this tab's own message, which is on the page since it was written.
      const isNew = isRestored && !this.#shown.has(message.id);
      this.#shown.add(message.id);
      return isNew ? this.view.addPatient(message.text) : undefined;
    }
    const bare = { id: message.id, from: message.from, kind: "notice", text: message.text };
    const reply = message.reply ?? bare;
    this.#show(reply, isRestored);
    this.#follow(reply);
  }

  /**
   * Who has the chat, by what was said last: a notice of the assistant names who has taken it over, or nobody any more,
   * and what a person writes names them. Whatever else the assistant says (an emergency, say) changes nothing.
   *
   * Only messages from the record get here, in their order there: an answer may come late by itself.
   *
   * @param {Reply} reply
   */
  #follow(reply) {
    if (reply.from === "bot" && reply.kind !== "notice") return;
    const holder = reply.staff ?? null;
    if (holder?.name === this.#holder?.name && holder?.title === this.#holder?.title) return;
    this.#holder = holder;
    this.view.setHolder(holder);
    if (holder) this.view.setWaiting(false);
  }

  /**
   * @param {Reply} reply
   * @param {boolean} [isRestored]
   */
  #show(reply, isRestored = false) {
    if (this.#shown.has(reply.id)) return;
    this.#shown.add(reply.id);
    this.view.addReply(reply, isRestored);
  }

  /** Forget the conversation in this tab. */
  #leave() {
    this.#live.abort();
    this.#live = new AbortController();
    this.#isLive = false;
    this.#session = null;
    this.#lastSequence = 0;
    forgetSession();
    this.#holder = null;
    this.view.setHolder(null);
    this.view.setHeld(false);
  }
}
