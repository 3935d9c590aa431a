/** What one keeps: what was watched last, what is for later, the playlists. */

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import type { Answer } from "~/api/http";
import { LATER, libraryLists, listHistory, listPlaylists, listPlaylistVideos } from "~/api/library";
import type { Playlist, Video } from "~/api/types";
import { CardSkeleton, VideoCard } from "~/components/card";
import { SignedIn } from "~/components/guard";
import { Icon } from "~/components/icon";
import { useLoad } from "~/components/loaded";
import { Failed } from "~/components/states";
import { useTitle } from "~/components/title";
import { own } from "~/locales/own";
import { to } from "~/routes";
import { PlaylistCard } from "~/screens/library/playlist-card";
import { NewPlaylist } from "~/screens/library/playlists";
import "~/screens/library/library.css";

/** As many as the widest screen has columns: more of them are not shown (library.css). */
const FEW = 12;

interface ShelfProps<Row> {
  title: string;
  icon: "clock" | "list" | "again";
  all: string;
  load: () => Promise<Answer<Row[]>>;
  draw: (row: Row) => ComponentChildren;
  keyOf: (row: Row) => string;
  empty: string;
  act?: ComponentChildren;
}

/** One line of a list, and the way to all of it. */
function Shelf<Row>({ title, icon, all, load, draw, keyOf, empty, act }: ShelfProps<Row>) {
  const id = useId();
  const [found, again] = useLoad(load, []);
  const rows = found.state === "ready" ? found.value.value : null;
  return (
    <section class="shelf" aria-labelledby={id} aria-busy={found.state === "loading"}>
      <div class="shelf-head">
        <h2 id={id}>
          <Icon name={icon} />
          {title}
        </h2>
        <div class="buttons">
          {act}
          <a class="button" href={all}>
            {own.value.library.all}
            <span class="unseen"> – {title}</span>
          </a>
        </div>
      </div>
      {found.state === "failed" && <Failed failure={found.failure} again={again} />}
      {rows?.length === 0 && <p class="faint">{empty}</p>}
      {found.state !== "failed" && rows?.length !== 0 && (
        <ul class="grid one-line">
          {rows
            ? rows.map((row) => <li key={keyOf(row)}>{draw(row)}</li>)
            : Array.from({ length: FEW }, (_, n) => (
                <li key={n}>
                  <CardSkeleton />
                </li>
              ))}
        </ul>
      )}
    </section>
  );
}

const videoCard = (video: Video) => <VideoCard video={video} below="list" />;
const hashOf = (video: Video) => video.thumbnail;

function Shelves() {
  return (
    <div class="shelves">
      <Shelf<Video>
        title={own.value.library.history}
        icon="again"
        all="/library/history"
        load={() => listHistory(libraryLists.history(FEW))}
        draw={videoCard}
        keyOf={hashOf}
        empty={own.value.library.historyEmptyHint}
      />
      <Shelf<Video>
        title={own.value.playlists.later}
        icon="clock"
        all={to.playlist(LATER)}
        load={() => listPlaylistVideos(libraryLists.playlist(LATER, FEW))}
        draw={videoCard}
        keyOf={hashOf}
        empty={own.value.playlists.emptyHint}
      />
      <Shelf<Playlist>
        title={own.value.playlists.title}
        icon="list"
        all="/library/playlists"
        load={async () => {
          const { value, ...rest } = await listPlaylists(libraryLists.playlists(FEW + 1));
          // It has a line of its own.
          return { ...rest, value: value.filter(({ id }) => id !== LATER) };
        }}
        draw={(playlist) => <PlaylistCard playlist={playlist} />}
        keyOf={({ id }) => id}
        empty={own.value.playlists.noneHint}
        act={<NewPlaylist />}
      />
    </div>
  );
}

export function Library() {
  const t = own.value.library;
  useTitle(t.title);
  return (
    <div class="screen library">
      <h1>{t.title}</h1>
      <SignedIn>{(name) => <Shelves key={name} />}</SignedIn>
    </div>
  );
}
