/** One request and its answer out of the envelope. Knows nothing of who is signed in. */

import { doubtLine } from "~/api/connection";
import { Failure, failureFrom, offline } from "~/api/failure";

export interface Ask {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is. */
  raw?: Blob;
  token?: string;
  /** The same key and body have one effect, however often they are sent. */
  key?: string;
  signal?: AbortSignal | undefined;
  /** Sent also where the page is left at that moment. */
  keepalive?: boolean;
}

export interface Answer<T> {
  value: T;
  /** The address of the list's next page; `null` at its end. */
  next: string | null;
}

const PATIENCE_MS = 30_000;
// With a file: a picture of 10 MB leaves by a line of 300 kbit/s within it.
const PATIENCE_WITH_FILE_MS = 300_000;
const TRIES = 3;

/** For a `POST` that may have to be sent again: choose one for each thing that is done. */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint32Array(4))].map((n) => n.toString(36)).join("-");
}

async function once<T>(path: string, ask: Ask): Promise<Answer<T>> {
  const headers = new Headers({ Accept: "application/json" });
  if (ask.token) headers.set("Authorization", `Bearer ${ask.token}`);
  if (ask.key) headers.set("Idempotency-Key", ask.key);
  if (ask.body !== undefined) headers.set("Content-Type", "application/json");
  const limit = AbortSignal.timeout(ask.raw ? PATIENCE_WITH_FILE_MS : PATIENCE_MS);
  let answer: Response;
  let body: unknown;
  try {
    answer = await fetch(path, {
      method: ask.method ?? "GET",
      headers,
      body: ask.raw ?? (ask.body === undefined ? null : JSON.stringify(ask.body)),
      credentials: "same-origin",
      keepalive: ask.keepalive ?? false,
      signal: ask.signal ? AbortSignal.any([ask.signal, limit]) : limit,
    });
    body = await answer.json().catch((cause: unknown) => {
      // An answer that was cut off is none; what a proxy says of a failure need not be JSON.
      if (answer.ok) throw cause;
      return null;
    });
  } catch (cause) {
    if (ask.signal?.aborted) throw cause;
    doubtLine();
    throw offline();
  }
  if (!answer.ok) throw failureFrom(answer.status, body, answer.headers.get("X-Request-ID") ?? "");
  return { value: (body as { response: T }).response, next: nextPage(answer.headers.get("Link")) };
}

function nextPage(link: string | null): string | null {
  const found = link && /<([^>]*)>\s*;\s*rel="?next"?/.exec(link)?.[1];
  if (!found) return null;
  const url = new URL(found, location.href);
  return url.pathname + url.search;
}

const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));

/**
 * Send a request. One that may be sent again (a `GET`, or with a key) is, after a moment, where
 * a service was not there.
 */
export async function send<T>(path: string, ask: Ask = {}): Promise<Answer<T>> {
  const repeatable = (ask.method ?? "GET") === "GET" || ask.key !== undefined;
  for (let attempt = 1; ; attempt++) {
    try {
      return await once<T>(path, ask);
    } catch (failure) {
      const passing = failure instanceof Failure && [502, 503, 504].includes(failure.status);
      if (!passing || !repeatable || attempt === TRIES) throw failure;
      await wait(400 * attempt);
    }
  }
}
