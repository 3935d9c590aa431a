/** What goes along with the picture: captions, chapters, and the storyboard that one scrubs through. */

import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";
import type { Captions, Chapter, Video } from "~/api/types";
import { bestLanguage, captions, chooseCaptions } from "~/player/choices";

type Element = RefObject<HTMLVideoElement | null>;

const NOTHING: never[] = [];
export const captionsOf = (about: Video | null): Captions[] => about?.captions ?? NOTHING;

/** The language that is shown of these; `null`: none. */
export function shownLanguage(offered: Captions[]): string | null {
  if (!captions.value.on) return null;
  return bestLanguage(
    offered.map(({ language }) => language),
    navigator.languages,
  );
}

/** Show captions, or none; gives whether there are any. */
export function toggleCaptions(offered: Captions[]): boolean {
  if (offered.length === 0) return false;
  const best = bestLanguage(
    offered.map(({ language }) => language),
    navigator.languages,
  );
  chooseCaptions(captions.peek().on ? null : best);
  return true;
}

/** Text of a cue is markup to whoever shows it: what a person wrote is not to be. */
const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

const tracks = new WeakMap<HTMLVideoElement, TextTrack>();

/** The chapters' track; one that was added can't be taken away. */
function chaptersTrack(it: HTMLVideoElement): TextTrack {
  const known = tracks.get(it);
  if (known) return known;
  const added = it.addTextTrack("chapters");
  added.mode = "hidden";
  tracks.set(it, added);
  return added;
}

function fill(it: HTMLVideoElement, chapters: Chapter[], end: number): void {
  if (chapters.length === 0 && !tracks.has(it)) return;
  const track = chaptersTrack(it);
  for (const cue of [...(track.cues ?? [])]) track.removeCue(cue);
  chapters.forEach(({ start, title }, n) => {
    const until = chapters[n + 1]?.start ?? Math.max(end, start);
    track.addCue(new VTTCue(start, until, escaped(title)));
  });
  // Whoever shows chapters looks when the list of tracks has changed.
  it.textTracks.dispatchEvent(new Event("change"));
}

/** Chapters as a track, for the line of time. */
export function useChapters(about: Video | null, video: Element): void {
  const { chapters = NOTHING, duration } = about ?? {};
  useEffect(() => {
    const it = video.current;
    if (!it) return;
    const put = () => fill(it, chapters, it.duration || (duration ?? 0));
    put();
    it.addEventListener("durationchange", put);
    return () => it.removeEventListener("durationchange", put);
  }, [video, chapters, duration]);
}

interface TracksProps {
  about: Video | null;
  video: Element;
  /** Whether there is something that one scrubs with. */
  scrubs: boolean;
}

/** To be put inside of the video. */
export function Tracks({ about, video, scrubs }: TracksProps) {
  const offered = captionsOf(about);
  const shown = shownLanguage(offered);
  useEffect(() => {
    const it = video.current;
    if (!it) return;
    const put = () => {
      for (const track of it.textTracks) {
        const mode = track.language === shown ? "showing" : "disabled";
        if (track.kind === "captions" && track.mode !== mode) track.mode = mode;
      }
    };
    // With each track that comes (the storyboard's), Chromium shows captions in its own language too.
    const mend = () => !it.controls && put();
    put();
    it.textTracks.addEventListener("change", mend);
    return () => it.textTracks.removeEventListener("change", mend);
  }, [video, offered, shown]);
  return (
    <>
      {offered.map(({ language, label, url }) => (
        <track key={url} kind="captions" srclang={language} label={label} src={url} />
      ))}
      {scrubs && about?.storyboard && (
        <track kind="metadata" label="thumbnails" src={about.storyboard} default />
      )}
    </>
  );
}
