/** Rows of comments on the screen, as they change: written, edited, deleted. */

import { useRef, useState } from "preact/hooks";
import type { Pages } from "~/api/pages";
import type { Comment } from "~/api/types";

/** One that is on its way has `pending`, and an id below 0. */
export type Row = Comment & { pending?: boolean };

let made = 0;

/** A comment as it will be, until the server has it. */
export function toBe(video: string, channel: string, text: string, replyTo: number | null): Row {
  return {
    id: --made,
    state: "shown",
    replies: 0,
    video,
    channel,
    text,
    created: new Date().toISOString(),
    edited: null,
    likes: 0,
    my_like: false,
    reply_to: replyTo,
    pinned: false,
    pending: true,
  };
}

/** Each once: one's own may come a second time with a later page. */
export function unique(rows: Row[]): Row[] {
  const seen = new Set<number>();
  return rows.filter(({ id }) => !seen.has(id) && seen.add(id));
}

/** Changes to the pages of comments that are on the screen by then. */
export class Thread {
  constructor(private readonly found: () => Pages<Comment>) {}

  private change(work: (rows: Row[]) => Row[]): void {
    const { rows } = this.found();
    rows.value = work(rows.peek());
  }

  /** At the top, below what is pinned. */
  begin(row: Row): void {
    this.change((rows) => {
      const at = rows.findIndex(({ pinned }) => !pinned);
      return at === -1 ? [...rows, row] : rows.toSpliced(at, 0, row);
    });
  }

  put(row: Row): void {
    this.change((rows) => rows.map((one) => (one.id === row.id ? row : one)));
  }

  /** What was begun as `pending` is there; the list may have been loaded anew without it meanwhile. */
  arrive(row: Row, pending: number): void {
    this.remove(pending);
    this.begin(row);
  }

  /** It has so many more replies, or fewer. The place of a deleted one goes with the last of them. */
  replied(id: number, by: number): void {
    this.change((rows) =>
      rows
        .map((one) => (one.id === id ? { ...one, replies: Math.max(0, one.replies + by) } : one))
        .filter((one) => one.id !== id || one.state !== "deleted" || one.replies > 0),
    );
  }

  remove(id: number): void {
    this.change((rows) => rows.filter((one) => one.id !== id));
  }

  /** One alone is pinned, and stands above the others. */
  pin(row: Row): void {
    this.change((rows) => {
      const others = rows.filter(({ id }) => id !== row.id);
      if (!row.pinned) return rows.map((one) => (one.id === row.id ? row : one));
      return [row, ...others.map((one) => (one.pinned ? { ...one, pinned: false } : one))];
    });
  }
}

/** One for as long as something is shown: who signs in while they write sees other pages by then. */
export function useThread(found: Pages<Comment>): Thread {
  const latest = useRef(found);
  latest.current = found;
  const [thread] = useState(() => new Thread(() => latest.current));
  return thread;
}
