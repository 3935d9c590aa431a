/** The place of the comments below a video: they come when they are near, or are asked for. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Video } from "~/api/types";
import { lazy } from "~/components/lazy";
import { texts } from "~/locales";
import { count } from "~/locales/formats";
import "~/screens/talk.css";

export interface TalkProps {
  video: Video;
  seek: (seconds: number) => void;
  /** There are so many more now, or fewer. */
  onCount: (by: number) => void;
}

function Row() {
  return (
    <div class="comment" aria-hidden="true">
      <span class="avatar skeleton" />
      <div class="words">
        <span class="line short skeleton" />
        <span class="line skeleton" />
      </div>
    </div>
  );
}

export function CommentsToBe() {
  return (
    <div class="comments" aria-busy="true">
      <Row />
      <Row />
      <Row />
    </div>
  );
}

const Comments = lazy<TalkProps>(
  async () => (await import("~/screens/comments/comments")).Comments,
  CommentsToBe,
);

// Where more videos stand below them they are folded, or nobody would get there (watch.css).
const isNarrow = () => matchMedia("(max-width: 64rem)").matches;
const isAsked = () => location.hash === "#comments";

/** Whether it has come near the screen once. */
function useNear(box: { current: HTMLElement | null }): boolean {
  const [near, setNear] = useState(isAsked);
  useEffect(() => {
    if (near || !box.current) return;
    const watch = new IntersectionObserver(
      (seen) => seen.some((one) => one.isIntersecting) && setNear(true),
      { rootMargin: "400px" },
    );
    watch.observe(box.current);
    return () => watch.disconnect();
  }, [near, box]);
  return near;
}

export function Talk(props: TalkProps) {
  const t = texts.value.watch;
  const box = useRef<HTMLElement>(null);
  const near = useNear(box);
  const [open, setOpen] = useState(() => !isNarrow() || isAsked());
  const n = props.video.comments ?? 0;
  useEffect(() => {
    if (isAsked()) box.current?.scrollIntoView();
  }, []);
  const heading = t.comments(n, count(n));
  return (
    <section class="talk" id="comments" ref={box}>
      <h2>
        <button type="button" class="talk-fold" aria-expanded={open} onClick={() => setOpen(!open)}>
          {heading}
        </button>
      </h2>
      {open && (near ? <Comments {...props} /> : <CommentsToBe />)}
    </section>
  );
}
