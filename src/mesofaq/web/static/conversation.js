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

/** @import {Outgoing, Reply, Session, TranscriptMessage} from "./types.js" */

/**
 * @typedef {object} View
 * @property {(text: string) => void} addPatient
 * @property {(reply: Reply, isRestored?: boolean) => void} addReply
 * @property {(text: string, retry: (() => Promise<boolean>) | null) => void} addFailure  retry tells whether it worked
 * @property {(waiting: boolean) => void} setWaiting
 * @property {(text: string) => void} setStatus
 * @property {() => void} clear
 */

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

  /** @param {View} view */
  constructor(view) {
    this.view = view;
  }

  /**
   * Send what the patient said. It is already on the page.
   *
   * @param {string} text
   * @returns {Promise<void>}
   */
  async say(text) {
    const outgoing = { text, clientMessageId: api.newMessageId() };
    await this.#deliver(outgoing, (error) => {
      const detail = error instanceof api.Problem ? error.message || words.refused : words.failed;
      const isWorthRetrying = !(error instanceof api.Problem) || error.isPassing;
      const retry = () => this.#deliver(outgoing, () => {});
      this.view.addFailure(detail, isWorthRetrying ? retry : null);
    });
  }

  /** Show what was said before the page was loaded again. */
  async restore() {
    const session = this.#session;
    if (!session) return;
    try {
      const transcript = await api.withRetries(() => api.getTranscript(session), () => {});
      for (const message of transcript) this.#receive(message, true);
      this.#listen();
    } catch (error) {
      if (error instanceof api.Problem && error.isGone) return this.#leave();
      this.view.addFailure(words.restoreFailed, async () => {
        await this.restore();
        return true;
      });
    }
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
   * @param {(error: unknown) => void} onFailure
   * @returns {Promise<boolean>} whether the service has it
   */
  #deliver(outgoing, onFailure) {
    this.#inLine += 1;
    this.view.setWaiting(true);
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
    if (!this.#session) {
      this.#session = await api.createConversation();
      saveSession(this.#session);
    }
    try {
      return await api.postMessage(this.#session, outgoing);
    } catch (error) {
      if (!(error instanceof api.Problem && error.isGone) || era !== this.#era) throw error;
      // Erased or expired at the clinic: the message begins a new conversation.
      this.#leave();
      this.view.setStatus(words.newChat);
      this.#session = await api.createConversation();
      saveSession(this.#session);
      return api.postMessage(this.#session, outgoing);
    }
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
   */
  #receive(message, isRestored) {
    this.#lastSequence = Math.max(this.#lastSequence, message.sequence);
    if (message.from === "patient") {
      // Live, it is this tab's own message, which is on the page since it was written.
      if (isRestored && !this.#shown.has(message.id)) this.view.addPatient(message.text);
      this.#shown.add(message.id);
      return;
    }
    const bare = { id: message.id, from: message.from, kind: "notice", text: message.text };
    this.#show(message.reply ?? bare, isRestored);
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
  }
}
