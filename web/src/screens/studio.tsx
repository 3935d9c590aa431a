/** One's own videos: how far they are, and deleting them. */

import { useEffect, useMemo, useState } from "preact/hooks";
import { type Listing, listing } from "~/api/listing";
import { listPending, removePending } from "~/api/pending";
import type { Video } from "~/api/types";
import { deleteVideo, lists } from "~/api/videos";
import { useAct } from "~/parts/act";
import { CardSkeleton, Thumbnail, When } from "~/parts/card";
import { Chip, stateOf } from "~/parts/chip";
import { Confirm } from "~/parts/dialog";
import { SignedIn } from "~/parts/guard";
import { Icon } from "~/parts/icon";
import { say } from "~/parts/note";
import { sentence } from "~/parts/sentence";
import { Complaint, Empty, Failed } from "~/parts/state";
import { useTitle } from "~/parts/title";
import { to } from "~/routes";
import { texts } from "~/texts";
import "~/screens/studio.css";

const LOOK_MS = 3000;

function Row({ video, onRemove }: { video: Video; onRemove: () => void }) {
  const t = texts.value.studio;
  const state = stateOf(video);
  return (
    <li class="own">
      <div class="picture">
        {state === "ready" ? (
          <Thumbnail video={video} />
        ) : (
          <span class="thumbnail none">
            <Icon name="film" />
          </span>
        )}
      </div>
      <div class="words">
        <h3 dir="auto">
          <a href={to.watch(video.thumbnail)}>{video.title}</a>
        </h3>
        <p class="small faint">
          <Chip state={state} /> <When iso={video.upload} />
        </p>
        {video.reason && <p class="small">{video.reason}</p>}
        {state === "waiting" && (
          <p class="small">
            <a class="above" href={`/send?v=${video.thumbnail}`}>
              {t.sendFile}
            </a>
          </p>
        )}
      </div>
      <button
        type="button"
        class="button above"
        aria-label={t.removeOf(video.title)}
        title={t.remove}
        onClick={onRemove}
      >
        <Icon name="trash" />
      </button>
    </li>
  );
}

/** The unfinished ones, looked at again while something moves; `null` until the first look. */
function usePending(name: string, onReady: () => void): [Video[] | null, () => void] {
  const [pending, setPending] = useState<Video[] | null>(null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let wanted = true;
    let before = -1;
    async function look(): Promise<void> {
      // Where a look fails, the next one may not; the list of public ones tells what is wrong.
      const found = await listPending(name).catch(() => null);
      if (!wanted) return;
      if (found) {
        if (before > found.length) onReady();
        before = found.length;
        setPending(found);
      } else setPending((known) => known ?? []);
      const moves = !found || found.some((one) => one.uploaded && one.state !== "failed");
      if (moves) timer = setTimeout(() => void look(), LOOK_MS);
    }
    void look();
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [name, round]);
  return [pending, () => setRound((n) => n + 1)];
}

function Published({ found, onRemove }: { found: Listing; onRemove: (video: Video) => void }) {
  const t = texts.value;
  const state = found.state.value;
  return (
    <>
      <ul class="owns">
        {found.rows.value.map((video) => (
          <Row key={video.thumbnail} video={video} onRemove={() => onRemove(video)} />
        ))}
      </ul>
      {state === "loading" && <CardSkeleton row />}
      {state === "failed" && (
        <Failed failure={found.failure.value} again={() => void found.more()} />
      )}
      {state === "idle" && (
        <div class="end">
          <button type="button" class="button" onClick={() => void found.more()}>
            {t.more}
          </button>
        </div>
      )}
    </>
  );
}

function Videos({ name }: { name: string }) {
  const t = texts.value;
  const [round, setRound] = useState(0);
  const found = useMemo(() => listing(lists.channel(name), { back: false }), [name, round]);
  const [pending, lookAgain] = usePending(name, () => setRound((n) => n + 1));
  const [doomed, setDoomed] = useState<Video | null>(null);
  const act = useAct();

  function remove(video: Video): void {
    void act.run(async () => {
      await deleteVideo(video.thumbnail);
      removePending(name, video.thumbnail);
      found.remove(video.thumbnail);
      lookAgain();
      setDoomed(null);
      say(t.studio.removed);
    });
  }

  const none = found.state.value === "end" && found.rows.value.length === 0;
  if (none && pending?.length === 0) {
    return (
      <Empty title={t.studio.empty} hint={t.studio.emptyHint}>
        <a class="button main" href="/send">
          {t.send.title}
        </a>
      </Empty>
    );
  }
  return (
    <>
      {pending && pending.length > 0 && (
        <section class="unfinished">
          <h2>{t.studio.unfinished}</h2>
          <ul class="owns">
            {pending.map((video) => (
              <Row key={video.thumbnail} video={video} onRemove={() => setDoomed(video)} />
            ))}
          </ul>
        </section>
      )}
      {!none && <h2>{t.studio.published}</h2>}
      <Published found={found} onRemove={setDoomed} />
      {doomed && (
        <Confirm
          title={t.studio.sure}
          hint={t.studio.sureHint}
          yes={t.studio.remove}
          busy={act.busy}
          onYes={() => remove(doomed)}
          onClose={() => setDoomed(null)}
        >
          <p dir="auto">
            <strong>{doomed.title}</strong>
          </p>
          {act.failure && <Complaint>{sentence(act.failure)}</Complaint>}
        </Confirm>
      )}
    </>
  );
}

export function Studio() {
  const t = texts.value;
  useTitle(t.studio.title);
  return (
    <div class="screen middle">
      <h1>{t.studio.title}</h1>
      <SignedIn>{(name) => <Videos key={name} name={name} />}</SignedIn>
    </div>
  );
}
