/** One's own video that nobody else can see yet, at its address. */

import { useEffect } from "preact/hooks";
import { live, news } from "~/api/heard";
import type { Video } from "~/api/types";
import { showVideo } from "~/api/videos";
import { Chip, stateOf } from "~/components/chip";
import { lazy } from "~/components/lazy";
import { Empty } from "~/components/states";
import { texts } from "~/locales";
import { OwnerActs } from "~/screens/owner-acts";

const LOOK_MS = 3000;

const Making = lazy(
  async () => (await import("~/components/making")).Making,
  () => null,
);

/**
 * Look when something is heard of it, or now and then where nothing can be heard; and once more
 * behind that, for the answer to a look may be older than what was heard before it.
 */
function useLooks(hash: string, moves: boolean, put: (video: Video) => void): void {
  useEffect(() => {
    const ended = new AbortController();
    async function look(): Promise<void> {
      let heard = news(hash, LOOK_MS, ended.signal);
      while (!ended.signal.aborted) {
        const again = (await heard) !== null;
        heard = news(hash, again || (moves && !live.peek()) ? LOOK_MS : null, ended.signal);
        // Where a look fails, the next one may not.
        const video = await showVideo(hash).catch(() => null);
        if (video && !ended.signal.aborted) put(video);
        else if (!ended.signal.aborted) heard = news(hash, LOOK_MS, ended.signal);
      }
    }
    void look();
    return () => ended.abort();
  }, [hash, moves, put]);
}

interface NotReadyProps {
  video: Video;
  put: (video: Video) => void;
}

export function NotReady({ video, put }: NotReadyProps) {
  const t = texts.value;
  const state = stateOf(video);
  const moves = state === "uploaded" || state === "processing";
  const hash = video.thumbnail;
  useLooks(hash, moves, put);
  return (
    <div class="screen">
      <Empty first title={video.title} hint={video.reason ?? (moves ? t.send.processing : "")}>
        <Chip state={state} />
        {state !== "waiting" && <Making hash={hash} title={video.title} />}
        <div class="buttons">
          <a class="button" href={state === "waiting" ? `/send?v=${hash}` : "/studio"}>
            {state === "waiting" ? t.studio.sendFile : t.studio.title}
          </a>
          <OwnerActs video={video} onChanged={(part) => put({ ...video, ...part })} />
        </div>
      </Empty>
    </div>
  );
}
