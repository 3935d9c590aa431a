/**
 * What comes next, offered when a video has ended. It begins by itself only for who has asked for
 * that, and never for who wants things to be calm.
 */

import { signal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Video } from "~/api/types";
import { remembered } from "~/browser-storage";
import { Theirs } from "~/components/avatar";
import { Thumbnail } from "~/components/card";
import { useSecondsLeft } from "~/components/countdown";
import { texts } from "~/locales";
import { go, place } from "~/router";
import { to } from "~/routes";
import "~/player/next.css";

const CHOICE = "vireo.next";
const COUNT_MS = 8000;

/** Whether the person wants the next video to begin by itself. */
const byItself = signal(remembered.get(CHOICE) === "itself");

function chooseByItself(wanted: boolean): void {
  byItself.value = wanted;
  remembered.set(CHOICE, wanted ? "itself" : "asked");
}

const isCalm = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

function Countdown({ until, onOver }: { until: number; onOver: () => void }) {
  const left = useSecondsLeft(until);
  useEffect(() => {
    if (left === 0) onOver();
  }, [left, onOver]);
  return <p class="small">{texts.value.next.startsIn(left)}</p>;
}

interface CardProps {
  video: Video;
  onClose: () => void;
}

function Card({ video, onClose }: CardProps) {
  const t = texts.value;
  const [until] = useState(() => Date.now() + COUNT_MS);
  // Of a playlist the next one is one of it too.
  const list = place.peek().query.get("list");
  const address = list ? to.watchIn(video.thumbnail, list) : to.watch(video.thumbnail);
  const play = () => go(address);
  return (
    <section class="next" aria-label={t.next.title}>
      <div class="next-card">
        <p class="small faint">{t.next.title}</p>
        <div class="what">
          <Thumbnail video={video} row />
          <div>
            <strong dir="auto">{video.title}</strong>
            <p class="small faint">
              <Theirs text={video.channel} />
            </p>
          </div>
        </div>
        {byItself.value && !isCalm() && <Countdown until={until} onOver={play} />}
        <div class="buttons">
          <button type="button" class="button" onClick={onClose}>
            {t.cancel}
          </button>
          <a class="button main" href={address}>
            {t.next.play}
          </a>
        </div>
        {!isCalm() && (
          <label class="small">
            <input
              type="checkbox"
              checked={byItself.value}
              onChange={(event) => chooseByItself(event.currentTarget.checked)}
            />{" "}
            {t.next.byItself}
          </label>
        )}
      </div>
    </section>
  );
}

interface NextProps {
  video: RefObject<HTMLVideoElement | null>;
  /** `null` where there is none, or it is not known yet. */
  next: Video | null;
}

export function Next({ video, next }: NextProps) {
  const [ended, setEnded] = useState(false);
  useEffect(() => {
    const it = video.current;
    const end = () => setEnded(true);
    // Whoever plays it again, or looks for a place in it, is not done with it.
    const go = () => setEnded(false);
    it?.addEventListener("ended", end);
    it?.addEventListener("play", go);
    it?.addEventListener("seeking", go);
    return () => {
      it?.removeEventListener("ended", end);
      it?.removeEventListener("play", go);
      it?.removeEventListener("seeking", go);
    };
  }, [video]);
  return ended && next ? <Card video={next} onClose={() => setEnded(false)} /> : null;
}
