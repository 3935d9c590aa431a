/** The player. The video begins to load at once; the controls come when their code is there. */

import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { files } from "~/api/videos";
import { Complaint } from "~/parts/state";
import { applySound, keepPlace, keepSound, placeOf } from "~/player/habits";
import { isForVideo, press } from "~/player/keys";
import { place } from "~/router";
import { language, texts } from "~/texts";
import { clock } from "~/texts/formats";
import { cameLate } from "~/updates";
import "~/player/player.css";

const KEEP_MS = 4000;
const HINT_MS = 6000;
const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2] as const;

/** Whether it begins by itself: after a click on it, and not for who wants things to be calm. */
function begins(): boolean {
  return place.peek().by === "link" && !matchMedia("(prefers-reduced-motion: reduce)").matches;
}

function useControls(): "loading" | "there" | "missing" {
  const [state, setState] = useState<"loading" | "there" | "missing">("loading");
  useEffect(() => {
    import("~/player/chrome").then(
      ({ setLanguage }) => {
        cameLate();
        setLanguage(language.peek());
        setState("there");
      },
      () => setState("missing"),
    );
  }, []);
  return state;
}

/** Volume and place are applied to the video, and kept as they change. */
function useHabits(hash: string, video: RefObject<HTMLVideoElement | null>): number {
  const [resumed, setResumed] = useState(0);
  useEffect(() => {
    const it = video.current;
    if (!it) return;
    applySound(it);
    const left = placeOf(hash);
    const arrive = () => {
      if (left && left < it.duration * 0.95) {
        it.currentTime = left;
        setResumed(left);
      }
    };
    if (it.readyState >= HTMLMediaElement.HAVE_METADATA) arrive();
    else it.addEventListener("loadedmetadata", arrive, { once: true });
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
  return resumed;
}

function useKeys(
  video: RefObject<HTMLVideoElement | null>,
  box: RefObject<HTMLElement | null>,
): void {
  useEffect(() => {
    const down = (event: KeyboardEvent) => {
      if (!video.current || !box.current || !isForVideo(event, box.current)) return;
      if (press(event.key, video.current, box.current)) event.preventDefault();
    };
    addEventListener("keydown", down);
    return () => removeEventListener("keydown", down);
  }, [video, box]);
}

function Resumed({ at, onRestart }: { at: number; onRestart: () => void }) {
  const t = texts.value.watch;
  const [shown, setShown] = useState(true);
  useEffect(() => {
    const timer = setTimeout(() => setShown(false), HINT_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!shown) return null;
  return (
    <div class="resumed" role="status">
      <span>{t.resumed(clock(at))}</span>
      <button
        type="button"
        onClick={() => {
          onRestart();
          setShown(false);
        }}
      >
        {t.restart}
      </button>
    </div>
  );
}

/** How fast it plays; each press is the next speed. */
function Rate({ video }: { video: RefObject<HTMLVideoElement | null> }) {
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

function Controls({ video }: { video: RefObject<HTMLVideoElement | null> }) {
  return (
    <>
      <media-loading-indicator slot="centered-chrome" noautohide />
      <media-play-button slot="centered-chrome" class="large" />
      <media-control-bar class="line-of-time">
        <media-time-range />
      </media-control-bar>
      <media-control-bar class="buttons-below">
        <media-play-button />
        <media-mute-button />
        <media-volume-range />
        <media-time-display showduration notoggle />
        <span class="spacer" />
        <Rate video={video} />
        <media-pip-button />
        <media-fullscreen-button />
      </media-control-bar>
    </>
  );
}

interface PlayerProps {
  hash: string;
  video: RefObject<HTMLVideoElement | null>;
}

export function Player({ hash, video }: PlayerProps) {
  const t = texts.value.watch;
  const box = useRef<HTMLElement>(null);
  const controls = useControls();
  const resumed = useHabits(hash, video);
  const [broken, setBroken] = useState(false);
  useKeys(video, box);
  return (
    <div class="stage">
      <media-controller ref={box} class="player" nohotkeys lang={language.value}>
        <video
          ref={video}
          slot="media"
          src={files.video(hash)}
          poster={files.thumbnail(hash)}
          preload="auto"
          autoPlay={begins()}
          playsInline
          controls={controls === "missing"}
          onError={() => setBroken(true)}
        />
        {controls === "there" && <Controls video={video} />}
      </media-controller>
      {resumed > 0 && (
        <Resumed
          at={resumed}
          onRestart={() => {
            if (video.current) video.current.currentTime = 0;
          }}
        />
      )}
      {broken && <Complaint>{t.unplayable}</Complaint>}
    </div>
  );
}
