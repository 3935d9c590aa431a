/** What one has watched, the latest first. */

import { useCallback, useMemo, useState } from "preact/hooks";
import { showMe } from "~/api/accounts";
import { clearHistory, forgetVideo, keepHistory, libraryLists, listHistory } from "~/api/library";
import { type Listing, listing } from "~/api/listing";
import type { Video, Watched } from "~/api/types";
import { useAct } from "~/components/action";
import { Button } from "~/components/button";
import { CardSkeleton, VideoCard } from "~/components/card";
import { Chunks } from "~/components/chunked-list";
import { Confirm } from "~/components/dialog";
import { sentence } from "~/components/failure-text";
import { End } from "~/components/grid";
import { SignedIn } from "~/components/guard";
import { Icon } from "~/components/icon";
import { useLoad } from "~/components/loaded";
import { Complaint, Empty, Failed } from "~/components/states";
import { useTitle } from "~/components/title";
import { say } from "~/components/toast";
import { ago } from "~/locales/formats";
import { own } from "~/locales/own";
import { place } from "~/router";
import "~/screens/library/library.css";

interface RowProps {
  video: Video;
  onForget: (video: Video) => void;
}

function Row({ video, onForget }: RowProps) {
  const t = own.value.library;
  const { watched_at: watched } = video as Watched;
  const label = t.forget(video.title);
  return (
    <div class="kept">
      <VideoCard video={video} row note={t.watched(ago(watched))} />
      <button
        type="button"
        class="button"
        aria-label={label}
        title={label}
        onClick={() => onForget(video)}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}

/** Pause it, and clear it. */
function Acts({ onCleared }: { onCleared: () => void }) {
  const t = own.value.library;
  const [me, , put] = useLoad(showMe, []);
  const [asked, setAsked] = useState(false);
  const act = useAct();
  const kept = me.state === "ready" ? me.value.history : true;
  const turn = () =>
    void act.run(async () => {
      put(await keepHistory(!kept));
      say(kept ? t.nowPaused : t.nowKept);
    });
  const clear = () =>
    void act.run(async () => {
      await clearHistory();
      setAsked(false);
      onCleared();
      say(t.cleared);
    });
  return (
    <>
      <div class="buttons">
        <Button busy={act.busy} disabled={me.state !== "ready"} onClick={turn}>
          {kept ? t.pause : t.resume}
        </Button>
        <button type="button" class="button" onClick={() => setAsked(true)}>
          <Icon name="trash" />
          {t.clear}
        </button>
      </div>
      {!kept && (
        <p class="paused" role="status">
          {t.paused}
        </p>
      )}
      {act.failure && !asked && <Complaint>{sentence(act.failure)}</Complaint>}
      {asked && (
        <Confirm
          title={t.clearSure}
          hint={t.clearHint}
          yes={t.clear}
          busy={act.busy}
          onYes={clear}
          onClose={() => setAsked(false)}
        >
          {act.failure && <Complaint>{sentence(act.failure)}</Complaint>}
        </Confirm>
      )}
    </>
  );
}

const SKELETONS = [1, 2, 3, 4].map((n) => (
  <li key={n}>
    <CardSkeleton row />
  </li>
));

function List({ found }: { found: Listing }) {
  const t = own.value.library;
  const act = useAct();
  const state = found.state.value;
  const loading = state === "loading";
  const forget = useCallback(
    (video: Video) =>
      void act.run(async () => {
        await forgetVideo(video.thumbnail);
        found.remove(video.thumbnail);
        // What was pressed is gone: the list is where one is.
        document.getElementById("main")?.focus({ preventScroll: true });
      }),
    [found],
  );
  const draw = useCallback((video: Video) => <Row video={video} onForget={forget} />, [forget]);
  if (state === "end" && found.rows.value.length === 0) {
    return <Empty title={t.historyEmpty} hint={t.historyEmptyHint} icon="clock" />;
  }
  return (
    <section aria-busy={loading}>
      {act.failure && <Complaint>{sentence(act.failure)}</Complaint>}
      <Chunks
        kind="results"
        chunks={found.chunks.value}
        draw={draw}
        rest={loading ? SKELETONS : null}
      />
      {state === "failed" && (
        <Failed failure={found.failure.value} again={() => void found.more()} />
      )}
      {state === "idle" && <End listing={found} />}
    </section>
  );
}

function Whole({ name }: { name: string }) {
  const here = place.value;
  const [round, setRound] = useState(0);
  const found = useMemo(() => {
    const back = here.by === "back" && round === 0;
    return listing(libraryLists.history(), { back, load: listHistory, name });
  }, [name, here, round]);
  return (
    <>
      <Acts onCleared={() => setRound((n) => n + 1)} />
      <List found={found} />
    </>
  );
}

export function History() {
  const t = own.value.library;
  useTitle(t.history);
  return (
    <div class="screen library">
      <h1>{t.history}</h1>
      <SignedIn>{(name) => <Whole key={name} name={name} />}</SignedIn>
    </div>
  );
}
