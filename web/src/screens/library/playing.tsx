/** A video that is watched as one of a playlist: what stands beside it, and what comes next. */

import { Failure } from "~/api/failure";
import type { Answer } from "~/api/http";
import { libraryLists, listPlaylistVideos, showPlaylist } from "~/api/library";
import type { Placed, Playlist } from "~/api/types";
import { VideoCard } from "~/components/card";
import { own } from "~/locales/own";
import { place } from "~/router";
import { to } from "~/routes";
import { nameOf } from "~/screens/library/playlist-card";
import "~/screens/library/playing.css";

export interface Playing {
  playlist: Playlist;
  /** Some before the video, itself, and some behind it. */
  rows: Placed[];
  /** `null` behind the last one. */
  next: Placed | null;
}

const BEFORE = 3;
const BEHIND = 20;
// A video that stands farther behind is found in the list, but not beside it.
const MOST_PAGES = 10;

const ID = /^[A-Za-z0-9]{5,40}$/;

/** The playlist that the address names, around this video; `null` where it is none with it. */
export async function playing(hash: string): Promise<Playing | null> {
  const id = place.peek().query.get("list") ?? "";
  if (!ID.test(id)) return null;
  try {
    return await around(id, hash);
  } catch (failure) {
    // One may not see it, or not any more: the video is there all the same.
    if (failure instanceof Failure && failure.status >= 400 && failure.status < 500) return null;
    throw failure;
  }
}

async function around(id: string, hash: string): Promise<Playing | null> {
  const playlist = await showPlaylist(id);
  const rows: Placed[] = [];
  let next: string | null = libraryLists.playlist(id);
  let at = -1;
  for (let page = 0; next && page < MOST_PAGES; page++) {
    const found: Answer<Placed[]> = await listPlaylistVideos(next);
    rows.push(...found.value);
    next = found.next;
    at = rows.findIndex(({ thumbnail }) => thumbnail === hash);
    if (at !== -1 && at < rows.length - 1) break;
  }
  if (at === -1) return null;
  const shown = rows.slice(Math.max(0, at - BEFORE), at + 1 + BEHIND);
  return { playlist, rows: shown, next: rows[at + 1] ?? null };
}

export function PlayingList({ playing, hash }: { playing: Playing; hash: string }) {
  const { playlist, rows } = playing;
  const now = rows.find(({ thumbnail }) => thumbnail === hash);
  return (
    <>
      <div class="playing-head">
        <h2 dir="auto">
          <a href={to.playlist(playlist.id)}>{nameOf(playlist)}</a>
        </h2>
        {now && (
          <p class="faint small">{own.value.playlists.inList(now.position + 1, playlist.count)}</p>
        )}
      </div>
      <ol class="beside-list">
        {rows.map((row) => (
          <li key={row.thumbnail} aria-current={row.thumbnail === hash ? "true" : undefined}>
            <VideoCard video={row} row below="list" list={playlist.id} />
          </li>
        ))}
      </ol>
    </>
  );
}
