/** A list that loads on, page by page; kept for a while, so that going back shows what was left. */

import { computed, signal } from "@preact/signals";
import type { Answer } from "~/api/http";
import type { Video } from "~/api/types";
import { list } from "~/api/videos";

/** Brings a page of a list. */
type Load = (address: string) => Promise<Answer<Video[]>>;

// Divided by all numbers of columns that there are (grid.css): a full piece has full lines.
const CHUNK = 120;

const alike = (one: Video[], other: Video[] | undefined): boolean =>
  one.length === other?.length && one.every((row, n) => row === other[n]);

export class Listing {
  readonly rows = signal<Video[]>([]);
  readonly state = signal<"loading" | "idle" | "failed" | "end">("idle");
  readonly failure = signal<unknown>(null);
  /** The rows in pieces; one that has not changed is the very same one as before. */
  readonly chunks = computed(() => this.divide());
  private divided: Video[][] = [];
  private next: string | null;
  /** How often a row was changed or removed here. */
  private changes = 0;

  constructor(
    address: string,
    private readonly load: Load,
  ) {
    this.next = address;
  }

  private divide(): Video[][] {
    const rows = this.rows.value;
    this.divided = Array.from({ length: Math.ceil(rows.length / CHUNK) }, (_, n) => {
      const piece = rows.slice(n * CHUNK, (n + 1) * CHUNK);
      const before = this.divided[n];
      return before && alike(piece, before) ? before : piece;
    });
    return this.divided;
  }

  /** Load the next page, unless one is on its way or there is none. */
  async more(): Promise<void> {
    if (this.state.peek() === "loading" || this.next === null) return;
    this.state.value = "loading";
    try {
      let page = await this.load(this.next);
      // A search that looked at as much as it may goes on behind an empty page.
      while (page.value.length === 0 && page.next !== null) page = await this.load(page.next);
      this.next = page.next;
      this.rows.value = [...this.rows.peek(), ...page.value];
      this.state.value = page.next === null ? "end" : "idle";
    } catch (failure) {
      this.failure.value = failure;
      this.state.value = "failed";
    }
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
  load?: Load;
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
