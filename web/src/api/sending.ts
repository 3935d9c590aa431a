/** The upload that is on its way. It goes on while one looks at other screens of the page. */

import { signal } from "@preact/signals";
import { Failure } from "~/api/failure";
import { newKey } from "~/api/http";
import { noteChange, noteRemoval } from "~/api/listing";
import { account, isSame } from "~/api/session";
import type { Video, VideoTexts } from "~/api/types";
import { type Progress, sendBytes } from "~/api/upload";
import { announce, deleteVideo, editVideo, isGone, showVideo } from "~/api/videos";

export interface Sending {
  file: File;
  /** The texts as they stand in the form. */
  typed: VideoTexts;
  /** The texts that the server has; `null` until it is announced. */
  saved: VideoTexts | null;
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
let keyIsFor = "";

function set(change: Partial<Sending>): void {
  const now = sending.peek();
  if (now) sending.value = { ...now, ...change };
}

const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));

const tidy = ({ title, description }: VideoTexts) => ({ title: title.trim(), description });

/** Whether the form holds something that the server has not. */
export function isChanged({ typed, saved }: Sending): boolean {
  const now = tidy(typed);
  return saved !== null && (now.title !== saved.title || now.description !== saved.description);
}

export function typeTexts(typed: VideoTexts): void {
  set({ typed });
}

/** Save the texts of a video that is announced, whether its bytes are there or not. */
export async function saveTexts(): Promise<void> {
  const now = sending.peek();
  if (!now?.hash) return;
  const saved = tidy(now.typed);
  noteChange(await editVideo(now.hash, saved));
  if (sending.peek()?.hash === now.hash) set({ saved });
}

async function announced(texts: VideoTexts): Promise<string> {
  const body = JSON.stringify(texts);
  // A key stands for one body: with other texts it is another request.
  if (keyIsFor !== body) [key, keyIsFor] = [newKey(), body];
  return announce(texts, key);
}

/** The video as it stands now; `null` where no answer came for a moment. */
async function look(hash: string): Promise<Video | null> {
  try {
    return await showVideo(hash);
  } catch (failure) {
    const passing = failure instanceof Failure && (failure.status === 0 || failure.status >= 500);
    if (!passing) throw failure;
    return null;
  }
}

/** Look until it is ready or has failed, or somebody has put it aside. */
async function follow(hash: string, signal: AbortSignal): Promise<void> {
  // Its bytes are stored: it is no longer offered to stop it, which would delete them.
  set({ phase: "processing" });
  for (let looks = 0; !signal.aborted; looks++) {
    const video = await look(hash);
    if (signal.aborted) return;
    if (video?.state === "ready" || video?.state === "failed") {
      return set({ phase: video.state, reason: video.reason ?? "" });
    }
    await wait(looks < QUICK_LOOKS ? LOOK_MS : LOOK_SLOWLY_MS);
  }
}

const REFUSED = [413, 415];

/** Whether what is on its way can come to nothing any more: the server does not take the bytes. */
export function isRefused({ phase, failure }: Sending): boolean {
  return phase === "failed" || (failure !== null && REFUSED.includes(failure.status));
}

/** Whether the server has the bytes: an answer that says so may have been lost on its way. */
export async function isStored(hash: string): Promise<boolean> {
  try {
    return hash !== "" && (await showVideo(hash)).uploaded === true;
  } catch (failure) {
    if (!isGone(failure)) throw failure;
    return false;
  }
}

function report(progress: Progress): void {
  set({ progress, phase: progress.sent >= progress.total ? "proving" : "sending" });
}

async function run(signal: AbortSignal): Promise<void> {
  const now = sending.peek();
  if (!now) return;
  let { hash } = now;
  if (!hash) {
    const saved = tidy(now.typed);
    hash = await announced(saved);
    if (signal.aborted) return discard(hash);
    set({ hash, saved });
  } else if (isChanged(now)) await saveTexts();
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

/** Begin; `known` is a video that was announced before and still waits for its file. */
export function startSending(
  file: File,
  typed: VideoTexts,
  known: { hash: string; saved: VideoTexts } | null,
): void {
  keyIsFor = "";
  const { hash, saved } = known ?? { hash: "", saved: null };
  const progress = { sent: 0, total: file.size, speed: 0 };
  const told = { phase: "sending", progress, failure: null, reason: "" } as const;
  sending.value = { file, typed, saved, hash, ...told };
  void go();
}

/** The same file once more. */
export function tryAgain(): void {
  set({ phase: "sending", failure: null });
  void go();
}

async function discard(hash: string): Promise<void> {
  try {
    await deleteVideo(hash);
  } catch (failure) {
    // Another device was quicker.
    if (!isGone(failure)) throw failure;
  }
  noteRemoval(hash);
}

/** Stop it and take away what was announced; where that fails, it is told and nothing is lost. */
export async function stopSending(): Promise<void> {
  const hash = sending.peek()?.hash;
  control.abort();
  try {
    if (hash) await discard(hash);
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    return set({ phase: "broken", failure });
  }
  sending.value = null;
}

let left: VideoTexts | null = null;

/** Keep what was typed for a file that was not taken. */
export function leaveTexts(texts: VideoTexts): void {
  left = texts;
}

/** What was typed for the last file, once. */
export function takeTexts(): VideoTexts | null {
  const texts = left;
  left = null;
  return texts;
}

/** Look no longer; what has been sent stays. */
export function putAside(): void {
  control.abort();
  sending.value = null;
}

// What one account sends, or has typed, is nothing to the next one in the same tab.
let whose = account.peek();
account.subscribe((name) => {
  if (isSame(name, whose)) return;
  whose = name;
  putAside();
  left = null;
  key = keyIsFor = "";
});

addEventListener("beforeunload", (event) => {
  const now = sending.peek();
  if (now && (now.phase === "sending" || isChanged(now))) event.preventDefault();
});
