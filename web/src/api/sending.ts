/** The upload that is on its way. It goes on while one looks at other screens of the page. */

import { signal } from "@preact/signals";
import { Failure } from "~/api/failure";
import { newKey } from "~/api/http";
import { addPending, removePending } from "~/api/pending";
import { account } from "~/api/session";
import { type Progress, sendBytes } from "~/api/upload";
import { announce, deleteVideo, showVideo } from "~/api/videos";

export interface Sending {
  file: File;
  title: string;
  description: string;
  /** Empty until it is announced. */
  hash: string;
  phase: "sending" | "proving" | "processing" | "ready" | "failed" | "broken";
  progress: Progress;
  /** Why it broke; it can be tried again. */
  failure: Failure | null;
  /** Why it failed for good, in the server's words. */
  reason: string;
}

export const sending = signal<Sending | null>(null);

const LOOK_MS = 1500;
const LOOK_SLOWLY_MS = 5000;
const QUICK_LOOKS = 20;

let control = new AbortController();
let key = "";

function set(change: Partial<Sending>): void {
  const now = sending.peek();
  if (now) sending.value = { ...now, ...change };
}

const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Look until it is ready or has failed, or somebody has put it aside. */
async function follow(hash: string, signal: AbortSignal): Promise<void> {
  for (let looks = 0; !signal.aborted; looks++) {
    const video = await showVideo(hash);
    if (signal.aborted) return;
    if (video.state === "ready" || video.state === "failed") {
      return set({ phase: video.state, reason: video.reason ?? "" });
    }
    set({ phase: "processing" });
    await wait(looks < QUICK_LOOKS ? LOOK_MS : LOOK_SLOWLY_MS);
  }
}

function report(progress: Progress): void {
  set({ progress, phase: progress.sent >= progress.total ? "proving" : "sending" });
}

async function run(signal: AbortSignal): Promise<void> {
  const now = sending.peek();
  if (!now) return;
  const hash = now.hash || (await announce(now.title, now.description, key));
  const name = account.peek();
  if (name) addPending(name, hash);
  if (signal.aborted) return discard(hash);
  set({ hash });
  try {
    await sendBytes(hash, now.file, report, signal);
  } catch (failure) {
    // An answer that was lost on its way: the bytes are there.
    const there = failure instanceof Failure && failure.code === "already_uploaded";
    if (!there) throw failure;
  }
  await follow(hash, signal);
}

async function go(): Promise<void> {
  control = new AbortController();
  const { signal } = control;
  try {
    await run(signal);
  } catch (failure) {
    if (signal.aborted) return;
    if (failure instanceof Failure) return set({ phase: "broken", failure });
    // Signed out in the middle.
    sending.value = null;
  }
}

/** Begin; `hash` is that of a video which was announced before and still waits for its file. */
export function startSending(file: File, title: string, description: string, hash = ""): void {
  key = newKey();
  const progress = { sent: 0, total: file.size, speed: 0 };
  const phase = "sending";
  sending.value = { file, title, description, hash, phase, progress, failure: null, reason: "" };
  void go();
}

/** The same file once more. */
export function tryAgain(): void {
  set({ phase: "sending", failure: null });
  void go();
}

async function discard(hash: string): Promise<void> {
  const name = account.peek();
  if (name) removePending(name, hash);
  await deleteVideo(hash);
}

/** Stop it and take away what was announced. */
export async function stopSending(): Promise<void> {
  const hash = sending.peek()?.hash;
  putAside();
  if (hash) await discard(hash);
}

/** Look no longer; what has been sent stays. */
export function putAside(): void {
  control.abort();
  sending.value = null;
}

addEventListener("beforeunload", (event) => {
  if (sending.peek()?.phase === "sending") event.preventDefault();
});
