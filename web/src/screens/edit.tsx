/** Other texts for one's own video, and who sees it, in front of whatever shows it. */

import { useEffect, useRef, useState } from "preact/hooks";
import { noteChange } from "~/api/listing";
import type { CommentsPolicy, Video, VideoChange, VideoTexts } from "~/api/types";
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
import {
  type Sharing,
  SharingFields,
  sharingChange,
  sharingOf,
  sharingProblem,
} from "~/screens/sharing";
import { TextFields, textProblems } from "~/screens/video-texts";

const CaptionsPart = lazy(
  async () => (await import("~/screens/captions")).CaptionsPart,
  () => null,
);
const ThumbnailPart = lazy(
  async () => (await import("~/screens/thumbnail")).ThumbnailPart,
  () => null,
);
const ViewersPart = lazy(
  async () => (await import("~/screens/viewers")).ViewersPart,
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

interface Typed {
  texts: VideoTexts;
  policy: CommentsPolicy;
  sharing: Sharing;
}

const typedOf = (video: Video): Typed => ({
  texts: { title: video.title, description: video.description },
  policy: video.comments_policy ?? "open",
  sharing: sharingOf(video),
});

/** What of it is to be sent: what has changed. */
function changeOf(video: Video, { texts, policy, sharing }: Typed): VideoChange {
  const before = typedOf(video);
  const title = texts.title.trim();
  return {
    ...(title !== before.texts.title && { title }),
    ...(texts.description !== before.texts.description && { description: texts.description }),
    ...(policy !== before.policy && { comments_policy: policy }),
    ...sharingChange(video, sharing),
  };
}

interface PolicyProps {
  chosen: CommentsPolicy;
  onChosen: (policy: CommentsPolicy) => void;
}

function Policy({ chosen, onChosen }: PolicyProps) {
  const t = texts.value.studio;
  return (
    <Select
      label={t.comments}
      hint={t.policyHints[chosen]}
      value={chosen}
      onValue={onChosen}
      choices={POLICIES.map((one) => [one, t.policies[one]])}
    />
  );
}

interface FormProps extends EditProps {
  /** Somebody chooses who is to see it. */
  onSharing: (sharing: Sharing) => void;
}

function Form({ video, onClose, onSaved, onSharing }: FormProps) {
  const t = texts.value;
  const [typed, setTyped] = useState(() => typedOf(video));
  const [tried, setTried] = useState(false);
  const act = useAct();
  const form = useRef<HTMLFormElement>(null);
  // What had the focus has gone when the texts came.
  useEffect(() => form.current?.querySelector("input")?.focus(), []);
  const problems = textProblems(typed.texts, act.failure);
  const timeless = sharingProblem(typed.sharing, act.failure);

  function type(part: Partial<Typed>): void {
    setTyped({ ...typed, ...part });
    setTried(false);
    act.clear();
  }

  function submit(event: Event): void {
    event.preventDefault();
    setTried(true);
    if (Object.keys(textProblems(typed.texts)).length || sharingProblem(typed.sharing, null)) {
      lookAtFirstError();
      return;
    }
    void act.run(async () => {
      const changed = await editVideo(video.thumbnail, changeOf(video, typed));
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
      <TextFields typed={typed.texts} onTyped={(texts) => type({ texts })} problems={problems} />
      <SharingFields
        chosen={typed.sharing}
        onChosen={(sharing) => {
          type({ sharing });
          onSharing(sharing);
        }}
        problem={tried ? timeless : ""}
      />
      <Policy chosen={typed.policy} onChosen={(policy) => type({ policy })} />
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
  const [chosen, setChosen] = useState<Sharing | null>(null);
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
          <Form video={found.value} onClose={onClose} onSharing={setChosen} {...rest} />
          {(chosen ?? sharingOf(found.value)).visibility === "private" && (
            <ViewersPart video={found.value} />
          )}
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
