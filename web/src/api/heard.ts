/** What is heard as it happens (`stream.ts` tells it), for whoever wants to know. */

import { signal } from "@preact/signals";
import type { Notice, Video } from "~/api/types";

/** What the stream tells of. `video`: how far an upload of one's own is. */
export type Heard =
  | { event: "notification"; data: Notice }
  | { event: "unread"; data: { unread: number } }
  | {
      event: "video";
      data: { video: string; state: NonNullable<Video["state"]>; reason: string | null };
    };

/** Whether the stream is read right now, by this tab or for it. Without it one has to look. */
export const live = signal(false);

const hearers = new Set<(heard: Heard) => void>();

/** Be told what is heard, in whichever tab; gives a function that ends it. */
export function onHeard(hear: (heard: Heard) => void): () => void {
  hearers.add(hear);
  return () => hearers.delete(hear);
}

export function tellHearers(heard: Heard): void {
  for (const hear of hearers) hear(heard);
}

/**
 * Wait until something is heard of one's own video `hash` (of any of them: `null`), until the stream
 * comes or goes, `ended`, or for `ms` (`null`: however long that takes). Gives of which it is.
 */
export function news(
  hash: string | null,
  ms: number | null,
  ended: AbortSignal,
): Promise<string | null> {
  return new Promise((done) => {
    const end = (heard: string | null) => {
      clearTimeout(timer);
      forget();
      unsubscribe();
      ended.removeEventListener("abort", over);
      done(heard);
    };
    const over = () => end(null);
    const timer = ms === null ? undefined : setTimeout(over, ms);
    const forget = onHeard(({ event, data }) => {
      if (event === "video" && (hash === null || data.video === hash)) end(data.video);
    });
    const known = live.peek();
    // What was told while nobody read the stream is not told again.
    const unsubscribe = live.subscribe((now) => {
      if (now !== known) over();
    });
    ended.addEventListener("abort", over);
    if (ended.aborted) over();
  });
}
