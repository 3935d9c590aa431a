/** A list that loads on, page by page. */

import { signal } from "@preact/signals";
import type { Answer } from "~/api/http";

/** Brings a page of a list. */
export type Load<Row> = (address: string) => Promise<Answer<Row[]>>;

export class Pages<Row> {
  readonly rows = signal<Row[]>([]);
  readonly state = signal<"loading" | "idle" | "failed" | "end">("idle");
  readonly failure = signal<unknown>(null);
  private next: string | null;

  constructor(
    address: string,
    private readonly load: Load<Row>,
  ) {
    this.next = address;
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
}
