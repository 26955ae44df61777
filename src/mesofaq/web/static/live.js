/**
 * What staff write, as they write it: the conversation's server-sent events.
 *
 * `EventSource` cannot send the Authorization header, so the stream is read with fetch. A lost stream is opened
 * again with the id of the last event, so nothing is missed; what comes twice is dropped by the reader's `onMessage`.
 */

/** @import {TranscriptMessage} from "./types.js" */

const FIRST_WAIT_MS = 1_000;
/** A service that was started again is found again within this time. */
const LONGEST_WAIT_MS = 10_000;
/** Longer than any pause between the service's keep-alive comments: a silent stream is a dead one. */
const SILENCE_MS = 45_000;

/**
 * Split a stream of text into server-sent events (WHATWG HTML, 9.2.6).
 *
 * @param {(event: {type: string, data: string, id: string | null}) => void} onEvent
 * @returns {(chunk: string) => void}
 */
export function eventParser(onEvent) {
  let rest = "";
  let event = { type: "message", data: /** @type {string[]} */ ([]), id: /** @type {string | null} */ (null) };
  return (chunk) => {
    rest += chunk;
    // A carriage return at the very end may be half of a CRLF: it waits for the next chunk.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") {
        if (event.data.length) onEvent({ type: event.type, data: event.data.join("\n"), id: event.id });
        event = { type: "message", data: [], id: null };
        continue;
      }
      const colon = line.indexOf(":");
      if (colon === 0) continue;
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (field === "data") event.data.push(value);
      else if (field === "event") event.type = value;
      else if (field === "id") event.id = value;
    }
  };
}

/**
 * Wait, but not when the network is back or the page is looked at again.
 *
 * @param {number} time  in milliseconds
 * @returns {Promise<void>}
 */
function pause(time) {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      window.removeEventListener("online", end);
      document.removeEventListener("visibilitychange", end);
      resolve();
    };
    const timer = setTimeout(end, time);
    window.addEventListener("online", end);
    document.addEventListener("visibilitychange", end);
  });
}

/**
 * Follow a conversation until `signal` aborts, or the service says that it is gone.
 *
 * @param {object} options
 * @param {string} options.path
 * @param {string} options.token
 * @param {number} options.after  the last sequence that is already shown; 0 asks for everything
 * @param {(message: TranscriptMessage) => void} options.onMessage
 * @param {AbortSignal} options.signal
 */
export async function follow({ path, token, after, onMessage, signal }) {
  let lastId = String(after);
  let wait = FIRST_WAIT_MS;
  const parse = () =>
    eventParser(({ type, data, id }) => {
      if (id) lastId = id;
      if (type === "message") onMessage(JSON.parse(data));
    });
  while (!signal.aborted) {
    const lost = new AbortController();
    const giveUp = () => lost.abort();
    signal.addEventListener("abort", giveUp);
    let timer = setTimeout(giveUp, SILENCE_MS);
    try {
      const response = await fetch(path, {
        headers: { Accept: "text/event-stream", Authorization: `Bearer ${token}`, "Last-Event-ID": lastId },
        cache: "no-store",
        signal: lost.signal,
      });
      if ([401, 403, 404, 410].includes(response.status)) return;
      if (response.ok && response.body) {
        const feed = parse();
        const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
        for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
          wait = FIRST_WAIT_MS;
          clearTimeout(timer);
          timer = setTimeout(giveUp, SILENCE_MS);
          feed(chunk.value);
        }
      }
    } catch {
      // Lost, silent or not an event: opened again below.
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", giveUp);
    }
    if (signal.aborted) return;
    // Chance spreads out the browsers that all lost the service at the same moment.
    await pause(wait * (0.8 + 0.4 * Math.random()));
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
}
