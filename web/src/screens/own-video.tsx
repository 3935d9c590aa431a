/** One of one's own videos in the list of them: how far it is, and what can be done with it. */

import { computed } from "@preact/signals";
import { keptUploads } from "~/api/kept-uploads";
import type { Video } from "~/api/types";
import { isUnderWay, sendings } from "~/api/upload-queue";
import { Thumbnail, When } from "~/components/card";
import { Chip, type ShownState, stateOf } from "~/components/chip";
import { Icon } from "~/components/icon";
import { lazy } from "~/components/lazy";
import { isPublic, Visibility } from "~/components/visibility";
import { texts } from "~/locales";
import { to } from "~/routes";
import "~/screens/own-video.css";

const Making = lazy(
  async () => (await import("~/components/making")).Making,
  () => null,
);

/** What this browser sends right now; it changes with the videos, not with every byte. */
const sent = computed(() =>
  sendings.value
    .filter(isUnderWay)
    .map(({ hash }) => hash)
    .join(" "),
);

/** As `stateOf`, but this browser knows more of what it sends itself. */
function shownState(video: Video): ShownState {
  const state = stateOf(video);
  return state === "waiting" && sent.value.includes(video.thumbnail) ? "sending" : state;
}

/** Whether it will soon be in another state by itself. */
export function moves(video: Video): boolean {
  return ["sending", "uploaded", "processing"].includes(shownState(video));
}

// Who has just published something wants to know what else is made of it.
const FRESH_MS = 6 * 3600 * 1000;

/** Whether there is something to be said of its making. */
function isMade(video: Video, state: ShownState): boolean {
  if (state === "ready") return Date.now() - Date.parse(video.upload) < FRESH_MS;
  return state !== "waiting" && state !== "sending";
}

function File({ video, state }: { video: Video; state: ShownState }) {
  const t = texts.value.studio;
  if (state !== "waiting" && state !== "sending") return null;
  const begun = keptUploads.value.some(({ hash }) => hash === video.thumbnail);
  return (
    <p class="small">
      {state === "waiting" ? (
        <a class="above" href={`/send?v=${video.thumbnail}`}>
          {begun ? t.goOn : t.sendFile}
        </a>
      ) : (
        <a class="above" href="/send">
          {t.sending}
        </a>
      )}
    </p>
  );
}

interface OwnVideoProps {
  video: Video;
  onEdit: (video: Video) => void;
  onRemove: (video: Video) => void;
}

export function OwnVideo({ video, onEdit, onRemove }: OwnVideoProps) {
  const t = texts.value.studio;
  const state = shownState(video);
  return (
    <div class="own">
      <div class="picture">
        {state === "ready" ? (
          <Thumbnail video={video} row />
        ) : (
          <span class="thumbnail none">
            <Icon name="film" />
          </span>
        )}
      </div>
      <div class="words">
        <h2 dir="auto">
          <a href={to.watch(video.thumbnail)}>{video.title}</a>
        </h2>
        <p class="small faint">
          {(state !== "ready" || isPublic(video)) && <Chip state={state} />}{" "}
          <Visibility video={video} />
          {!isPublic(video) && <span aria-hidden="true"> · </span>}
          <When iso={video.upload} />
        </p>
        {(video.reason ?? video.note) && <p class="small">{video.reason ?? video.note}</p>}
        <File video={video} state={state} />
        {isMade(video, state) && (
          <div class="made above">
            <Making hash={video.thumbnail} title={video.title} />
          </div>
        )}
      </div>
      <div class="acts above">
        <button
          type="button"
          class="button"
          aria-label={t.editOf(video.title)}
          title={t.edit}
          onClick={() => onEdit(video)}
        >
          <Icon name="edit" />
        </button>
        <button
          type="button"
          class="button"
          aria-label={t.removeOf(video.title)}
          title={t.remove}
          onClick={() => onRemove(video)}
        >
          <Icon name="trash" />
        </button>
      </div>
    </div>
  );
}

export function OwnVideoSkeleton() {
  return (
    <div class="own" aria-hidden="true">
      <div class="picture">
        <span class="thumbnail skeleton" />
      </div>
      <div class="words">
        <span class="line skeleton" />
        <span class="line short skeleton" />
      </div>
    </div>
  );
}
