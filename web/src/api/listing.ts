/** Lists of videos and channels; kept for a while, so that going back shows what was left. */

import { computed } from "@preact/signals";
import { type Load, Pages } from "~/api/pages";
import type { Video } from "~/api/types";
import { list } from "~/api/videos";

// Divided by all numbers of columns that there are (grid.css): a full piece has full lines.
const CHUNK = 120;

const alike = (one: Video[], other: Video[] | undefined): boolean =>
  one.length === other?.length && one.every((row, n) => row === other[n]);

export class Listing extends Pages<Video> {
  /** The rows in pieces; one that has not changed is the very same one as before. */
  readonly chunks = computed(() => this.divide());
  private divided: Video[][] = [];
  /** How often a row was changed or removed here. */
  private changes = 0;

  private divide(): Video[][] {
    const rows = this.rows.value;
    this.divided = Array.from({ length: Math.ceil(rows.length / CHUNK) }, (_, n) => {
      const piece = rows.slice(n * CHUNK, (n + 1) * CHUNK);
      const before = this.divided[n];
      return before && alike(piece, before) ? before : piece;
    });
    return this.divided;
  }

  /** Look at the first `count` rows again, by `look`; those behind them stay as they are. */
  async refresh(count: number, look: (count: number) => Promise<Video[]>): Promise<void> {
    const before = this.changes;
    const fresh = await look(count);
    // What was looked at may be from before a change; the next look is not.
    if (before !== this.changes) return;
    const old = this.rows.peek();
    const known = new Map(old.map((row) => [row.thumbnail, row]));
    const from = old.findIndex((row) => row.thumbnail === fresh.at(-1)?.thumbnail) + 1;
    const rest = fresh.length < count ? [] : old.slice(from);
    const seen = new Set(fresh.map((row) => row.thumbnail));
    // What looks as it did is left alone.
    const first = fresh.map((row) => {
      const before = known.get(row.thumbnail);
      return JSON.stringify(before) === JSON.stringify(row) ? (before ?? row) : row;
    });
    this.rows.value = [...first, ...rest.filter((row) => !seen.has(row.thumbnail))];
  }

  put(video: Video): void {
    this.changes += 1;
    this.rows.value = this.rows
      .peek()
      .map((row) => (row.type === "video" && row.thumbnail === video.thumbnail ? video : row));
  }

  remove(hash: string): void {
    this.changes += 1;
    this.rows.value = this.rows
      .peek()
      .filter((row) => row.type !== "video" || row.thumbnail !== hash);
  }
}

const MOST = 12;
const kept = new Map<string, Listing>();

interface How {
  /** Whether somebody comes back, and finds the one that was left. */
  back: boolean;
  load?: Load<Video>;
  /** Whose list it is, where it is not everybody's. */
  name?: string;
}

/** The listing of an address. */
export function listing(address: string, { back, load = list, name = "" }: How): Listing {
  const place = `${name} ${address}`;
  const known = back ? kept.get(place) : undefined;
  const found = known ?? new Listing(address, load);
  kept.delete(place);
  kept.set(place, found);
  for (const oldest of [...kept.keys()].slice(0, -MOST)) kept.delete(oldest);
  if (!known) void found.more();
  return found;
}

/** One's own video has other texts now: in all lists that somebody may see again. */
export function noteChange(video: Video): void {
  for (const one of kept.values()) one.put(video);
}

export function noteRemoval(hash: string): void {
  for (const one of kept.values()) one.remove(hash);
}
