/** One's own video that nobody else can see yet, at its address. */

import { useEffect } from "preact/hooks";
import type { Video } from "~/api/types";
import { Chip, stateOf } from "~/components/chip";
import { Empty } from "~/components/states";
import { texts } from "~/locales";
import { OwnerActs } from "~/screens/owner-acts";

const LOOK_MS = 3000;

export function NotReady({ video, again }: { video: Video; again: () => void }) {
  const t = texts.value;
  const state = stateOf(video);
  const moves = state === "uploaded" || state === "processing";
  useEffect(() => {
    if (!moves) return;
    const timer = setTimeout(again, LOOK_MS);
    return () => clearTimeout(timer);
  }, [moves, again]);
  return (
    <div class="screen">
      <Empty first title={video.title} hint={video.reason ?? (moves ? t.send.processing : "")}>
        <Chip state={state} />
        <div class="buttons">
          <a class="button" href={state === "waiting" ? `/send?v=${video.thumbnail}` : "/studio"}>
            {state === "waiting" ? t.studio.sendFile : t.studio.title}
          </a>
          <OwnerActs video={video} onChanged={again} />
        </div>
      </Empty>
    </div>
  );
}
