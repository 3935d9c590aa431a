/** How the making of one's own video goes: its place, how far it is, until when, what failed. */

import { useEffect, useState } from "preact/hooks";
import { followProcessing, isMoving, retryProcessing } from "~/api/processing";
import type { Processing } from "~/api/types";
import { useAct } from "~/components/action";
import { Button } from "~/components/button";
import { sentence } from "~/components/failure-text";
import { Complaint } from "~/components/states";
import { say } from "~/components/toast";
import { span } from "~/locales/formats";
import { media } from "~/locales/media";
import "~/components/making.css";

/** When all of it should be there; empty where that is not known. */
function expectedOf({ expected }: Processing): string {
  if (expected === null) return "";
  const t = media.value.making;
  const seconds = (Date.parse(expected) - Date.now()) / 1000;
  return seconds < 3 ? t.soon : t.expected(span(seconds));
}

/** Whether something of it can be tried again: it can be watched without some renditions. */
const isBroken = ({ state, reason }: Processing): boolean =>
  state === "failed" || (state === "ready" && reason !== "");

/** Where it stands in the queue, or what is done with it. */
function stepOf(now: Processing): string {
  const t = media.value.making;
  if (now.state === "waiting" && now.place) return t.place(now.place);
  return t.steps[now.step];
}

/** All of it in one line. */
function lineOf(now: Processing): string {
  const t = media.value.making;
  const percent = now.state === "processing" ? t.percent(now.percent) : "";
  return [stepOf(now), percent, expectedOf(now)].filter(Boolean).join(" · ");
}

function Qualities({ now }: { now: Processing }) {
  const t = media.value.making;
  if (now.renditions.length === 0) return null;
  return (
    <ul class="qualities" aria-label={t.qualities}>
      {now.renditions.map(({ height, state, percent }) => (
        <li key={height} class={`chip ${state}`}>
          {media.value.player.height(height)}{" "}
          {state === "processing" ? t.percent(percent) : t.states[state]}
        </li>
      ))}
    </ul>
  );
}

interface RetryProps {
  now: Processing;
  hash: string;
  title: string;
  onRetried: () => void;
}

function Retry({ now, hash, title, onRetried }: RetryProps) {
  const t = media.value.making;
  const act = useAct();
  const retry = () =>
    void act.run(async () => {
      await retryProcessing(hash);
      say(t.retried);
      onRetried();
    });
  return (
    <>
      <Complaint>
        {now.reason ? t.reason(now.reason) : t.failed}{" "}
        {now.attempts > 1 && <span class="faint small">({t.attempts(now.attempts)})</span>}
      </Complaint>
      <div class="buttons">
        <Button busy={act.busy} onClick={retry}>
          {t.retry}
          <span class="unseen">: {title}</span>
        </Button>
      </div>
      {act.failure && <Complaint>{sentence(act.failure)}</Complaint>}
    </>
  );
}

interface MakingProps {
  hash: string;
  title: string;
  /** Its state is another one than before. */
  onChanged?: (now: Processing) => void;
}

export function Making({ hash, title, onChanged }: MakingProps) {
  const t = media.value.making;
  const [now, setNow] = useState<Processing | null>(null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    const ended = new AbortController();
    // Where it fails (the video is gone, the session over), what is there stays.
    followProcessing(hash, setNow, ended.signal).catch(() => undefined);
    return () => ended.abort();
  }, [hash, round]);
  useEffect(() => {
    if (now) onChanged?.(now);
  }, [now?.state]);
  if (!now) return null;
  const moving = isMoving(now);
  return (
    <div class="making">
      {moving && (
        <>
          <progress
            max={100}
            value={now.state === "processing" ? now.percent : undefined}
            aria-label={title}
          />
          <p class="small">{lineOf(now)}</p>
        </>
      )}
      {isBroken(now) && (
        <Retry now={now} hash={hash} title={title} onRetried={() => setRound((n) => n + 1)} />
      )}
      <Qualities now={now} />
      {now.first_play_seconds !== null && (
        <p class="faint small">{t.firstPlay(span(now.first_play_seconds))}</p>
      )}
    </div>
  );
}

/** The same in the line of an upload. */
export function MakingLine({ now }: { now: Processing }) {
  return <>{lineOf(now)}</>;
}
