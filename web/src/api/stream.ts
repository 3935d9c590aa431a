/**
 * Notices as they happen. One tab of a browser reads the stream and tells the others; when it is
 * closed, or hidden for long, another one goes on where it was.
 */

import { doubtLine, online } from "~/api/connection";
import { Failure, failureFrom, offline, SignedOut } from "~/api/failure";
import { type Heard, live, tellHearers } from "~/api/heard";
import { isSame, quietly, signIns } from "~/api/session";
import { EventParser } from "~/api/sse";
import { unread } from "~/api/unread";

/**
 * Between tabs: something that was heard, whether the stream is read, or a tab that has just come
 * and knows nothing.
 */
type Word =
  | { name: string; id: string; heard: Heard }
  | { name: string; live: boolean }
  | { name: string; asks: true };

const STREAM = "/notifications/stream";
const FIRST_PAUSE_MS = 1000;
const LAST_PAUSE_MS = 60_000;
// The server gives a sign of life every 15 seconds: without three of them the line is dead.
const SILENCE_MS = 45_000;
// Who looks at other tabs for so long needs no stream in this one.
const HIDDEN_MS = 300_000;

const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("vireo-notices") : null;

/** Whose notices this tab hears, and the last change that it knows. */
let whose = "";
let last = "";
let leading = false;

function take(id: string, heard: Heard): void {
  last = id || last;
  if (heard.event === "unread") unread.value = heard.data.unread;
  tellHearers(heard);
}

channel?.addEventListener("message", ({ data: word }: MessageEvent<Word>) => {
  if (!whose || !isSame(word.name, whose)) return;
  if ("heard" in word) take(word.id, word.heard);
  else if ("live" in word) {
    // Where there are no locks each tab has its own.
    if (!leading) live.value = word.live;
  } else if (leading) {
    tellUnread();
    tellLive();
  }
});

function tell(id: string, heard: Heard): void {
  channel?.postMessage({ name: whose, id, heard } satisfies Word);
}

function tellUnread(): void {
  tell(last, { event: "unread", data: { unread: unread.peek() } });
}

function tellLive(): void {
  channel?.postMessage({ name: whose, live: live.peek() } satisfies Word);
}

/** The stream is read from now on, or not any more. */
function setLive(now: boolean): void {
  live.value = now;
  tellLive();
}

const KNOWN = ["notification", "unread", "video"];

async function read(body: ReadableStream<Uint8Array>, alive: () => void): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const parser = new EventParser();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    alive();
    for (const { id, event, data } of parser.take(decoder.decode(value, { stream: true }))) {
      // What a newer server tells as well.
      if (!KNOWN.includes(event)) continue;
      const heard = { event, data: JSON.parse(data) } as Heard;
      take(id, heard);
      tell(id, heard);
    }
  }
}

/** One stream, until it ends. */
async function open(token: string, ended: AbortSignal): Promise<void> {
  const silent = new AbortController();
  let timer = setTimeout(() => silent.abort(), SILENCE_MS);
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => silent.abort(), SILENCE_MS);
  };
  const headers = new Headers({ Accept: "text/event-stream", Authorization: `Bearer ${token}` });
  if (last) headers.set("Last-Event-ID", last);
  const signal = AbortSignal.any([ended, silent.signal]);
  try {
    const answer = await fetch(STREAM, { headers, signal, cache: "no-store" });
    if (!answer.ok || !answer.body) {
      const body: unknown = await answer.json().catch(() => null);
      throw failureFrom(answer.status, body, answer.headers.get("X-Request-ID") ?? "");
    }
    setLive(true);
    await read(answer.body, alive);
  } catch (cause) {
    if (ended.aborted || cause instanceof Failure) throw cause;
    doubtLine();
    throw offline();
  } finally {
    clearTimeout(timer);
    setLive(false);
  }
}

/** Wait; not at all once it is over, and less where the line comes back. */
const wait = (ms: number, ended: AbortSignal) =>
  new Promise<void>((done) => {
    const lost = !online.peek();
    const over = () => {
      clearTimeout(timer);
      ended.removeEventListener("abort", over);
      forget();
      done();
    };
    const timer = setTimeout(over, ms);
    ended.addEventListener("abort", over);
    const forget = online.subscribe((now) => {
      if (now && lost) queueMicrotask(over);
    });
    if (ended.aborted) queueMicrotask(over);
  });

/** Streams one after the other, until it is over or the session is. */
async function lead(ended: AbortSignal): Promise<void> {
  leading = true;
  // The tab that read it before may have had no time to say that it ends.
  setLive(false);
  let pause = FIRST_PAUSE_MS;
  try {
    while (!ended.aborted) {
      const before = last;
      try {
        await quietly((token) => (token ? open(token, ended) : Promise.reject(new SignedOut())));
        pause = FIRST_PAUSE_MS;
      } catch (cause) {
        // Whoever does something next is asked to sign in again.
        if (cause instanceof SignedOut || ended.aborted) return;
        if (!(cause instanceof Failure)) throw cause;
        if (last !== before) pause = FIRST_PAUSE_MS;
      }
      // Not all at the same moment, after a restart of the server.
      await wait(pause * (0.5 + Math.random()), ended);
      pause = Math.min(2 * pause, LAST_PAUSE_MS);
    }
  } finally {
    leading = false;
  }
}

async function inTurn(name: string, ended: AbortSignal): Promise<void> {
  // Locks are for secure origins: without them each tab has a stream of its own.
  if (!navigator.locks) return lead(ended);
  const lock = `vireo-notices ${name.toLowerCase()}`;
  channel?.postMessage({ name, asks: true } satisfies Word);
  try {
    await navigator.locks.request(lock, { signal: ended }, () => lead(ended));
  } catch (cause) {
    if (!ended.aborted) throw cause;
  }
}

/** Wait until somebody has signed in again, in whichever tab they were asked. */
const signedInAgain = (ended: AbortSignal) =>
  new Promise<void>((done) => {
    const known = signIns.peek();
    const forget = signIns.subscribe((now) => {
      if (now !== known) queueMicrotask(over);
    });
    const over = () => {
      forget();
      done();
    };
    ended.addEventListener("abort", over);
  });

/** Hear until it is over, from one session to the next. */
async function hear(name: string, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    await inTurn(name, ended);
    if (!ended.aborted) await signedInAgain(ended);
  }
}

/** Hear somebody's notices; gives a function that ends it. */
export function follow(name: string): () => void {
  whose = name;
  last = "";
  let control: AbortController | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const begin = () => {
    if (control) return;
    control = new AbortController();
    void hear(name, control.signal);
  };
  const end = () => {
    control?.abort();
    control = null;
  };
  const look = () => {
    clearTimeout(timer);
    if (document.hidden) timer = setTimeout(end, HIDDEN_MS);
    else begin();
  };
  document.addEventListener("visibilitychange", look);
  begin();
  look();
  return () => {
    document.removeEventListener("visibilitychange", look);
    clearTimeout(timer);
    end();
    whose = "";
    last = "";
    unread.value = 0;
    live.value = false;
  };
}
