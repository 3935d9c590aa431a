/** The player. The video begins to load at once; the controls come when their code is there. */

import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Video } from "~/api/types";
import { Icon } from "~/components/icon";
import { Complaint } from "~/components/states";
import { language, texts } from "~/locales";
import { clock } from "~/locales/formats";
import { useControls } from "~/player/controls";
import { useBegin, useHabits, useKeys, useTrouble } from "~/player/hooks";
import { play } from "~/player/keys";
import { Next } from "~/player/next";
import { usePosition } from "~/player/position";
import { useGrowth, useSource } from "~/player/source";
import { captionsOf, Tracks, useChapters } from "~/player/tracks";
import { place } from "~/router";
import "~/player/player.css";

const HINT_MS = 10_000;

/** Whether it begins by itself: after a click on it, and not for who wants things to be calm. */
function begins(): boolean {
  return place.peek().by === "link" && !matchMedia("(prefers-reduced-motion: reduce)").matches;
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

/** What stands for the controls until they are there: to play is all that it can. */
function Begin({ video }: { video: RefObject<HTMLVideoElement | null> }) {
  const t = texts.value.watch;
  const [begun, setBegun] = useState(() => video.current?.paused === false);
  useEffect(() => {
    const it = video.current;
    const begin = () => setBegun(true);
    it?.addEventListener("play", begin);
    return () => it?.removeEventListener("play", begin);
  }, [video]);
  if (begun) return null;
  const begin = () => video.current && play(video.current);
  return (
    <button type="button" class="begin" aria-label={t.play} onClick={begin}>
      <Icon name="play" />
    </button>
  );
}

interface PlayerProps {
  hash: string;
  /** `null` while it is not known. */
  about: Video | null;
  /** Where its stream is: "" where it has none; `null` while that is not known. */
  stream: string | null;
  /** Another address of its picture, once that is known. */
  poster: string;
  video: RefObject<HTMLVideoElement | null>;
  /** Where one left it, in seconds; `null` while that is not known. */
  left: number | null;
  /** What is offered when it has ended. */
  next: Video | null;
}

export function Player({ hash, about, stream: address, poster, video, left, next }: PlayerProps) {
  const t = texts.value.watch;
  const box = useRef<HTMLElement>(null);
  const offered = captionsOf(about);
  const resumed = useBegin(hash, video, left);
  useHabits(hash, video);
  usePosition(hash, video);
  useKeys(video, box, offered);
  useChapters(about, video);
  // Behind those who say where it was left: when the stream ends it stands at the beginning.
  const { file, stream } = useSource(hash, about, address, video, left);
  useGrowth(about, stream);
  const trouble = useTrouble(video, stream);
  const controls = useControls(video, stream, offered);
  return (
    <div class="stage">
      <media-controller
        ref={box}
        class="player"
        nohotkeys
        nosubtitleslangpref
        lang={language.value}
      >
        <video
          ref={video}
          slot="media"
          src={file}
          poster={poster}
          preload="auto"
          autoPlay={begins()}
          playsInline
          controls={controls === "missing"}
        >
          <Tracks about={about} video={video} scrubs={typeof controls !== "string"} />
        </video>
        {controls === "loading" && <Begin video={video} />}
        {typeof controls !== "string" && controls}
        <Next video={video} next={next} />
      </media-controller>
      {resumed > 0 && (
        <Resumed
          at={resumed}
          onRestart={() => {
            if (video.current) video.current.currentTime = 0;
          }}
        />
      )}
      {trouble && <Complaint>{trouble === "offline" ? t.interrupted : t.unplayable}</Complaint>}
    </div>
  );
}
