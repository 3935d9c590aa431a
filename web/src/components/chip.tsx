/** How far a video is, as one word. */

import type { Video } from "~/api/types";
import { texts } from "~/locales";
import "~/components/chip.css";

export type ShownState = "sending" | "waiting" | "uploaded" | "processing" | "ready" | "failed";

export function stateOf(video: Video): ShownState {
  // For its owner `waiting` is two things: no bytes yet, or not begun yet.
  if (video.state === "waiting") return video.uploaded ? "uploaded" : "waiting";
  return video.state ?? "ready";
}

export function Chip({ state }: { state: ShownState }) {
  return <span class={`chip ${state}`}>{texts.value.studio.states[state]}</span>;
}
