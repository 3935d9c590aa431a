/** Another title or description for one's own video, in front of whatever shows it. */

import { useEffect, useRef, useState } from "preact/hooks";
import { noteChange } from "~/api/listing";
import type { CommentsPolicy, Video } from "~/api/types";
import { noteTexts } from "~/api/upload-queue";
import { editVideo, isGone, showVideo } from "~/api/videos";
import { useAct } from "~/components/action";
import { Button } from "~/components/button";
import { Dialog } from "~/components/dialog";
import { sentence } from "~/components/failure-text";
import { lookAtFirstError, Select } from "~/components/field";
import { lazy } from "~/components/lazy";
import { useLoad } from "~/components/loaded";
import { Complaint } from "~/components/states";
import { say } from "~/components/toast";
import { texts } from "~/locales";
import { TextFields, textProblems } from "~/screens/video-texts";

const CaptionsPart = lazy(
  async () => (await import("~/screens/captions")).CaptionsPart,
  () => null,
);
const ThumbnailPart = lazy(
  async () => (await import("~/screens/thumbnail")).ThumbnailPart,
  () => null,
);
const POLICIES: CommentsPolicy[] = ["open", "review", "closed"];

interface EditProps {
  video: Video;
  onClose: () => void;
  onSaved?: (video: Video) => void;
}

function told(failure: unknown): string {
  return isGone(failure) ? texts.value.watch.gone : sentence(failure);
}

function Form({ video, onClose, onSaved }: EditProps) {
  const t = texts.value;
  const [typed, setTyped] = useState({ title: video.title, description: video.description });
  const { comments_policy: known = "open" } = video;
  const [policy, setPolicy] = useState(known);
  const act = useAct();
  const form = useRef<HTMLFormElement>(null);
  // What had the focus has gone when the texts came.
  useEffect(() => form.current?.querySelector("input")?.focus(), []);
  const problems = textProblems(typed, act.failure);

  function submit(event: Event): void {
    event.preventDefault();
    if (Object.keys(textProblems(typed)).length) {
      lookAtFirstError();
      return;
    }
    void act.run(async () => {
      const texts = { ...typed, title: typed.title.trim() };
      const body = policy === known ? texts : { ...texts, comments_policy: policy };
      const changed = await editVideo(video.thumbnail, body);
      noteChange(changed);
      noteTexts(changed);
      say(t.saved);
      onClose();
      onSaved?.(changed);
    });
  }

  return (
    <form ref={form} class="form" onSubmit={submit} noValidate>
      {act.failure && !act.failure.fields.length && <Complaint>{told(act.failure)}</Complaint>}
      <TextFields
        typed={typed}
        onTyped={(changed) => {
          setTyped(changed);
          act.clear();
        }}
        problems={problems}
      />
      <Select
        label={t.studio.comments}
        hint={t.studio.policyHints[policy]}
        value={policy}
        onValue={setPolicy}
        choices={POLICIES.map((one) => [one, t.studio.policies[one]])}
      />
      <div class="buttons">
        <button type="button" class="button" onClick={onClose}>
          {t.cancel}
        </button>
        <Button type="submit" kind="main" busy={act.busy}>
          {t.save}
        </Button>
      </div>
    </form>
  );
}

/** The fields to be: lists have no descriptions, so that of this video is on its way. */
function FormSkeleton() {
  return (
    <div class="form" aria-hidden="true">
      <span class="box skeleton" />
      <span class="box skeleton tall" />
    </div>
  );
}

export function Edit({ video, onClose, ...rest }: EditProps) {
  const t = texts.value;
  const [found, again] = useLoad(() => showVideo(video.thumbnail), [video.thumbnail]);
  // One part may be saved after another in the same dialog.
  const changed = useRef<Partial<Video>>({});
  const change = (part: Partial<Video>): Video => {
    changed.current = { ...changed.current, ...part };
    return { ...(found.state === "ready" ? found.value : video), ...changed.current };
  };
  return (
    <Dialog wide title={t.studio.editTitle} onClose={onClose}>
      {found.state === "ready" ? (
        <>
          <Form video={found.value} onClose={onClose} {...rest} />
          {found.value.state === "ready" && (
            <ThumbnailPart
              video={found.value}
              onChanged={(version) => {
                const now = change({ thumbnail_version: version });
                noteChange(now);
                rest.onSaved?.(now);
              }}
            />
          )}
          <CaptionsPart
            video={found.value}
            onChanged={(captions) => rest.onSaved?.(change({ captions }))}
          />
        </>
      ) : (
        <>
          {found.state === "loading" && <FormSkeleton />}
          {found.state === "failed" && <Complaint>{told(found.failure)}</Complaint>}
          <div class="buttons">
            <button type="button" class="button" onClick={onClose}>
              {t.cancel}
            </button>
            {found.state === "failed" && !isGone(found.failure) && (
              <button type="button" class="button main" onClick={again}>
                {t.again}
              </button>
            )}
          </div>
        </>
      )}
    </Dialog>
  );
}
