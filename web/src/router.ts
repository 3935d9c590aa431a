/** Addresses: a signal that says where one is, links that don't load the page anew, and scrolling. */

import { signal } from "@preact/signals";

export interface Place {
  path: string;
  query: URLSearchParams;
  /** What stands behind the #, without it. */
  hash: string;
  /** How one came here: only who goes back finds the lists and the height that were left. */
  by: "load" | "link" | "back";
}

const HEIGHTS = new Map<string, number>();
let key = "start";

function here(by: Place["by"]): Place {
  const { pathname, search, hash } = location;
  return { path: pathname, query: new URLSearchParams(search), hash: hash.slice(1), by };
}

export const place = signal<Place>(here("load"));

/** The present address, to come back to. */
export const address = (): string => {
  const query = place.value.query.toString();
  return query ? `${place.value.path}?${query}` : place.value.path;
};

/** Go to an address of the page; `replace` leaves the present one out of the history. */
export function go(address: string, { replace = false } = {}): void {
  HEIGHTS.set(key, scrollY);
  key = crypto.getRandomValues(new Uint32Array(1)).join("");
  history[replace ? "replaceState" : "pushState"]({ key }, "", address);
  place.value = here("link");
}

/** The height at which this place was left; 0 for a new one. */
export function leftAt(): number {
  return place.peek().by === "back" ? (HEIGHTS.get(key) ?? 0) : 0;
}

interface Ways {
  /** Whether an address is one of the page. */
  isOurs: (path: string) => boolean;
  /** Whether the page may be left for another address of the server; says why not. */
  mayLeave: () => boolean;
}

function follow(event: MouseEvent, { isOurs, mayLeave }: Ways): void {
  const link = (event.target as Element | null)?.closest?.("a");
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
  if (!link || event.defaultPrevented || !plain || event.altKey) return;
  if (link.target || link.hasAttribute("download")) return;
  const url = new URL(link.href);
  if (url.origin !== location.origin) return;
  if (!isOurs(url.pathname)) {
    if (!mayLeave()) event.preventDefault();
    return;
  }
  // Of what stands behind a # times and comments mean something to screens; all else is the browser's.
  if (url.hash && !/^#(?:t=|comments$)/.test(url.hash)) return;
  event.preventDefault();
  const address = url.pathname + url.search + url.hash;
  const same = address === location.pathname + location.search + location.hash;
  go(address, { replace: same });
}

/** Listen to links and to the browser's buttons. */
export function startRouter(ways: Ways): void {
  history.scrollRestoration = "manual";
  history.replaceState({ key }, "");
  addEventListener("click", (event) => follow(event, ways));
  addEventListener("popstate", (event) => {
    HEIGHTS.set(key, scrollY);
    key = (event.state as { key?: string } | null)?.key ?? "start";
    place.value = here("back");
  });
}
