/** A list that loads on, page by page; kept for a while, so that going back shows what was left. */

import { signal } from "@preact/signals";
import type { Video } from "~/api/types";
import { list } from "~/api/videos";

export class Listing {
  readonly rows = signal<Video[]>([]);
  readonly state = signal<"loading" | "idle" | "failed" | "end">("idle");
  readonly failure = signal<unknown>(null);
  private next: string | null;

  constructor(address: string) {
    this.next = address;
  }

  /** Load the next page, unless one is on its way or there is none. */
  async more(): Promise<void> {
    if (this.state.peek() === "loading" || this.next === null) return;
    this.state.value = "loading";
    try {
      const page = await list(this.next);
      this.next = page.next;
      this.rows.value = [...this.rows.peek(), ...page.value];
      this.state.value = page.next === null ? "end" : "idle";
    } catch (failure) {
      this.failure.value = failure;
      this.state.value = "failed";
    }
  }

  remove(hash: string): void {
    this.rows.value = this.rows.peek().filter((row) => row.thumbnail !== hash);
  }
}

const MOST = 12;
const kept = new Map<string, Listing>();

/** The listing of an address: the one that was left, for who comes back, else a new one. */
export function listing(address: string, { back }: { back: boolean }): Listing {
  const known = back ? kept.get(address) : undefined;
  const found = known ?? new Listing(address);
  kept.delete(address);
  kept.set(address, found);
  for (const oldest of [...kept.keys()].slice(0, -MOST)) kept.delete(oldest);
  if (!known) void found.more();
  return found;
}
