/** What the server is told while a video plays: where one stands, and what was watched of it. */

import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";
import { Failure, SignedOut } from "~/api/failure";
import { newKey } from "~/api/http";
import { notePosition, notePositionLeaving } from "~/api/people";

const EVERY_MS = 10_000;

/** Tell the server of one viewing; gives a function that ends it. */
function tellOf(hash: string, it: HTMLVideoElement): () => void {
  const session = newKey();
  let at = it.currentTime;
  let watched = 0;
  let told: number | null = null;
  let gone = false;
  let timer: ReturnType<typeof setInterval> | undefined;

  // What the video has passed of itself; a jump is not watched.
  function pass(): void {
    const now = it.currentTime;
    if (!it.seeking && now > at) watched += (now - at) / (it.playbackRate || 1);
    at = now;
  }
  function say(send: typeof notePosition): void {
    pass();
    const position = Math.round(it.currentTime * 100) / 100;
    const seconds = watched;
    // Who has watched nothing stands nowhere.
    if (gone || (seconds === 0 && (told === null || told === position))) return;
    watched = 0;
    told = position;
    send(hash, { position, watched: seconds, session }).catch((cause: unknown) => {
      if (!(cause instanceof Failure || cause instanceof SignedOut)) throw cause;
      // Nor is anything kept of who is suspended.
      if (cause instanceof Failure && ["not_found", "suspended"].includes(cause.code)) gone = true;
      // The next call has it. The server believes no more than can be.
      else watched += seconds;
    });
  }
  const tell = () => say(notePosition);
  const leave = () => say(notePositionLeaving);
  const hide = () => document.visibilityState === "hidden" && leave();
  const begin = () => {
    timer ??= setInterval(tell, EVERY_MS);
  };
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
    tell();
  };
  const heard: [string, () => void][] = [
    ["playing", begin],
    ["timeupdate", pass],
    ["seeking", pass],
    ["pause", stop],
    ["ended", stop],
  ];
  for (const [type, hear] of heard) it.addEventListener(type, hear);
  document.addEventListener("visibilitychange", hide);
  addEventListener("pagehide", leave);
  if (!it.paused) begin();
  return () => {
    for (const [type, hear] of heard) it.removeEventListener(type, hear);
    document.removeEventListener("visibilitychange", hide);
    removeEventListener("pagehide", leave);
    stop();
  };
}

export function usePosition(hash: string, video: RefObject<HTMLVideoElement | null>): void {
  useEffect(() => (video.current ? tellOf(hash, video.current) : undefined), [hash, video]);
}
