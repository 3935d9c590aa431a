/** One's own videos in every state: how far they are, other words for them, deleting them. */

import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import { live, news } from "~/api/heard";
import { type Listing, listing } from "~/api/listing";
import type { Video } from "~/api/types";
import { firstOfMine, listOwn, lists } from "~/api/videos";
import { Chunks } from "~/components/chunked-list";
import { End } from "~/components/grid";
import { SignedIn } from "~/components/guard";
import { lazy } from "~/components/lazy";
import { Empty, Failed } from "~/components/states";
import { useTitle } from "~/components/title";
import { texts } from "~/locales";
import { place } from "~/router";
import { moves, OwnVideo, OwnVideoSkeleton } from "~/screens/own-video";
import { Remove } from "~/screens/remove";

const Edit = lazy(
  async () => (await import("~/screens/edit")).Edit,
  () => null,
);
const LOOK_MS = 3000;

/**
 * Look at the list again when something is heard of one's videos, and while something in it moves
 * where nothing can be heard; at once where it is one that was left.
 */
function useLooks(found: Listing, back: boolean): void {
  useEffect(() => {
    const ended = new AbortController();
    async function look(): Promise<void> {
      let count = back ? found.rows.peek().length : 0;
      let again = true;
      while (!ended.signal.aborted) {
        // What is heard while one looks counts too; and the answer to a look may be older than
        // what was heard before it, so that there is one more behind it.
        const told = news(null, again || !live.peek() ? LOOK_MS : null, ended.signal);
        const seen = live.peek() || !document.hidden;
        // Where a look fails, the next one may not; nothing is taken away meanwhile.
        const failed =
          count > 0 && seen && (await found.refresh(count, firstOfMine).catch(() => true)) === true;
        const heard = await told;
        again = heard !== null || failed || found.state.peek() === "loading";
        count = toLook(found, heard);
      }
    }
    void look();
    return () => ended.abort();
  }, [found, back]);
}

/** How many rows to look at, after what was heard of one of them (`null`: nothing). */
function toLook(found: Listing, heard: string | null): number {
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
