/** Pages of rows that are no videos, as a list on the screen. */

import type { ComponentChildren } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { type Load, Pages } from "~/api/pages";
import { End } from "~/components/grid";
import { Failed } from "~/components/states";

/** The pages of an address, from the first one on. */
export function usePages<Row>(
  address: string,
  load: Load<Row>,
  causes: unknown[] = [],
): Pages<Row> {
  const found = useMemo(() => new Pages<Row>(address, load), [address, load, ...causes]);
  useEffect(() => void found.more(), [found]);
  return found;
}

interface PagedProps<Row> {
  found: Pages<Row>;
  kind: string;
  keyOf: (row: Row) => string | number;
  draw: (row: Row) => ComponentChildren;
  /** What stands for a row that is on its way. */
  skeleton: ComponentChildren;
  empty: ComponentChildren;
}

export function Paged<Row>({ found, kind, keyOf, draw, skeleton, empty }: PagedProps<Row>) {
  const rows = found.rows.value;
  const state = found.state.value;
  const loading = state === "loading" || (state === "idle" && rows.length === 0);
  if (state === "end" && rows.length === 0) return <>{empty}</>;
  return (
    <>
      <ul class={kind} aria-busy={loading}>
        {rows.map((row) => (
          <li key={keyOf(row)}>{draw(row)}</li>
        ))}
        {loading && [1, 2, 3].map((n) => <li key={`to be ${n}`}>{skeleton}</li>)}
      </ul>
      {state === "failed" && (
        <Failed failure={found.failure.value} again={() => void found.more()} />
      )}
      {state === "idle" && rows.length > 0 && <End listing={found} />}
    </>
  );
}
