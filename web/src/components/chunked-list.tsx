/**
 * A long list, in pieces. Ten thousand rows in one are laid out anew with every page that comes;
 * of pieces only the last one is, and those that are far away are not drawn.
 */

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Video } from "~/api/types";
import "~/components/chunked-list.css";

interface ChunkProps {
  kind: string;
  rows: Video[];
  /** Draws one row; the same function as long as it draws the same. */
  draw: (row: Video) => ComponentChildren;
  /** What stands behind the last row; the same as long as it looks the same. */
  rest?: JSX.Element[] | null;
}

function Chunk({ kind, rows, draw, rest = null }: ChunkProps) {
  const list = useRef<HTMLUListElement>(null);
  // From when it has been laid out once, its height is known also where it is not drawn: who goes
  // back to a place far below finds it where it was.
  useEffect(() => {
    // The browser takes note of heights at the end of a frame.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => list.current?.classList.add("laid-out"));
    });
    return () => cancelAnimationFrame(frame);
  }, []);
  return useMemo(
    () => (
      <ul ref={list} class={`chunk ${kind}`}>
        {rows.map((row) => (
          <li key={`${row.type} ${row.channel} ${row.thumbnail}`}>{draw(row)}</li>
        ))}
        {rest}
      </ul>
    ),
    [kind, rows, draw, rest],
  );
}

interface ChunksProps {
  kind: string;
  chunks: Video[][];
  draw: ChunkProps["draw"];
  rest: JSX.Element[] | null;
}

export function Chunks({ kind, chunks, draw, rest }: ChunksProps) {
  // Before anything has come, what stands for it has a piece too.
  const pieces = chunks.length ? chunks : [NONE];
  return (
    <div class={`chunks ${kind}-chunks`}>
      {pieces.map((rows, n) => (
        <Chunk
          key={n}
          kind={kind}
          rows={rows}
          draw={draw}
          rest={n === pieces.length - 1 ? rest : null}
        />
      ))}
    </div>
  );
}

const NONE: Video[] = [];
