/**
 * Uploads on their way, one after the other, in the order in which they were begun. They go on while
 * one looks at other screens of the page.
 */

import { signal } from "@preact/signals";
import { isOffline, online, whenBack } from "~/api/connection";
import { Failure } from "~/api/failure";
import { news } from "~/api/heard";
import { newKey } from "~/api/http";
import { forgetKept, keptOf } from "~/api/kept-uploads";
import { noteChange, noteRemoval } from "~/api/listing";
import { isMoving, lookAt, pauseBehind, retryProcessing } from "~/api/processing";
import { account, isSame } from "~/api/session";
import type { Processing, Video, VideoTexts } from "~/api/types";
import { endUpload, type Progress, REFUSED, sendBytes } from "~/api/upload";
import { announce, deleteVideo, editVideo, isGone, showVideo } from "~/api/videos";

export type Phase = "queued" | "sending" | "proving" | "processing" | "ready" | "failed" | "broken";

export interface Sending {
  /** Names it in this tab. */
  id: number;
  file: File;
  /** The texts as they stand in the form. */
  typed: VideoTexts;
  /** The texts that the server has; `null` until it is announced. */
  saved: VideoTexts | null;
  /** Empty until it is announced. */
  hash: string;
  phase: Phase;
  progress: Progress;
  /** Why it broke; it can be tried again. */
  failure: Failure | null;
  /** Why it failed, in the server's words. */
  reason: string;
  /** How far the server is with it; `null` until that is known. */
  processing: Processing | null;
  /** It was to be stopped, and what was announced of it could not be taken away yet. */
  stopping: boolean;
}

/** A file, with the texts that belong to it. */
export type Draft = Pick<Sending, "file" | "typed">;

export const sendings = signal<Sending[]>([]);

let count = 0;
const controls = new Map<number, AbortController>();
/** A key stands for one body: with other texts it is another request. */
const keys = new Map<number, { key: string; body: string }>();

const find = (id: number): Sending | undefined => sendings.peek().find((one) => one.id === id);

function set(id: number, change: Partial<Sending>): void {
  sendings.value = sendings.peek().map((one) => (one.id === id ? { ...one, ...change } : one));
}

const tidy = ({ title, description }: VideoTexts) => ({ title: title.trim(), description });

/** Whether the form holds something that the server has not. */
export function isChanged({ typed, saved }: Sending): boolean {
  const now = tidy(typed);
  return saved !== null && (now.title !== saved.title || now.description !== saved.description);
}

/** Whether the server has not got all of its bytes, and this tab is at it. */
export const isUnderWay = ({ phase }: Sending): boolean =>
  phase === "queued" || phase === "sending" || phase === "proving";

export function typeTexts(id: number, typed: VideoTexts): void {
  set(id, { typed });
}

/** Save the texts of a video that is announced, whether its bytes are there or not. */
export async function saveTexts(id: number): Promise<void> {
  const now = find(id);
  if (!now?.hash) return;
  const saved = tidy(now.typed);
  noteChange(await editVideo(now.hash, saved));
  set(id, { saved });
}

async function announced(id: number, texts: VideoTexts): Promise<string> {
  const body = JSON.stringify(texts);
  const known = keys.get(id);
  const key = known?.body === body ? known.key : newKey();
  keys.set(id, { key, body });
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

/** Until it is ready or has failed, or somebody has put it aside. */
async function follow(id: number, hash: string, signal: AbortSignal): Promise<void> {
  // Its bytes are stored: it is no longer offered to stop it, which would delete them.
  set(id, { phase: "processing" });
  for (let looks = 0; !signal.aborted; looks++) {
    const [video, processing] = await Promise.all([look(hash), lookAt(hash)]);
    if (signal.aborted) return;
    if (processing) set(id, { processing });
    // Of one that is tried again catalog hears a moment later.
    const failed = video?.state === "failed" && processing !== null && !isMoving(processing);
    if (video?.state === "ready" || (video?.state === "failed" && failed)) {
      return set(id, { phase: video.state, reason: video.reason ?? video.note ?? "" });
    }
    // Two answers, of which one may have been lost or be older: what is not told here yet will not
    // be told by the stream again.
    const now = processing && isMoving(processing) ? processing : null;
    await news(hash, pauseBehind(now, looks), signal);
  }
}

/** Whether what is on its way can come to nothing any more: the server does not take the bytes. */
export function isRefused({ phase, failure }: Sending): boolean {
  return phase === "failed" || (failure !== null && REFUSED.includes(failure.status));
}

/** Whether the server has the bytes: an answer that says so may have been lost on its way. */
async function isStored(hash: string): Promise<boolean> {
  try {
    return hash !== "" && (await showVideo(hash)).uploaded === true;
  } catch (failure) {
    if (!isGone(failure)) throw failure;
    return false;
  }
}

async function run(id: number, signal: AbortSignal): Promise<void> {
  const now = find(id);
  if (!now) return;
  let { hash } = now;
  if (!hash) {
    const saved = tidy(now.typed);
    hash = await announced(id, saved);
    if (signal.aborted) return discard(hash);
    set(id, { hash, saved });
  } else if (isChanged(now)) await saveTexts(id);
  const report = (progress: Progress) =>
    set(id, { progress, phase: progress.sent >= progress.total ? "proving" : "sending" });
  try {
    await sendBytes(hash, now.file, report, signal);
  } catch (failure) {
    // An answer that was lost on its way: the bytes are there.
    const there = failure instanceof Failure && failure.code === "already_uploaded";
    if (!there) throw failure;
    forgetKept(hash);
  }
  await follow(id, hash, signal);
}

/** Do the `work` for one, which may be stopped; what goes wrong is told. */
async function attend(
  id: number,
  phase: Phase,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const control = new AbortController();
  controls.set(id, control);
  set(id, { phase, failure: null });
  try {
    await work(control.signal);
  } catch (failure) {
    if (control.signal.aborted) return;
    if (failure instanceof Failure) return set(id, { phase: "broken", failure });
    // Signed out in the middle.
    putAside(id);
  }
}

/** Begin with the first that waits, unless one is being sent or there is no line. */
function advance(): void {
  const all = sendings.value;
  if (!online.value || all.some(({ phase }) => phase === "sending")) return;
  const first = all.find(({ phase }) => phase === "queued");
  if (first) void attend(first.id, "sending", (signal) => run(first.id, signal));
}

/** Take files into the queue; `known` is a video that was announced before and waits for its file. */
export function startSending(
  drafts: Draft[],
  known: { hash: string; saved: VideoTexts } | null = null,
): void {
  const { hash, saved } = known ?? { hash: "", saved: null };
  const nothing = { failure: null, reason: "", processing: null, stopping: false } as const;
  const told = { phase: "queued", ...nothing } as const;
  const added = drafts.map(({ file, typed }) => {
    const progress = { sent: 0, total: file.size, speed: 0 };
    return { id: ++count, file, typed, saved, hash, progress, ...told };
  });
  sendings.value = [...sendings.peek(), ...added];
}

/** Go on with what an earlier visit began, whose video is `video`. */
export function goOn(file: File, { thumbnail: hash, title, description }: Video): void {
  const saved = { title, description };
  startSending([{ file, typed: saved }], { hash, saved });
}

/** Go on with the same file, when it is its turn. */
export function tryAgain(id: number): void {
  const now = find(id);
  if (!now) return;
  const progress = { ...now.progress, speed: 0 };
  set(id, { phase: "queued", failure: null, stopping: false, progress });
}

/** Have the server begin anew with one whose bytes it has, and could do nothing with. */
export async function makeAgain(id: number): Promise<void> {
  const hash = find(id)?.hash;
  if (!hash) return;
  await retryProcessing(hash);
  void attend(id, "processing", (signal) => follow(id, hash, signal));
}

/** Take away a video that is announced, and what was sent for it. */
export async function discard(hash: string): Promise<void> {
  // Whoever looks at it meanwhile may forget it.
  const known = keptOf(hash);
  try {
    await deleteVideo(hash);
  } catch (failure) {
    // Another device was quicker.
    if (!isGone(failure)) throw failure;
  }
  noteRemoval(hash);
  if (known) await endUpload(known);
}

/** Look no longer; what has been sent stays. */
export function putAside(id: number): void {
  controls.get(id)?.abort();
  controls.delete(id);
  keys.delete(id);
  sendings.value = sendings.peek().filter((one) => one.id !== id);
}

/**
 * Stop it and take away what was announced; where that fails, it is told and nothing is lost.
 * Whether it is gone.
 */
export async function stopSending(id: number): Promise<boolean> {
  const hash = find(id)?.hash;
  controls.get(id)?.abort();
  try {
    if (hash) await discard(hash);
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    set(id, { phase: "broken", stopping: true, failure });
    return false;
  }
  putAside(id);
  return true;
}

/**
 * Give one up that broke or failed. `stored`: the server had its bytes after all, and keeps them;
 * `gone`: nothing is left of it; `none`: that could not be done now.
 */
export async function giveUp(id: number): Promise<"stored" | "gone" | "none"> {
  const now = find(id);
  if (now && !isRefused(now) && (await isStored(now.hash))) {
    if (isChanged(now)) await saveTexts(id);
    putAside(id);
    forgetKept(now.hash);
    return "stored";
  }
  return (await stopSending(id)) ? "gone" : "none";
}

/** A video was deleted from another screen. */
export function noteGone(hash: string): void {
  const known = keptOf(hash);
  // Where it can't be told, the next look at it finds no video.
  if (known) void endUpload(known).catch(() => {});
  for (const one of sendings.peek()) if (one.hash === hash) putAside(one.id);
}

/** Its texts were changed on another screen; what is being typed here stays. */
export function noteTexts({ thumbnail, title, description }: Video): void {
  for (const one of sendings.peek()) {
    if (one.hash !== thumbnail) continue;
    const saved = { title, description };
    set(one.id, isChanged(one) ? { saved } : { saved, typed: saved });
  }
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

sendings.subscribe(advance);
online.subscribe(advance);
whenBack(() => {
  for (const one of sendings.peek()) {
    if (one.phase !== "broken" || !isOffline(one.failure)) continue;
    if (one.stopping) void stopSending(one.id);
    else tryAgain(one.id);
  }
});

// What one account sends, or has typed, is nothing to the next one in the same tab.
let whose = account.peek();
account.subscribe((name) => {
  if (isSame(name, whose)) return;
  whose = name;
  for (const { id } of sendings.peek()) putAside(id);
  left = null;
});

addEventListener("beforeunload", (event) => {
  if (sendings.peek().some((one) => isUnderWay(one) || isChanged(one))) event.preventDefault();
});
