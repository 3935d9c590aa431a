/** The thumbnail of one's own video: one of some frames, the frame at a time, or a picture. */

import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { Failure } from "~/api/failure";
import { candidates, chooseFrame, pictureOf, sendThumbnail } from "~/api/thumbnails";
import type { Frame, Video } from "~/api/types";
import { files, noteFiles } from "~/api/videos";
import { useAct } from "~/components/action";
import { Button } from "~/components/button";
import { sentence } from "~/components/failure-text";
import { useLoad } from "~/components/loaded";
import { Complaint } from "~/components/states";
import { say } from "~/components/toast";
import { clock } from "~/locales/formats";
import { thumbnailsTexts } from "~/locales/thumbnails";
import "~/screens/thumbnail.css";

function explained(failure: Failure): string {
  const t = thumbnailsTexts.value;
  if (failure.status === 413) return t.large;
  if (failure.status === 415) return t.bad;
  if (failure.code === "not_playable") return t.early;
  const { code } = failure.problem.problems?.["time"] ?? {};
  return code === "out_of_range" ? t.after : sentence(failure);
}

interface CandidateProps {
  frame: Frame;
  busy: boolean;
  onChoose: () => void;
}

/** Its picture is for its owner alone, so that the page asks for it with the token. */
function Candidate({ frame, busy, onChoose }: CandidateProps) {
  const [picture, setPicture] = useState<string | null>(null);
  useEffect(() => {
    let left = false;
    let made = "";
    pictureOf(frame)
      .then((address) => {
        made = address;
        if (left) URL.revokeObjectURL(address);
        else setPicture(address);
      })
      .catch(() => setPicture(null));
    return () => {
      left = true;
      if (made) URL.revokeObjectURL(made);
    };
  }, [frame.url]);
  return (
    <li>
      <button
        type="button"
        class="frame"
        aria-pressed={frame.chosen}
        aria-disabled={busy}
        onClick={() => !busy && onChoose()}
      >
        <span class={picture ? "thumbnail" : "thumbnail skeleton"}>
          {picture && <img src={picture} alt="" />}
        </span>
        <span class="unseen">{thumbnailsTexts.value.frame(clock(frame.time ?? 0))}</span>
      </button>
    </li>
  );
}

interface PartProps {
  video: Video;
  onChanged: (version: string | null) => void;
}

export function ThumbnailPart({ video, onChanged }: PartProps) {
  const t = thumbnailsTexts.value;
  const id = useId();
  const hash = video.thumbnail;
  const [version, setVersion] = useState(video.thumbnail_version ?? null);
  const [found] = useLoad(() => candidates(hash), [hash]);
  const [chosen, setChosen] = useState<number | null | undefined>(undefined);
  const [seconds, setSeconds] = useState("");
  const [noTime, setNoTime] = useState(false);
  const picked = useRef<HTMLInputElement>(null);
  const act = useAct();
  const error = noTime ? t.noTime : act.failure ? explained(act.failure) : "";

  function change(work: () => Promise<Frame>): void {
    setNoTime(false);
    void act.run(async () => {
      const frame = await work();
      const now = frame.thumbnail_version ?? null;
      setVersion(now);
      setChosen(frame.id);
      noteFiles({ ...video, thumbnail_version: now });
      onChanged(now);
      say(t.set);
    });
  }

  function takeTime(event: Event): void {
    event.preventDefault();
    const time = Number(seconds.replace(",", "."));
    if (!seconds.trim() || !Number.isFinite(time) || time < 0) {
      setNoTime(true);
      document.getElementById(`${id}-time`)?.focus();
      return;
    }
    change(() => chooseFrame(hash, { time }));
  }

  const frames = found.state === "ready" ? found.value : [];
  const isChosen = (frame: Frame) => (chosen === undefined ? frame.chosen : frame.id === chosen);
  return (
    <section class="own-thumbnail" aria-labelledby={`${id}-title`} aria-busy={act.busy}>
      <h3 id={`${id}-title`}>{t.title}</h3>
      <span class="thumbnail now">
        <img src={files.sized({ ...video, thumbnail_version: version }, 640)} alt={t.now} />
      </span>
      {found.state === "failed" && <Complaint>{sentence(found.failure)}</Complaint>}
      {found.state === "ready" && frames.length === 0 && <p class="faint small">{t.none}</p>}
      {frames.length > 0 && (
        <ul aria-label={t.frames}>
          {frames.map((frame) => (
            <Candidate
              key={frame.id}
              frame={{ ...frame, chosen: isChosen(frame) }}
              busy={act.busy}
              onChoose={() => change(() => chooseFrame(hash, { candidate: frame.id ?? 0 }))}
            />
          ))}
        </ul>
      )}
      <form onSubmit={takeTime} noValidate>
        <div class="field">
          <label for={`${id}-time`}>{t.time}</label>
          <input
            id={`${id}-time`}
            type="text"
            inputMode="decimal"
            value={seconds}
            aria-invalid={Boolean(error)}
            aria-describedby={error ? `${id}-error` : undefined}
            onInput={(event) => {
              setSeconds(event.currentTarget.value);
              setNoTime(false);
              act.clear();
            }}
          />
        </div>
        <Button type="submit" busy={act.busy}>
          {t.take}
        </Button>
      </form>
      <div class="others">
        <Button busy={act.busy} onClick={() => picked.current?.click()}>
          {t.upload}
        </Button>
        <span class="faint small">{t.hint}</span>
      </div>
      {error && (
        <p class="error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
      <input
        ref={picked}
        type="file"
        hidden
        accept="image/png,image/jpeg,image/webp"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = "";
          if (file) change(() => sendThumbnail(hash, file));
        }}
      />
    </section>
  );
}
