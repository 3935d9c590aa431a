/** What is in a playlist, in its order. Its owner moves it by dragging or by buttons. */

import { useEffect, useRef, useState } from "preact/hooks";
import {
  libraryLists,
  listPlaylistVideos,
  moveInPlaylist,
  removeFromPlaylist,
} from "~/api/library";
import type { Pages } from "~/api/pages";
import type { Placed, Playlist } from "~/api/types";
import { type Act, useAct } from "~/components/action";
import { CardSkeleton, VideoCard } from "~/components/card";
import { sentence } from "~/components/failure-text";
import { Icon } from "~/components/icon";
import { Paged, usePages } from "~/components/paged";
import { Complaint, Empty } from "~/components/states";
import { say } from "~/components/toast";
import { own } from "~/locales/own";

/** The rows after one of them has gone to the place of another one; the server does the same. */
export function moved(rows: Placed[], from: number, to: number): Placed[] {
  const row = rows[from];
  const other = rows[to];
  if (!row || !other) return rows;
  const [low, high] = [
    Math.min(row.position, other.position),
    Math.max(row.position, other.position),
  ];
  const step = from < to ? -1 : 1;
  const shifted = rows.map((one) => {
    if (one === row) return { ...one, position: other.position };
    const between = one.position >= low && one.position <= high;
    return between ? { ...one, position: one.position + step } : one;
  });
  return shifted.sort((one, two) => one.position - two.position);
}

/** The same after one was taken out. */
export function without(rows: Placed[], hash: string): Placed[] {
  const gone = rows.find(({ thumbnail }) => thumbnail === hash);
  if (!gone) return rows;
  return rows
    .filter((one) => one !== gone)
    .map((one) => (one.position > gone.position ? { ...one, position: one.position - 1 } : one));
}

interface Order {
  act: Act;
  /** What a screen reader is told. */
  news: string;
  move: (from: number, to: number, focus?: "up" | "down") => void;
  takeOut: (row: Placed) => void;
}

function useOrder(
  list: Playlist,
  found: Pages<Placed>,
  onChanged: (list: Playlist) => void,
): Order {
  const t = own.value.playlists;
  const act = useAct();
  const [news, setNews] = useState("");
  const move: Order["move"] = (from, to, focus) =>
    void act.run(async () => {
      const rows = found.rows.peek();
      const row = rows[from];
      const other = rows[to];
      if (!row || !other || from === to) return;
      onChanged(await moveInPlaylist(list.id, row.thumbnail, other.position));
      found.rows.value = moved(found.rows.peek(), from, to);
      setNews(t.moved(row.title, to + 1, found.rows.peek().length));
      // Where a row is taken to another place it loses the focus.
      if (focus) {
        requestAnimationFrame(() => document.getElementById(`${focus}-${row.thumbnail}`)?.focus());
      }
    });
  const takeOut: Order["takeOut"] = (row) =>
    void act.run(async () => {
      onChanged(await removeFromPlaylist(list.id, row.thumbnail));
      found.rows.value = without(found.rows.peek(), row.thumbnail);
      say(t.takenOut);
      document.getElementById("main")?.focus({ preventScroll: true });
    });
  return { act, news, move, takeOut };
}

interface ActsProps {
  row: Placed;
  at: number;
  of: number;
  order: Order;
}

function Acts({ row, at, of, order }: ActsProps) {
  const t = own.value.playlists;
  const ways = [
    { name: "up", label: t.up(row.title), to: at - 1, can: at > 0 },
    { name: "down", label: t.down(row.title), to: at + 1, can: at < of - 1 },
  ] as const;
  return (
    <div class="order-acts">
      {ways.map(({ name, label, to, can }) => (
        <button
          key={name}
          id={`${name}-${row.thumbnail}`}
          type="button"
          class="button"
          aria-label={label}
          title={label}
          // It keeps the focus at the end of the list too.
          aria-disabled={!can || undefined}
          onClick={() => can && order.move(at, to, name)}
        >
          <Icon name={name} />
        </button>
      ))}
      <button
        type="button"
        class="button"
        aria-label={t.takeOut(row.title)}
        title={t.takeOut(row.title)}
        onClick={() => order.takeOut(row)}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}

interface RowProps extends Omit<ActsProps, "order"> {
  list: Playlist;
  order: Order | null;
}

const DRAGGED = "text/x-vireo-place";

function Row({ row, at, of, list, order }: RowProps) {
  const t = own.value.playlists;
  const box = useRef<HTMLDivElement>(null);
  const [over, setOver] = useState(false);
  const card = <VideoCard video={row} row list={list.id} />;
  if (!order) {
    return (
      <div class="kept">
        <span class="place faint">{at + 1}</span>
        {card}
      </div>
    );
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: buttons do the same by keyboard
    <div
      ref={box}
      class={over ? "kept over" : "kept"}
      onDragOver={(event) => {
        if (!event.dataTransfer?.types.includes(DRAGGED)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        order.move(Number(event.dataTransfer?.getData(DRAGGED)), at);
      }}
    >
      <span
        class="grip"
        title={t.grip}
        aria-hidden="true"
        draggable
        onDragStart={(event) => {
          event.dataTransfer?.setData(DRAGGED, String(at));
          if (box.current) event.dataTransfer?.setDragImage(box.current, 10, 10);
        }}
      >
        <Icon name="grip" />
      </span>
      {card}
      <Acts row={row} at={at} of={of} order={order} />
    </div>
  );
}

interface RowsProps {
  list: Playlist;
  mine: boolean;
  onFirst: (hash: string | null) => void;
  onChanged: (list: Playlist) => void;
}

export function PlaylistRows({ list, mine, onFirst, onChanged }: RowsProps) {
  const t = own.value.playlists;
  const found = usePages(libraryLists.playlist(list.id), listPlaylistVideos);
  const order = useOrder(list, found, onChanged);
  const rows = found.rows.value;
  const first = rows[0]?.thumbnail ?? null;
  useEffect(() => onFirst(first), [first, onFirst]);
  const hidden = found.state.value === "end" ? list.count - rows.length : 0;
  return (
    <>
      <h2 class="unseen">{t.title}</h2>
      <p class="unseen" role="status">
        {order.news}
      </p>
      {order.act.failure && <Complaint>{sentence(order.act.failure)}</Complaint>}
      <Paged
        found={found}
        kind="results"
        keyOf={(row) => row.thumbnail}
        draw={(row) => (
          <Row
            row={row}
            at={rows.indexOf(row)}
            of={rows.length}
            list={list}
            order={mine ? order : null}
          />
        )}
        skeleton={<CardSkeleton row />}
        empty={list.count === 0 && <Empty title={t.empty} hint={t.emptyHint} icon="list" />}
      />
      {hidden > 0 && <p class="faint small hidden-videos">{t.hidden(hidden)}</p>}
    </>
  );
}
