/**
 * The addresses of the page. gateway/page.conf.template lists the same ones: a new screen has a
 * line in both.
 */

export type Route =
  | { screen: "home" | "find" | "enter" | "join" | "forgot" | "verify" | "undo" | "reset" }
  | { screen: "send" | "studio" | "account" | "nowhere" }
  | { screen: "notices" | "desk" | "feed" | "follows" | "library" | "history" | "playlists" }
  | { screen: "playlist"; id: string }
  | { screen: "watch"; hash: string }
  | { screen: "channel"; name: string };

type Fixed = Exclude<Route, { hash: string } | { name: string } | { id: string }>["screen"];

const FIXED: Record<string, Fixed> = {
  "/": "home",
  "/find": "find",
  "/enter": "enter",
  "/join": "join",
  "/send": "send",
  "/studio": "studio",
  "/account": "account",
  "/notifications": "notices",
  "/feed": "feed",
  "/feed/channels": "follows",
  "/desk": "desk",
  "/library": "library",
  "/library/history": "history",
  "/library/playlists": "playlists",
  "/forgot": "forgot",
  // Where the links of mails lead.
  "/email/verify": "verify",
  "/email/undo": "undo",
  "/password/reset": "reset",
};
const WATCH = /^\/watch\/([A-Za-z0-9]{7})$/;
const PLAYLIST = /^\/playlist\/([A-Za-z0-9]{5,40})$/;
const CHANNEL = /^\/@([A-Za-z0-9_.-]{3,25})$/;

export function routeOf(path: string): Route {
  const screen = FIXED[path];
  if (screen) return { screen };
  const hash = WATCH.exec(path)?.[1];
  if (hash) return { screen: "watch", hash };
  const id = PLAYLIST.exec(path)?.[1];
  if (id) return { screen: "playlist", id };
  const name = CHANNEL.exec(path)?.[1];
  return name ? { screen: "channel", name } : { screen: "nowhere" };
}

export const isOurs = (path: string): boolean => routeOf(path).screen !== "nowhere";

// For who is not signed in: nobody who has signed in goes on to one of them.
const BEFORE_SIGN_IN = ["enter", "join", "forgot", "verify", "undo", "reset"];

/** Where somebody may go on who has signed in. */
export const isAfterSignIn = (path: string): boolean =>
  isOurs(path) && !BEFORE_SIGN_IN.includes(routeOf(path).screen);

/** Addresses that are put together. */
export const to = {
  watch: (hash: string) => `/watch/${hash}`,
  channel: (name: string) => `/@${name}`,
  playlist: (id: string) => `/playlist/${id}`,
  /** A video as one of a playlist: what comes next is the next of it. */
  watchIn: (hash: string, list: string) => `/watch/${hash}?${new URLSearchParams({ list })}`,
  find: (query: string, type: "all" | "channel" = "all") =>
    `/find?${new URLSearchParams(type === "all" ? { q: query } : { q: query, type })}`,
  enter: (next: string) => {
    const path = next.split("?", 1)[0] ?? "";
    // The form itself knows already where to go on.
    if (path === "/enter") return next;
    const plain = next === "/" || !isAfterSignIn(path);
    return plain ? "/enter" : `/enter?${new URLSearchParams({ next })}`;
  },
};
