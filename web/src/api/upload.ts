/** The bytes of a video on their way. What sends them (`tus.ts`) is loaded with the first ones. */

import { doubtLine } from "~/api/connection";
import { bareFailure, Failure, offline } from "~/api/failure";
import { forgetKept, type Kept, keptUploads } from "~/api/kept-uploads";
import { withToken } from "~/api/session";
import type { Video } from "~/api/types";
import { isGone, showVideo } from "~/api/videos";

export interface Progress {
  sent: number;
  total: number;
  /** Bytes a second, over the last seconds; 0 until it is known. */
  speed: number;
}

export const percentOf = (sent: number, total: number): number =>
  Math.min(100, Math.floor((sent / Math.max(1, total)) * 100));

const WINDOW_MS = 5000;

/** Follows how fast bytes leave, so that the time left does not jump. */
export function speedometer(now: () => number = () => performance.now()) {
  const marks: { at: number; sent: number }[] = [];
  return (sent: number): number => {
    marks.push({ at: now(), sent });
    while (marks.length > 2 && now() - (marks[0]?.at ?? 0) > WINDOW_MS) marks.shift();
    const [first, last] = [marks[0], marks.at(-1)];
    const seconds = first && last ? (last.at - first.at) / 1000 : 0;
    return first && last && seconds > 0.25 ? (last.sent - first.sent) / seconds : 0;
  };
}

/** Where uploads in pieces are, and each one below it. */
export const PIECES = "/upload/tus";
/** What says that nothing is kept of a file. */
export const REFUSED = [413, 415];
// Longer than the server waits for a verdict before it answers a look: 20 seconds.
const PATIENCE_MS = 30_000;

/** Ask something of an upload that needs no body. */
function ask(method: "HEAD" | "DELETE", id: string): Promise<Response> {
  return withToken(async (token) => {
    const headers = { Authorization: `Bearer ${token}`, "Tus-Resumable": "1.0.0" };
    const limit = AbortSignal.timeout(PATIENCE_MS);
    const options: RequestInit = { method, headers, cache: "no-store", signal: limit };
    const answer = await fetch(`${PIECES}/${id}`, options).catch(() => null);
    if (answer?.ok) return answer;
    if (answer) throw bareFailure(answer.status, await answer.json().catch(() => null), "");
    doubtLine();
    throw offline();
  });
}

/** How many bytes of an upload the server has; `null` where there is no such upload any more. */
export async function countBytes(id: string): Promise<number | null> {
  try {
    return Number((await ask("HEAD", id)).headers.get("Upload-Offset"));
  } catch (failure) {
    if (isEnded(failure)) return null;
    throw failure;
  }
}

/** Whether an upload is not there any more: it has expired, or never was. */
export const isEnded = (failure: unknown): boolean =>
  failure instanceof Failure && (failure.status === 404 || failure.status === 410);

/** End an upload. It is forgotten here only when the server has said that it is gone. */
export async function endUpload({ hash, id }: Kept): Promise<void> {
  try {
    await ask("DELETE", id);
  } catch (failure) {
    if (!isEnded(failure)) throw failure;
  }
  forgetKept(hash);
}

/** How far an upload came; `done`: the server has all of it, `gone`: it can't be gone on with. */
export type Came =
  | { state: "begun" | "done"; video: Video; sent: number }
  | { state: "gone"; video: null; sent: null };

/** Look at an upload of an earlier visit; it is forgotten where there is nothing to be done. */
export async function lookAtKept({ hash, id, size }: Kept): Promise<Came> {
  const gone = (failure: unknown) => {
    if (!isGone(failure)) throw failure;
    return null;
  };
  const [video, sent] = await Promise.all([showVideo(hash).catch(gone), countBytes(id)]);
  if (video && !video.uploaded && sent !== null) {
    // Of one that is all there the verdict may still come.
    return { state: sent < size ? "begun" : "done", video, sent };
  }
  forgetKept(hash);
  return video?.uploaded
    ? { state: "done", video, sent: size }
    : { state: "gone", video: null, sent: null };
}

const lockOf = (hash: string) => `vireo-upload-${hash}`;

/** Those that no tab of this browser is at. */
export async function interrupted(): Promise<Kept[]> {
  // Locks are for secure origins; without them the other tab's is shown too.
  const held = (await navigator.locks?.query())?.held?.map(({ name }) => name) ?? [];
  return keptUploads.peek().filter(({ hash }) => !held.includes(lockOf(hash)));
}

async function load() {
  try {
    return await import("~/api/tus");
  } catch {
    doubtLine();
    throw offline();
  }
}

/**
 * Send the bytes of an announced video; resolved when they are proven to be one and stored. It goes
 * on from where an earlier attempt with the same file came to. Rejected with a Failure, with
 * SignedOut, or with the signal's reason.
 */
export async function sendBytes(
  hash: string,
  file: File,
  report: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<void> {
  const { sendPieces } = await load();
  const work = () => sendPieces(hash, file, report, signal);
  // Two tabs that send the same would take it from each other.
  if (navigator.locks) await navigator.locks.request(lockOf(hash), { signal }, work);
  else await work();
}
