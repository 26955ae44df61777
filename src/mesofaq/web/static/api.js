/** The chat API: one function a call, errors as two classes, and retries that are safe to make. */

/** @import {Clinic, Opening, Outgoing, Reply, Session, TranscriptMessage} from "./types.js" */

/** The service did not answer, or the answer did not arrive. */
export class Unreachable extends Error {}

/** The service answered with a problem document (RFC 9457). Its `detail` is written for people. */
export class Problem extends Error {
  /**
   * @param {number} status
   * @param {string} detail
   * @param {number | null} retryAfterS
   */
  constructor(status, detail, retryAfterS) {
    super(detail);
    this.status = status;
    this.retryAfterS = retryAfterS;
  }

  /** The conversation is unknown or the token no longer opens it. */
  get isGone() {
    return this.status === 401 || this.status === 403 || this.status === 404 || this.status === 410;
  }

  /** The same call may succeed later. */
  get isPassing() {
    return this.status === 429 || this.status >= 500;
  }
}

const TIMEOUT_MS = 20_000;

/**
 * @param {string} method
 * @param {string} path
 * @param {{token?: string, body?: unknown}} [options]
 * @returns {Promise<any>} the JSON of the answer, or null where it has no body
 */
async function call(method, path, { token, body } = {}) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response;
  let text;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    text = await response.text();
  } catch (error) {
    throw new Unreachable("no answer", { cause: error });
  }
  let json = null;
  try {
    json = text ? JSON.parse(text) : null;
  } catch {
    // A proxy's error page, say: treated below like an answer without a body.
  }
  if (response.ok) {
    if (text && json === null) throw new Unreachable("not the service that answered");
    return json;
  }
  const seconds = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  const detail = typeof json?.detail === "string" ? json.detail : "";
  throw new Problem(response.status, detail, Number.isNaN(seconds) ? null : seconds);
}

/** @param {Session} session */
const pathOf = (session) => `/v1/conversations/${encodeURIComponent(session.id)}`;

/** @returns {Promise<Clinic>} */
export const getClinic = () => call("GET", "/v1/clinic");

/**
 * @param {Opening} opening
 * @returns {Promise<Session>}
 */
export async function createConversation(opening) {
  const made = await call("POST", "/v1/conversations", { body: opening });
  return { id: made.conversation_id, token: made.token };
}

/**
 * @param {Session} session
 * @param {Outgoing} outgoing
 * @returns {Promise<Reply[]>} none while a person of the clinic has the chat
 */
export async function postMessage(session, outgoing) {
  const body = { text: outgoing.text, client_message_id: outgoing.clientMessageId };
  return (await call("POST", `${pathOf(session)}/messages`, { token: session.token, body })).messages;
}

/**
 * @param {Session} session
 * @returns {Promise<TranscriptMessage[]>}
 */
export const getTranscript = async (session) =>
  (await call("GET", `${pathOf(session)}/messages`, { token: session.token })).messages;

/** @param {Session} session */
export const eraseConversation = (session) => call("DELETE", pathOf(session), { token: session.token });

/**
 * Leave a phone number or e-mail, or take it back.
 *
 * @param {Session} session
 * @param {string | null} contact
 */
export const putContact = (session, contact) =>
  call("PUT", `${pathOf(session)}/contact`, { token: session.token, body: { contact } });

/**
 * Everything that the clinic holds of the conversation.
 *
 * @param {Session} session
 * @returns {Promise<unknown>}
 */
export const getExport = (session) => call("GET", `${pathOf(session)}/export`, { token: session.token });

/** @param {Session} session */
export const eventsPath = (session) => `${pathOf(session)}/events`;

const WAITS_MS = [1_000, 2_500, 5_000];
const LONGEST_WAIT_MS = 15_000;

/**
 * Make a call again after a failure that may pass: three more times, waiting longer each time. Every try must be
 * the same call, so that the service can tell a repeat from a new message.
 *
 * @template T
 * @param {() => Promise<T>} attempt
 * @param {(again: number, of: number, error: unknown) => void} onRetry  told before each repeat
 * @returns {Promise<T>}
 */
export async function withRetries(attempt, onRetry) {
  for (let failures = 0; ; failures += 1) {
    try {
      return await attempt();
    } catch (error) {
      const passing = error instanceof Unreachable || (error instanceof Problem && error.isPassing);
      const asked = error instanceof Problem ? (error.retryAfterS ?? 0) * 1000 : 0;
      if (!passing || failures === WAITS_MS.length || asked > LONGEST_WAIT_MS) throw error;
      onRetry(failures + 1, WAITS_MS.length, error);
      // Chance spreads out the browsers that all lost the service at the same moment.
      const wait = Math.max(asked, WAITS_MS[failures] * (0.8 + 0.4 * Math.random()));
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

/** A UUID, also where the page is not served over HTTPS and `crypto.randomUUID` is missing. */
export function newMessageId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
