/** A listing on the screen: it loads on as one scrolls, and by a button for who does not. */

import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useRef } from "preact/hooks";
import type { Listing } from "~/api/listing";
import type { Pages } from "~/api/pages";
import type { Video } from "~/api/types";
import { CardSkeleton, ChannelCard, VideoCard } from "~/components/card";
import { Chunks } from "~/components/chunked-list";
import { Failed } from "~/components/states";
import { texts } from "~/locales";
import "~/components/grid.css";

interface GridProps {
  listing: Listing;
  /** Results are rows, all else is tiles. */
  rows?: boolean;
  showChannel?: boolean;
  empty: ComponentChildren;
}

const skeletons = (row: boolean) =>
  Array.from({ length: 12 }, (_, n) => (
    <li key={n}>
      <CardSkeleton row={row} />
    </li>
  ));
const ROWS = skeletons(true);
const TILES = skeletons(false);

function Row({ row, ...how }: { row: Video } & Pick<GridProps, "rows" | "showChannel">) {
  if (row.type === "channel") return <ChannelCard channel={row} />;
  return <VideoCard video={row} row={how.rows ?? false} showChannel={how.showChannel ?? true} />;
}

/** Calls for more when the end of the list comes near. */
export function End<Row>({ listing }: { listing: Pages<Row> }) {
  const mark = useRef<HTMLDivElement>(null);
  const rows = listing.rows.value.length;
  useEffect(() => {
    if (!mark.current) return;
    const near = new IntersectionObserver(
      (seen) => seen.some((one) => one.isIntersecting) && void listing.more(),
      { rootMargin: "1200px" },
    );
    near.observe(mark.current);
    return () => near.disconnect();
  }, [listing, rows]);
  return (
    <div class="end" ref={mark}>
      <button type="button" class="button" onClick={() => void listing.more()}>
        {texts.value.more}
      </button>
    </div>
  );
}

export function Grid({ listing, rows = false, showChannel = true, empty }: GridProps) {
  const found = listing.chunks.value;
  const state = listing.state.value;
  const none = found.length === 0;
  const loading = state === "loading" || (state === "idle" && none);
  const draw = useCallback(
    (row: Video) => <Row row={row} rows={rows} showChannel={showChannel} />,
    [rows, showChannel],
  );
  if (state === "end" && none) return <>{empty}</>;
  return (
    <section aria-busy={loading}>
      <Chunks
        kind={rows ? "results" : "grid"}
        chunks={found}
        draw={draw}
        rest={loading ? (rows ? ROWS : TILES) : null}
      />
      {state === "failed" && (
        <Failed failure={listing.failure.value} again={() => void listing.more()} />
      )}
      {state === "idle" && !none && <End listing={listing} />}
    </section>
  );
}
