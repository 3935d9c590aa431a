/** What is played: the stream of a video where it has one, its MP4 otherwise and where that fails. */

import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Video } from "~/api/types";
import { files } from "~/api/videos";
import { isWorth, placeOf } from "~/player/habits";
import { startOf } from "~/player/start";
import type { Stream } from "~/player/stream";
import { place } from "~/router";

const APPLE_HLS = "application/vnd.apple.mpegurl";
// While a video is still being made, more renditions come: after half a minute, and ever less often.
const LOOK_MS = 15_000;
const LAST_LOOK_MS = 600_000;
const MADE_WITHIN_MS = 24 * 3600 * 1000;
/** The largest rendition that is made: lines of the shorter side. */
const LARGEST = 2160;

type Element = RefObject<HTMLVideoElement | null>;

export interface Source {
  /** The address that the video's element plays by itself; nothing where the stream does. */
  file: string | undefined;
  /** The stream; `null` where there is none, or not yet. */
  stream: Stream | null;
}

/** Where it will begin, where that can be said already: what is loaded then is not loaded in vain. */
function beginOf(hash: string, left: number | null, duration: number): number {
  const asked = startOf(place.peek());
  if (asked !== null) return asked < duration ? asked : 0;
  const at = left || placeOf(hash);
  return isWorth(at, duration) ? at : 0;
}

/** Go on where it was, with another source. */
function goOnAt(it: HTMLVideoElement, at: number, played: boolean): void {
  if (at === 0 && !played) return;
  const known = () => {
    if (at > 0) it.currentTime = at;
    // Refused where it may not begin by itself; its button is there.
    if (played) it.play().catch(() => undefined);
  };
  it.addEventListener("loadedmetadata", known, { once: true });
}

/**
 * Play `address`, the stream's master: `null` while it is not known, "" where there is none. What
 * has begun stays, whatever becomes known later.
 */
export function useSource(
  hash: string,
  about: Video | null,
  address: string | null,
  video: Element,
  left: number | null,
): Source {
  const [stream, setStream] = useState<Stream | null>(null);
  /** What the element plays by itself. */
  const [alone, setAlone] = useState<"stream" | "film" | null>(null);
  const decided = useRef(address);
  decided.current ??= address;
  const chosen = decided.current;
  const film = useFilm(hash, about, chosen === "" || alone === "film");
  const known = useRef({ left, duration: 0 });
  known.current = { left, duration: about?.duration ?? 0 };
  useEffect(() => {
    const it = video.current;
    if (!it || !chosen) return;
    let open: Stream | null = null;
    let wanted = true;
    const end = () => {
      wanted = false;
      open?.end();
    };
    const fail = () => {
      if (!wanted) return;
      const { currentTime, paused } = it;
      end();
      setStream(null);
      goOnAt(it, currentTime, !paused);
      setAlone("film");
    };
    import("~/player/stream").then(({ openStream }) => {
      if (!wanted) return;
      const { left, duration } = known.current;
      open = openStream(it, chosen, { at: beginOf(hash, left, duration), onFailed: fail });
      if (open) setStream(open);
      // Where a browser plays streams by itself alone (`canPlayType` is a maybe of Chromium too).
      else if (it.canPlayType(APPLE_HLS)) setAlone("stream");
      else fail();
    }, fail);
    return end;
  }, [hash, chosen, video]);
  return { file: alone === "stream" && chosen ? chosen : film, stream };
}

/**
 * The address of the MP4, where `played`. The first one that is known stays: the same with another
 * grant would begin anew.
 */
function useFilm(hash: string, about: Video | null, played: boolean): string | undefined {
  const begun = useRef<string | null>(null);
  if (!played) return undefined;
  if (about) begun.current ??= files.film(about);
  return begun.current ?? files.video(hash);
}

/** Whether renditions are missing that will come. */
function mayGrow(about: Video, { heights }: Stream): boolean {
  const side = Math.min(about.width ?? 0, about.height ?? 0, LARGEST);
  // A side that is odd is one less.
  const whole = (heights.value[0] ?? side) >= side - 1;
  return !whole && Date.now() - Date.parse(about.upload) < MADE_WITHIN_MS;
}

/** While the video is still being made, look for renditions that have come. */
export function useGrowth(about: Video | null, stream: Stream | null): void {
  const grows = about !== null && stream !== null && mayGrow(about, stream);
  useEffect(() => {
    if (!stream) return;
    stream.keepShort(grows);
    if (!grows) return;
    let pause = LOOK_MS;
    let timer = setTimeout(look, pause);
    let wanted = true;
    async function look(): Promise<void> {
      // Where a look fails, the next one may not.
      if (!document.hidden) await stream?.refresh().catch(() => undefined);
      pause = Math.min(LAST_LOOK_MS, pause * 1.5);
      if (wanted) timer = setTimeout(look, pause);
    }
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [stream, grows]);
}
