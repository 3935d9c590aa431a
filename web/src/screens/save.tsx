/** Puts a video into playlists, or takes it out of them. */

import { useRef, useState } from "preact/hooks";
import { newKey } from "~/api/http";
import { addToPlaylist, createPlaylist, playlistsWith, removeFromPlaylist } from "~/api/library";
import type { PlaylistWith, Video } from "~/api/types";
import { useAct } from "~/components/action";
import { Button } from "~/components/button";
import { Dialog } from "~/components/dialog";
import { sentence } from "~/components/failure-text";
import { Field } from "~/components/field";
import { Icon } from "~/components/icon";
import { useLoad } from "~/components/loaded";
import { useOptimistic } from "~/components/optimistic";
import { Complaint, Failed } from "~/components/states";
import { say } from "~/components/toast";
import { own } from "~/locales/own";
import { people } from "~/locales/people";
import "~/screens/save.css";

const nameOf = (list: PlaylistWith): string =>
  list.id === "later" ? people.value.keep.later : list.title;

interface RowProps {
  list: PlaylistWith;
  hash: string;
  onKnown: (list: PlaylistWith) => void;
}

function Row({ list, hash, onKnown }: RowProps) {
  const t = people.value.keep;
  const [shown, want] = useOptimistic(
    list,
    async (wanted) => {
      const change = wanted.has_video ? addToPlaylist : removeFromPlaylist;
      return { ...(await change(list.id, hash)), has_video: wanted.has_video };
    },
    (now) => {
      onKnown(now);
      say(now.has_video ? t.saved(nameOf(now)) : t.removed(nameOf(now)));
    },
  );
  return (
    <label class="save-row">
      <input
        type="checkbox"
        checked={shown.has_video}
        onChange={(event) => want({ ...shown, has_video: event.currentTarget.checked })}
      />
      <span dir="auto">{nameOf(list)}</span>
      <span class="faint small">
        <Icon name={list.visibility === "private" ? "lock" : "globe"} />
        {list.id === "later" ? "" : own.value.playlists.visibilities[list.visibility]}
      </span>
    </label>
  );
}

interface MakeProps {
  hash: string;
  onMade: (list: PlaylistWith) => void;
}

/** A new one, with the video in it. */
function Make({ hash, onMade }: MakeProps) {
  const t = people.value.keep;
  const [title, setTitle] = useState("");
  const [tried, setTried] = useState(false);
  const [key, setKey] = useState(newKey);
  const act = useAct();
  const size = [...title.trim()].length;
  const problem = size === 0 ? t.nameMissing : size > 150 ? t.nameLong : "";

  function submit(event: Event): void {
    event.preventDefault();
    setTried(true);
    if (problem) return;
    void act.run(async () => {
      const body = { title: title.trim(), description: "", visibility: "private" } as const;
      const made = await createPlaylist(body, key);
      onMade({ ...(await addToPlaylist(made.id, hash)), has_video: true });
      say(t.made(made.title));
    });
  }

  return (
    <form class="form" onSubmit={submit} noValidate>
      {act.failure && <Complaint>{sentence(act.failure)}</Complaint>}
      <Field
        label={t.name}
        dir="auto"
        autoFocus
        value={title}
        onValue={(typed) => {
          setTitle(typed);
          // Other words are another list.
          setKey(newKey());
        }}
        error={tried && problem ? problem : undefined}
      />
      <div class="buttons">
        <Button type="submit" kind="main" busy={act.busy}>
          {t.create}
        </Button>
      </div>
    </form>
  );
}

interface SaveProps {
  video: Video;
  onClose: () => void;
}

export function Save({ video, onClose }: SaveProps) {
  const t = people.value.keep;
  const hash = video.thumbnail;
  const [found, again, put] = useLoad(() => playlistsWith(hash), [hash]);
  const [making, setMaking] = useState(false);
  const lists = found.state === "ready" ? found.value : [];
  // Several may be on their way at once.
  const latest = useRef(lists);
  latest.current = lists;
  const show = (rows: PlaylistWith[]) => {
    latest.current = rows;
    put(rows);
  };
  const known = (list: PlaylistWith) =>
    show(latest.current.map((one) => (one.id === list.id ? list : one)));
  const made = (list: PlaylistWith) => {
    const [later, ...others] = latest.current;
    show([...(later ? [later] : []), list, ...others]);
    setMaking(false);
  };
  return (
    <Dialog title={t.title} onClose={onClose}>
      {found.state === "failed" && <Failed failure={found.failure} again={again} />}
      {found.state === "loading" && <span class="box skeleton" aria-hidden="true" />}
      {found.state === "ready" && (
        <>
          <div class="save-rows">
            {lists.map((list) => (
              <Row key={list.id} list={list} hash={hash} onKnown={known} />
            ))}
          </div>
          {making ? (
            <Make hash={hash} onMade={made} />
          ) : (
            <button type="button" class="button" onClick={() => setMaking(true)}>
              <Icon name="plus" />
              {t.make}
            </button>
          )}
        </>
      )}
      <div class="buttons">
        <button type="button" class="button" onClick={onClose}>
          {t.done}
        </button>
      </div>
    </Dialog>
  );
}
