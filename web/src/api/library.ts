/** Calls about what one keeps: what was watched, playlists, the channels that one follows. */

import { type Answer, type Ask, newKey, send } from "~/api/http";
import { account, withToken } from "~/api/session";
import type {
  Followed,
  Me,
  MeChange,
  Placed,
  Playlist,
  PlaylistChange,
  PlaylistTexts,
  PlaylistWith,
  Video,
  Watched,
} from "~/api/types";

/** The id of one's own list of what to watch later. */
export const LATER = "later";

const PAGE = 24;
const MOST_OF_A_PAGE = 100;

async function own<T>(path: string, ask: Ask = {}): Promise<T> {
  const { value } = await withToken<Answer<T>>((token) => send<T>(path, { ...ask, token }));
  return value;
}

/** What everybody may see, and who is signed in sees as themselves. */
function seen<T>(path: string): Promise<Answer<T>> {
  return account.peek() ? withToken((token) => send<T>(path, { token })) : send<T>(path);
}

/** Brings a page of a list that is for who is signed in. */
const pageOf =
  <T>() =>
  (address: string): Promise<Answer<T[]>> =>
    withToken((token) => send<T[]>(address, { token }));

const listAt = (id: string) => `/playlists/${encodeURIComponent(id)}`;
const placeAt = (id: string, hash: string) => `${listAt(id)}/videos/${hash}`;

/** Addresses of lists; each gives pages. */
export const libraryLists = {
  feed: () => `/feed?limit=${PAGE}`,
  history: (limit = PAGE) => `/me/history?limit=${limit}`,
  subscriptions: () => `/me/subscriptions?limit=${MOST_OF_A_PAGE}`,
  playlists: (limit = PAGE) => `/me/playlists?limit=${limit}`,
  playlist: (id: string, limit = MOST_OF_A_PAGE) => `${listAt(id)}/videos?limit=${limit}`,
};

// What one has watched.

export const listHistory = pageOf<Watched>();
export const forgetVideo = (hash: string) => own<"">(`/me/history/${hash}`, { method: "DELETE" });
export const clearHistory = () => own<"">("/me/history", { method: "DELETE" });
/** Whether is kept what one watches from now on. */
export const keepHistory = (history: boolean) =>
  own<Me>("/me", { method: "PATCH", body: { history } satisfies MeChange });

// Channels that one follows.

export const listSubscriptions = pageOf<Followed>();

// Playlists.

export const listPlaylists = pageOf<Playlist>();
export const listPlaylistVideos = (address: string) => seen<Placed[]>(address);

async function allOf<T extends Playlist>(address: string): Promise<T[]> {
  const rows: T[] = [];
  let next: string | null = address;
  while (next) {
    const page: Answer<T[]> = await pageOf<T>()(next);
    rows.push(...page.value);
    next = page.next;
  }
  return rows;
}

/** All playlists of one's own, `later` before the others. */
export const playlists = () => allOf<Playlist>(libraryLists.playlists(MOST_OF_A_PAGE));

/** The same, and whether this video is in each. */
export const playlistsWith = (hash: string) =>
  allOf<PlaylistWith>(`${libraryLists.playlists(MOST_OF_A_PAGE)}&video=${hash}`);

export const showPlaylist = async (id: string) => (await seen<Playlist>(listAt(id))).value;

/** `key`: the same one for the same list, so that it is made once. */
export const createPlaylist = (body: PlaylistTexts, key = newKey()) =>
  own<Playlist>("/me/playlists", { method: "POST", body, key });
export const editPlaylist = (id: string, body: PlaylistChange) =>
  own<Playlist>(listAt(id), { method: "PATCH", body });
export const deletePlaylist = (id: string) => own<"">(listAt(id), { method: "DELETE" });

/** Put a video at the end of a playlist; where it is in it already, it stays. */
export const addToPlaylist = (id: string, hash: string) =>
  own<Playlist>(placeAt(id, hash), { method: "PUT", body: {} });
/** Put it at a place, which counts from 0. */
export const moveInPlaylist = (id: string, hash: string, position: number) =>
  own<Playlist>(placeAt(id, hash), { method: "PUT", body: { position } });
export const removeFromPlaylist = (id: string, hash: string) =>
  own<Playlist>(placeAt(id, hash), { method: "DELETE" });

// Blocks.

/** Channels that one blocks. */
export const listBlocks = pageOf<Video>();
export const BLOCKS = `/me/blocks?limit=${MOST_OF_A_PAGE}`;
