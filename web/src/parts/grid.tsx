/** A listing on the screen: it loads on as one scrolls, and by a button for who does not. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Listing } from "~/api/listing";
import type { Video } from "~/api/types";
import { CardSkeleton, ChannelCard, VideoCard } from "~/parts/card";
import { Failed } from "~/parts/state";
import { texts } from "~/texts";
import "~/parts/grid.css";

interface GridProps {
  listing: Listing;
  /** Results are rows, all else is tiles. */
  rows?: boolean;
  showChannel?: boolean;
  empty: ComponentChildren;
}

const SKELETONS = Array.from({ length: 12 }, (_, n) => n);

function Row({ row, ...how }: { row: Video } & Pick<GridProps, "rows" | "showChannel">) {
  if (row.type === "channel") return <ChannelCard channel={row} />;
  return <VideoCard video={row} row={how.rows ?? false} showChannel={how.showChannel ?? true} />;
}

/** Calls for more when the end of the list comes near. */
export function End({ listing }: { listing: Listing }) {
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
  const found = listing.rows.value;
  const state = listing.state.value;
  const loading = state === "loading" || (state === "idle" && found.length === 0);
  if (state === "end" && found.length === 0) return <>{empty}</>;
  return (
    <section aria-busy={loading}>
      <ul class={rows ? "results" : "grid"}>
        {found.map((row) => (
          <li key={`${row.type} ${row.channel} ${row.thumbnail}`}>
            <Row row={row} rows={rows} showChannel={showChannel} />
          </li>
        ))}
        {loading &&
          SKELETONS.map((n) => (
            <li key={n}>
              <CardSkeleton row={rows} />
            </li>
          ))}
      </ul>
      {state === "failed" && (
        <Failed failure={listing.failure.value} again={() => void listing.more()} />
      )}
      {state === "idle" && found.length > 0 && <End listing={listing} />}
    </section>
  );
}
