/** A playlist: what it is, what is in it, and for its owner the order. */

import { useMemo, useState } from "preact/hooks";
import { LATER, showPlaylist } from "~/api/library";
import { account, isSame } from "~/api/session";
import type { Playlist as List } from "~/api/types";
import { isGone } from "~/api/videos";
import { Avatar, Theirs } from "~/components/avatar";
import { SignedIn } from "~/components/guard";
import { Icon } from "~/components/icon";
import { useLoad } from "~/components/loaded";
import { Rich } from "~/components/rich-text";
import { Empty, Failed } from "~/components/states";
import { useTitle } from "~/components/title";
import { say } from "~/components/toast";
import { texts } from "~/locales";
import { ago } from "~/locales/formats";
import { own } from "~/locales/own";
import { go } from "~/router";
import { to } from "~/routes";
import { nameOf, Visibility } from "~/screens/library/playlist-card";
import { PlaylistForm, RemovePlaylist } from "~/screens/library/playlist-form";
import { PlaylistRows } from "~/screens/library/playlist-rows";
import "~/screens/library/library.css";

async function share(id: string): Promise<void> {
  await navigator.clipboard.writeText(location.origin + to.playlist(id));
  say(texts.value.watch.shared);
}

interface ActsProps {
  list: List;
  onChanged: (list: List) => void;
}

/** What its owner can do with it. */
function OwnerActs({ list, onChanged }: ActsProps) {
  const t = own.value.playlists;
  const [asked, setAsked] = useState<"edit" | "remove" | null>(null);
  const close = () => setAsked(null);
  return (
    <>
      <button type="button" class="button" onClick={() => setAsked("edit")}>
        <Icon name="edit" />
        {t.edit}
      </button>
      <button type="button" class="button" onClick={() => setAsked("remove")}>
        <Icon name="trash" />
        {t.remove}
      </button>
      {asked === "edit" && <PlaylistForm playlist={list} onClose={close} onSaved={onChanged} />}
      {asked === "remove" && (
        <RemovePlaylist
          playlist={list}
          onClose={close}
          // Nobody comes back to what is gone.
          onRemoved={() => go("/library/playlists", { replace: true })}
        />
      )}
    </>
  );
}

interface HeadProps extends ActsProps {
  mine: boolean;
  first: string | null;
}

function Head({ list, mine, first, onChanged }: HeadProps) {
  const t = texts.value;
  const changeable = mine && list.id !== LATER;
  return (
    <header class="playlist-head">
      <h1 dir="auto">{nameOf(list)}</h1>
      <p class="facts">
        {!mine && (
          <a class="quiet" href={to.channel(list.channel)}>
            <Avatar name={list.channel} />
            <strong>
              <Theirs text={list.channel} />
            </strong>
          </a>
        )}
        <span class="faint small">{t.videos(list.count)}</span>
        <span class="faint small">
          <Visibility of={list.visibility} />
        </span>
        <span class="faint small">{own.value.playlists.changed(ago(list.updated))}</span>
      </p>
      {list.description.trim() && (
        <p class="described" dir="auto">
          <Rich text={list.description} />
        </p>
      )}
      <div class="acts">
        {first && (
          <a class="button main" href={to.watchIn(first, list.id)}>
            <Icon name="play" />
            {own.value.playlists.playAll}
          </a>
        )}
        {list.visibility !== "private" && navigator.clipboard && (
          <button type="button" class="button" onClick={() => void share(list.id)}>
            <Icon name="link" />
            {own.value.playlists.share}
          </button>
        )}
        {changeable && <OwnerActs list={list} onChanged={onChanged} />}
      </div>
    </header>
  );
}

function Shown({ id }: { id: string }) {
  const t = own.value.playlists;
  const [found, again, put] = useLoad(() => showPlaylist(id), [id, account.value]);
  const [first, setFirst] = useState<string | null>(null);
  const list = found.state === "ready" ? found.value : null;
  useTitle(list ? nameOf(list) : "");
  const rows = useMemo(() => ({ onFirst: setFirst, onChanged: put }), [put]);
  if (found.state === "failed") {
    if (!isGone(found.failure)) return <Failed first failure={found.failure} again={again} />;
    return <Empty first title={t.gone} hint={t.goneHint} icon="list" />;
  }
  if (!list) return <PlaylistToBe />;
  const mine = account.value !== null && isSame(account.value, list.channel);
  return (
    <div class="screen library playlist">
      <Head list={list} mine={mine} first={first} onChanged={put} />
      <PlaylistRows key={id} list={list} mine={mine} {...rows} />
    </div>
  );
}

function PlaylistToBe() {
  return (
    <div class="screen library playlist to-be" aria-busy="true">
      <span class="line skeleton heading" aria-hidden="true" />
      <span class="line skeleton short" aria-hidden="true" />
    </div>
  );
}

export function PlaylistScreen({ id }: { id: string }) {
  if (id !== LATER) return <Shown id={id} />;
  // Everybody's own.
  return <SignedIn>{(name) => <Shown key={name} id={id} />}</SignedIn>;
}
