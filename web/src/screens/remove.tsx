/** Asks before one of one's own videos is deleted. */

import { noteRemoval } from "~/api/listing";
import type { Video } from "~/api/types";
import { noteGone } from "~/api/upload-queue";
import { deleteVideo, isGone } from "~/api/videos";
import { useAct } from "~/components/action";
import { Confirm } from "~/components/dialog";
import { sentence } from "~/components/failure-text";
import { Complaint } from "~/components/states";
import { say } from "~/components/toast";
import { texts } from "~/locales";

interface RemoveProps {
  video: Video;
  onClose: () => void;
  onRemoved?: () => void;
}

export function Remove({ video, onClose, onRemoved }: RemoveProps) {
  const t = texts.value.studio;
  const act = useAct();
  const remove = () =>
    void act.run(async () => {
      await deleteVideo(video.thumbnail).catch((failure: unknown) => {
        // Somebody was quicker, on another device.
        if (!isGone(failure)) throw failure;
      });
      noteRemoval(video.thumbnail);
      noteGone(video.thumbnail);
      say(t.removed);
      onClose();
      onRemoved?.();
    });
  return (
    <Confirm
      title={t.sure}
      hint={t.sureHint}
      yes={t.remove}
      busy={act.busy}
      onYes={remove}
      onClose={onClose}
    >
      <p dir="auto">
        <strong>{video.title}</strong>
      </p>
      {act.failure && <Complaint>{sentence(act.failure)}</Complaint>}
    </Confirm>
  );
}
