/** The bytes of a video on their way: XMLHttpRequest, for only it tells how much has been sent. */

import { doubtLine } from "~/api/connection";
import { failureFrom, offline } from "~/api/failure";
import { withToken } from "~/api/session";

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

function attempt(
  hash: string,
  file: File,
  token: string,
  report: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const request = new XMLHttpRequest();
    const speed = speedometer();
    const stop = () => request.abort();
    signal.addEventListener("abort", stop);
    request.upload.onprogress = (event) =>
      report({ sent: event.loaded, total: file.size, speed: speed(event.loaded) });
    request.onloadend = () => {
      signal.removeEventListener("abort", stop);
      if (request.status === 200) return resolve();
      if (signal.aborted) return reject(signal.reason);
      if (request.status === 0) {
        doubtLine();
        return reject(offline());
      }
      const id = request.getResponseHeader("X-Request-ID") ?? "";
      reject(failureFrom(request.status, read(request.responseText), id));
    };
    request.open("POST", `/upload/v/${hash}`);
    request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.send(file);
  });
}

function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Whoever answered does not speak the envelope; `failureFrom` says so.
    return null;
  }
}

/**
 * Send the bytes of an announced video; resolved when they are proven to be one and stored.
 * Rejected with a Failure, or with the signal's reason.
 */
export function sendBytes(
  hash: string,
  file: File,
  report: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<void> {
  return withToken((token) => attempt(hash, file, token, report, signal));
}
