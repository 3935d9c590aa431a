/** What goes on beside a video while it is shown: where it begins, what is kept, lost lines, keys. */

import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { answers, doubtLine, whenBack } from "~/api/connection";
import type { Captions } from "~/api/types";
import { applySound, isWorth, keepPlace, keepSound, placeOf } from "~/player/habits";
import { isForVideo, press } from "~/player/keys";
import { startOf } from "~/player/start";
import type { Stream } from "~/player/stream";
import { toggleCaptions } from "~/player/tracks";
import { place } from "~/router";

type Video = RefObject<HTMLVideoElement | null>;

const KEEP_MS = 4000;
const SOON_SECONDS = 3;

/**
 * Do `work` as soon as the video's length is known; gives a function that forgets it.
 *
 * The element of a stream may tell of its metadata first, and that it is endless: whoever goes to a
 * place then gets to the end of what has been loaded by now.
 */
function onceKnown(it: HTMLVideoElement, work: () => void): () => void {
  const told = ["loadedmetadata", "durationchange"];
  const forget = () => {
    for (const event of told) it.removeEventListener(event, look);
  };
  function look(): void {
    if (it.readyState < HTMLMediaElement.HAVE_METADATA || !Number.isFinite(it.duration)) return;
    forget();
    work();
  }
  for (const event of told) it.addEventListener(event, look);
  look();
  return forget;
}

/**
 * Where it begins: where the address says, or else where it was left, by what the server knows
 * (`left`) or this browser. Gives the latter in seconds; 0 for the beginning.
 */
export function useBegin(hash: string, video: Video, left: number | null): number {
  const [resumed, setResumed] = useState(0);
  // Another time in the address is another place in the same video.
  const wanted = startOf(place.value);
  useEffect(() => {
    const it = video.current;
    if (!it || (wanted === null && left === null)) return;
    return onceKnown(it, () => {
      if (wanted !== null) {
        if (wanted < it.duration) it.currentTime = wanted;
        return;
      }
      const at = left || placeOf(hash);
      if (!isWorth(at, it.duration)) return;
      // A stream begins there by itself (`source.ts`), which may be before this is called.
      const there = Math.abs(it.currentTime - at) < SOON_SECONDS;
      // Who watches it already is not taken elsewhere.
      if (!there && it.currentTime > SOON_SECONDS) return;
      if (!there) it.currentTime = at;
      setResumed(at);
    });
  }, [hash, video, wanted, left]);
  return resumed;
}

/** Volume and place are applied to the video, and kept as they change. */
export function useHabits(hash: string, video: Video): void {
  useEffect(() => {
    const it = video.current;
    if (!it) return;
    applySound(it);
    const keep = () => it.readyState >= HTMLMediaElement.HAVE_METADATA && keepPlace(hash, it);
    const sound = () => keepSound(it);
    const timer = setInterval(() => !it.paused && keep(), KEEP_MS);
    it.addEventListener("pause", keep);
    it.addEventListener("volumechange", sound);
    addEventListener("pagehide", keep);
    return () => {
      clearInterval(timer);
      keep();
      removeEventListener("pagehide", keep);
      it.removeEventListener("pause", keep);
      it.removeEventListener("volumechange", sound);
    };
  }, [hash, video]);
}

/**
 * Why it can't be played; where it is the line, it goes on where it was when that is back. A stream
 * mends itself, or its MP4 is played in its place.
 */
export function useTrouble(video: Video, stream: Stream | null): "broken" | "offline" | null {
  const [trouble, setTrouble] = useState<"broken" | "offline" | null>(null);
  const streamed = useRef(stream);
  streamed.current = stream;
  useEffect(() => {
    const it = video.current;
    if (!it) return;
    let at = 0;
    let played = false;
    let here = true;
    const fail = async () => {
      if (streamed.current) return;
      // A second try that fails too stands at the beginning, and still.
      at = it.currentTime || at;
      played ||= !it.paused;
      const there = await answers();
      if (!here) return;
      if (!there) doubtLine(true);
      setTrouble(there ? "broken" : "offline");
    };
    const again = () => {
      if (!it.error || streamed.current) return;
      setTrouble(null);
      it.load();
      onceKnown(it, () => {
        it.currentTime = at;
        // Refused where it may not begin by itself; its button is there.
        if (played) it.play().catch(() => undefined);
      });
    };
    const fine = () => {
      at = 0;
      played = false;
      setTrouble(null);
    };
    const heard = () => void fail();
    it.addEventListener("error", heard);
    it.addEventListener("playing", fine);
    const forget = whenBack(again);
    return () => {
      here = false;
      it.removeEventListener("error", heard);
      it.removeEventListener("playing", fine);
      forget();
    };
  }, [video]);
  return stream?.lost.value ? "offline" : trouble;
}

export function useKeys(
  video: Video,
  box: RefObject<HTMLElement | null>,
  offered: Captions[],
): void {
  useEffect(() => {
    const down = (event: KeyboardEvent) => {
      if (!video.current || !box.current || !isForVideo(event, box.current)) return;
      const captioned = event.key.toLowerCase() === "c" && toggleCaptions(offered);
      if (captioned || press(event.key, video.current, box.current)) event.preventDefault();
    };
    addEventListener("keydown", down);
    return () => removeEventListener("keydown", down);
  }, [video, box, offered]);
}
