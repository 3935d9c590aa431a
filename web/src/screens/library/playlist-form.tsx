/** A new playlist, or other texts for one, in front of whatever shows it. */

import { useState } from "preact/hooks";
import type { Failure } from "~/api/failure";
import { newKey } from "~/api/http";
import { createPlaylist, deletePlaylist, editPlaylist } from "~/api/library";
import type { Playlist, PlaylistTexts } from "~/api/types";
import { isGone } from "~/api/videos";
import { useAct } from "~/components/action";
import { Button } from "~/components/button";
import { Confirm, Dialog } from "~/components/dialog";
import { sentence } from "~/components/failure-text";
import { Area, Field, lookAtFirstError } from "~/components/field";
import { Complaint } from "~/components/states";
import { say } from "~/components/toast";
import { texts } from "~/locales";
import { own } from "~/locales/own";
import { found, type Problems, told } from "~/screens/field-rules";

const VISIBILITIES = ["private", "unlisted", "public"] as const;
const MOST_TITLE = 150;
const MOST_DESCRIPTION = 5000;

const letters = (text: string): number => [...text].length;

function problemsOf(typed: PlaylistTexts, failure: Failure | null): Problems {
  const t = texts.value;
  const size = letters(typed.title.trim());
  const title =
    size === 0
      ? own.value.playlists.nameMissing
      : size > MOST_TITLE
        ? own.value.playlists.nameLong
        : "";
  const description =
    letters(typed.description) > MOST_DESCRIPTION ? own.value.playlists.descriptionLong : "";
  return { ...told(failure, t), ...found({ title, description }) };
}

interface WhoProps {
  value: Playlist["visibility"];
  onValue: (value: Playlist["visibility"]) => void;
}

function Who({ value, onValue }: WhoProps) {
  const t = own.value.playlists;
  return (
    <fieldset class="who-sees">
      <legend>{t.visibility}</legend>
      {VISIBILITIES.map((one) => (
        <label key={one}>
          <input
            type="radio"
            name="visibility"
            checked={value === one}
            onChange={() => onValue(one)}
          />{" "}
          {t.visibilities[one]}
        </label>
      ))}
    </fieldset>
  );
}

interface FormProps {
  /** The one that is edited; a new one without it. */
  playlist?: Playlist;
  onClose: () => void;
  onSaved: (playlist: Playlist) => void;
}

export function PlaylistForm({ playlist, onClose, onSaved }: FormProps) {
  const t = texts.value;
  const [typed, setTyped] = useState<PlaylistTexts>({
    title: playlist?.title ?? "",
    description: playlist?.description ?? "",
    visibility: playlist?.visibility ?? "private",
  });
  const [tried, setTried] = useState(false);
  const [key] = useState(newKey);
  const act = useAct();
  const problems = problemsOf(typed, act.failure);
  const shown = tried ? problems : told(act.failure, t);
  const change = (part: Partial<PlaylistTexts>) => {
    setTyped({ ...typed, ...part });
    act.clear();
  };
  function submit(event: Event): void {
    event.preventDefault();
    setTried(true);
    if (Object.keys(problemsOf(typed, null)).length) {
      lookAtFirstError();
      return;
    }
    void act.run(async () => {
      const body = { ...typed, title: typed.title.trim() };
      onSaved(await (playlist ? editPlaylist(playlist.id, body) : createPlaylist(body, key)));
      onClose();
    });
  }
  return (
    <Dialog
      wide
      title={playlist ? own.value.playlists.edit : own.value.playlists.create}
      onClose={onClose}
    >
      <form class="form" onSubmit={submit} noValidate>
        {act.failure && !act.failure.fields.length && (
          <Complaint>{sentence(act.failure)}</Complaint>
        )}
        <Field
          label={own.value.playlists.name}
          dir="auto"
          autoFocus
          value={typed.title}
          onValue={(title) => change({ title })}
          error={shown.title}
        />
        <Area
          label={own.value.playlists.description}
          dir="auto"
          value={typed.description}
          onValue={(description) => change({ description })}
          error={shown.description}
        />
        <Who value={typed.visibility} onValue={(visibility) => change({ visibility })} />
        <div class="buttons">
          <button type="button" class="button" onClick={onClose}>
            {t.cancel}
          </button>
          <Button type="submit" kind="main" busy={act.busy}>
            {t.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface RemoveProps {
  playlist: Playlist;
  onClose: () => void;
  onRemoved: () => void;
}

export function RemovePlaylist({ playlist, onClose, onRemoved }: RemoveProps) {
  const t = own.value.playlists;
  const act = useAct();
  const remove = () =>
    void act.run(async () => {
      await deletePlaylist(playlist.id).catch((failure: unknown) => {
        // Somebody was quicker, on another device.
        if (!isGone(failure)) throw failure;
      });
      say(t.removed);
      onRemoved();
    });
  return (
    <Confirm
      title={t.removeSure}
      hint={t.removeHint}
      yes={t.remove}
      busy={act.busy}
      onYes={remove}
      onClose={onClose}
    >
      <p dir="auto">
        <strong>{playlist.title}</strong>
      </p>
      {act.failure && <Complaint>{sentence(act.failure)}</Complaint>}
    </Confirm>
  );
}
