/** One's own videos in every state: how far they are, other words for them, deleting them. */

import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import { live, news } from "~/api/heard";
import { type Listing, listing } from "~/api/listing";
import type { Video } from "~/api/types";
import { firstOfMine, listOwn, lists } from "~/api/videos";
import { Chunks } from "~/components/chunked-list";
import { End } from "~/components/grid";
import { SignedIn } from "~/components/guard";
import { Empty, Failed } from "~/components/states";
import { useTitle } from "~/components/title";
import { texts } from "~/locales";
import { place } from "~/router";
import { Edit } from "~/screens/edit";
import { moves, OwnVideo, OwnVideoSkeleton } from "~/screens/own-video";
import { Remove } from "~/screens/remove";

const LOOK_MS = 3000;

/**
 * Look at the list again when something is heard of one's videos, and while something in it moves
 * where nothing can be heard; at once where it is one that was left.
 */
function useLooks(found: Listing, back: boolean): void {
  useEffect(() => {
    const ended = new AbortController();
    async function look(first: number): Promise<void> {
      for (let count = first; !ended.signal.aborted; count = await toLook(found, ended.signal)) {
        // Where a look fails, the next one may not; nothing is taken away meanwhile.
        const seen = live.peek() || !document.hidden;
        if (count > 0 && seen) await found.refresh(count, firstOfMine).catch(() => {});
      }
    }
    void look(back ? found.rows.peek().length : 0);
    return () => ended.abort();
  }, [found, back]);
}

/** Wait until it is time to look; how many rows to look at. */
async function toLook(found: Listing, ended: AbortSignal): Promise<number> {
  const heard = await news(null, live.peek() ? null : LOOK_MS, ended);
  const rows = found.rows.peek();
  const at = heard === null ? -1 : rows.findIndex(({ thumbnail }) => thumbnail === heard);
  return Math.max(at, rows.findLastIndex(moves)) + 1;
}

interface ListProps {
  found: Listing;
  onEdit: (video: Video) => void;
  onRemove: (video: Video) => void;
}

const SKELETONS = [1, 2, 3, 4].map((n) => (
  <li key={n}>
    <OwnVideoSkeleton />
  </li>
));

function List({ found, onEdit, onRemove }: ListProps) {
  const state = found.state.value;
  const loading = state === "loading";
  const draw = useCallback(
    (video: Video) => <OwnVideo video={video} onEdit={onEdit} onRemove={onRemove} />,
    [onEdit, onRemove],
  );
  return (
    <section aria-busy={loading}>
      <Chunks
        kind="owns"
        chunks={found.chunks.value}
        draw={draw}
        rest={loading ? SKELETONS : null}
      />
      {state === "failed" && (
        <Failed failure={found.failure.value} again={() => void found.more()} />
      )}
      {state === "idle" && <End listing={found} />}
    </section>
  );
}

function Videos({ name }: { name: string }) {
  const t = texts.value;
  const here = place.value;
  const back = here.by === "back";
  const found = useMemo(
    () => listing(lists.mine(), { back, load: listOwn, name }),
    [name, here, back],
  );
  const [edited, setEdited] = useState<Video | null>(null);
  const [doomed, setDoomed] = useState<Video | null>(null);
  useLooks(found, back);

  if (found.state.value === "end" && found.rows.value.length === 0) {
    return (
      <Empty title={t.studio.empty} hint={t.studio.emptyHint}>
        <a class="button main" href="/send">
          {t.send.title}
        </a>
      </Empty>
    );
  }
  return (
    <>
      <List found={found} onEdit={setEdited} onRemove={setDoomed} />
      {edited && <Edit video={edited} onClose={() => setEdited(null)} />}
      {doomed && <Remove video={doomed} onClose={() => setDoomed(null)} />}
    </>
  );
}

export function Studio() {
  const t = texts.value;
  useTitle(t.studio.title);
  return (
    <div class="screen middle">
      <h1>{t.studio.title}</h1>
      <SignedIn>{(name) => <Videos key={name} name={name} />}</SignedIn>
    </div>
  );
}
