/** All playlists of one's own. */

import { useState } from "preact/hooks";
import { libraryLists, listPlaylists } from "~/api/library";
import { CardSkeleton } from "~/components/card";
import { SignedIn } from "~/components/guard";
import { Icon } from "~/components/icon";
import { Paged, usePages } from "~/components/paged";
import { useTitle } from "~/components/title";
import { own } from "~/locales/own";
import { go } from "~/router";
import { to } from "~/routes";
import { PlaylistCard } from "~/screens/library/playlist-card";
import { PlaylistForm } from "~/screens/library/playlist-form";
import "~/screens/library/library.css";

/** The button for a new one, and its form; one goes on to the new list. */
export function NewPlaylist() {
  const t = own.value.playlists;
  const [asked, setAsked] = useState(false);
  return (
    <>
      <button type="button" class="button" onClick={() => setAsked(true)}>
        <Icon name="plus" />
        {t.create}
      </button>
      {asked && (
        <PlaylistForm onClose={() => setAsked(false)} onSaved={({ id }) => go(to.playlist(id))} />
      )}
    </>
  );
}

function All() {
  const found = usePages(libraryLists.playlists(), listPlaylists);
  return (
    <>
      <div class="buttons before">
        <NewPlaylist />
      </div>
      <Paged
        found={found}
        kind="grid"
        keyOf={({ id }) => id}
        draw={(row) => <PlaylistCard playlist={row} />}
        skeleton={<CardSkeleton />}
        empty={null}
      />
    </>
  );
}

export function Playlists() {
  const t = own.value.playlists;
  useTitle(t.title);
  return (
    <div class="screen library">
      <h1>{t.title}</h1>
      <h2 class="unseen">{t.title}</h2>
      <SignedIn>{(name) => <All key={name} />}</SignedIn>
    </div>
  );
}
