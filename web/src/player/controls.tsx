/** The controls: brought in small steps, each of them while nothing else is to be done. */

import type { JSX, RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import { whenBack } from "~/api/connection";
import type { Captions } from "~/api/types";
import { lazy } from "~/components/lazy";
import { language, texts } from "~/locales";
import type { Stream } from "~/player/stream";

const Settings = lazy(
  async () => (await import("~/player/settings")).Settings,
  () => null,
);

type Video = RefObject<HTMLVideoElement | null>;

const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2] as const;
// A browser that is busy with the video still has a moment for each step.
const PATIENCE_MS = 200;
const WAITS_MS = 500;

const idle = () =>
  new Promise<void>((done) => {
    if ("requestIdleCallback" in window)
      requestIdleCallback(() => done(), { timeout: PATIENCE_MS });
    else setTimeout(done);
  });

/** How fast it plays; each press is the next speed. */
function Rate({ video }: { video: Video }) {
  const t = texts.value.watch;
  const [rate, setRate] = useState(video.current?.playbackRate ?? 1);
  useEffect(() => {
    const it = video.current;
    const look = () => setRate(it?.playbackRate ?? 1);
    it?.addEventListener("ratechange", look);
    return () => it?.removeEventListener("ratechange", look);
  }, [video]);
  function next(): void {
    if (video.current) video.current.playbackRate = SPEEDS.find((one) => one > rate) ?? SPEEDS[0];
  }
  return (
    <button type="button" class="rate" title={t.speed} onClick={next}>
      {rate}×<span class="unseen"> {t.speed}</span>
    </button>
  );
}

const WAITING = ["waiting", "playing", "canplay", "seeked", "pause", "error", "emptied"] as const;

/**
 * That it loads, once it has done so for a moment. Media-chrome's own sign is drawn anew sixty times
 * a second also while it is hidden.
 */
function Loading({ video }: { video: Video }) {
  const [waits, setWaits] = useState(false);
  useEffect(() => {
    const it = video.current;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const hear = ({ type }: Event) => {
      clearTimeout(timer);
      if (type !== "waiting") setWaits(false);
      else timer = setTimeout(() => setWaits(true), WAITS_MS);
    };
    for (const type of WAITING) it?.addEventListener(type, hear);
    return () => {
      clearTimeout(timer);
      for (const type of WAITING) it?.removeEventListener(type, hear);
    };
  }, [video]);
  if (!waits) return null;
  return (
    <span
      slot="centered-chrome"
      class="spinner waits"
      role="img"
      aria-label={texts.value.loading}
    />
  );
}

/** The picture of where one scrubs to says no more than the time beside it. */
function nameless(thumbnail: HTMLElement | null): void {
  thumbnail?.shadowRoot?.querySelector("img")?.setAttribute("alt", "");
}

interface BarsProps {
  video: Video;
  stream: Stream | null;
  offered: Captions[];
  /** How many steps have been gone; all that are missing take their room already. */
  steps: number;
}

const STEPS = 7;

function Bars({ video, stream, offered, steps }: BarsProps) {
  return (
    <>
      <Loading video={video} />
      {steps >= 1 && <media-play-button slot="centered-chrome" class="large" />}
      {steps >= 2 && (
        <media-control-bar class="line-of-time">
          <media-time-range>
            <media-preview-thumbnail slot="preview" ref={nameless} />
            <media-preview-chapter-display slot="preview" />
            <media-preview-time-display slot="preview" />
          </media-time-range>
        </media-control-bar>
      )}
      {steps >= 3 && (
        <media-control-bar class="buttons-below">
          <media-play-button />
          {steps >= 4 && <media-mute-button />}
          {steps >= 4 && <media-volume-range />}
          {steps >= 5 && <media-time-display showduration notoggle />}
          <span class="spacer" />
          {steps >= 6 && <Rate video={video} />}
          {steps >= 6 && <Settings video={video} stream={stream} offered={offered} />}
          {steps >= 6 && <media-pip-button />}
          {steps >= 7 && <media-fullscreen-button />}
        </media-control-bar>
      )}
    </>
  );
}

/** The controls as far as they are; `loading` before the first, `missing` where they don't come. */
export function useControls(
  video: Video,
  stream: Stream | null,
  offered: Captions[],
): "loading" | "missing" | JSX.Element {
  const [steps, setSteps] = useState(0);
  const [missing, setMissing] = useState(false);
  const [round, setRound] = useState(0);
  useEffect(() => {
    let wanted = true;
    async function bring(): Promise<void> {
      await idle();
      const { define } = await import("~/player/chrome");
      await define(language.peek());
      for (let step = 1; step <= STEPS && wanted; step++) {
        await idle();
        setSteps((now) => Math.max(now, step));
      }
    }
    setMissing(false);
    bring().catch(() => wanted && setMissing(true));
    const forget = whenBack(() => setRound((n) => n + 1));
    return () => {
      wanted = false;
      forget();
    };
  }, [round]);
  if (missing && steps === 0) return "missing";
  if (steps === 0) return "loading";
  return <Bars video={video} stream={stream} offered={offered} steps={steps} />;
}
