/** A few seconds of a video, while somebody points at its tile, or has come to it by the keyboard. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Video } from "~/api/types";
import { files } from "~/api/videos";

/** Who only crosses a tile does not mean it. */
const PAUSE_MS = 350;

/** Whether nothing should move or be loaded that nobody asked for. */
function isUnwanted(): boolean {
  const { connection } = navigator as { connection?: { saveData?: boolean } };
  return matchMedia("(prefers-reduced-motion: reduce)").matches || Boolean(connection?.saveData);
}

/** Whether the preview of the tile is wanted now, and what its tile has to tell of. */
export function usePreview({ storyboard, thumbnail }: Video) {
  const [wanted, setWanted] = useState(false);
  const timer = useRef(0);
  function end(): void {
    clearTimeout(timer.current);
    setWanted(false);
  }
  function begin(): void {
    clearTimeout(timer.current);
    if (!storyboard || isUnwanted()) return;
    timer.current = window.setTimeout(() => setWanted(true), PAUSE_MS);
  }
  useEffect(() => end, [thumbnail]);
  return {
    wanted,
    end,
    tile: {
      // A finger has no hover: what it touches is opened.
      onPointerEnter: (event: PointerEvent) => event.pointerType === "mouse" && begin(),
      onPointerLeave: end,
      onFocusIn: (event: FocusEvent) =>
        event.target instanceof Element && event.target.matches(":focus-visible") && begin(),
      onFocusOut: end,
    },
  };
}

/** It says nothing that the title does not say, and ends by itself. */
export function Preview({ video, onEnd }: { video: Video; onEnd: () => void }) {
  const [runs, setRuns] = useState(false);
  return (
    <video
      class={runs ? "preview runs" : "preview"}
      src={files.preview(video)}
      muted
      autoplay
      playsInline
      disablePictureInPicture
      disableRemotePlayback
      tabIndex={-1}
      aria-hidden="true"
      onPlaying={() => setRuns(true)}
      onEnded={onEnd}
      onError={onEnd}
    />
  );
}
