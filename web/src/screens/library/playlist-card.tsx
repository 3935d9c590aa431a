/** A playlist in a list of them. */

import { LATER, libraryLists, listPlaylistVideos } from "~/api/library";
import type { Playlist } from "~/api/types";
import { files, isClosed } from "~/api/videos";
import { Icon } from "~/components/icon";
import { useLoad } from "~/components/loaded";
import { texts } from "~/locales";
import { ago } from "~/locales/formats";
import { own } from "~/locales/own";
import { to } from "~/routes";
import "~/components/visibility.css";

/** What it is called: of `later` in the person's language. */
export const nameOf = (playlist: Playlist): string =>
  playlist.id === LATER ? own.value.playlists.later : playlist.title;

const VISIBILITY_ICONS = { private: "lock", unlisted: "link", public: "globe" } as const;

export function Visibility({ of }: { of: Playlist["visibility"] }) {
  return (
    <span class="visibility">
      <Icon name={VISIBILITY_ICONS[of]} />
      {own.value.playlists.visibilities[of]}
    </span>
  );
}

/** Its picture is that of its first video. */
function useFirst({ id, count, updated }: Playlist): string | null {
  const [found] = useLoad(async () => {
    if (count === 0) return null;
    const [first] = (await listPlaylistVideos(libraryLists.playlist(id, 1))).value;
    return first && !isClosed(first) ? files.thumbnail(first) : null;
  }, [id, count, updated]);
  return found.state === "ready" ? found.value : null;
}

export function PlaylistCard({ playlist }: { playlist: Playlist }) {
  const t = texts.value;
  const picture = useFirst(playlist);
  return (
    <article class="card playlist-card">
      <div class="picture">
        <span class="thumbnail none">
          {picture ? (
            <img src={picture} alt="" loading="lazy" decoding="async" />
          ) : (
            <Icon name={playlist.id === LATER ? "clock" : "list"} />
          )}
          <span class="length">{t.videos(playlist.count)}</span>
        </span>
      </div>
      <div class="about">
        <div class="words">
          <h3 class="name" dir="auto">
            <a href={to.playlist(playlist.id)}>{nameOf(playlist)}</a>
          </h3>
          <p class="faint small">
            <Visibility of={playlist.visibility} />
            <span aria-hidden="true"> · </span>
            {own.value.playlists.changed(ago(playlist.updated))}
          </p>
        </div>
      </div>
    </article>
  );
}
