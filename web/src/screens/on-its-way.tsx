/** An upload that is on its way, from the first byte until it can be watched. */

import type { Failure } from "~/api/failure";
import { putAside, type Sending, stopSending, tryAgain } from "~/api/sending";
import { useAct } from "~/parts/act";
import { Icon } from "~/parts/icon";
import { say } from "~/parts/note";
import { sentence } from "~/parts/sentence";
import { Complaint } from "~/parts/state";
import { to } from "~/routes";
import { texts } from "~/texts";
import { bytes, span } from "~/texts/formats";

function Bar({ now }: { now: Sending }) {
  const t = texts.value.send;
  const { sent, total, speed } = now.progress;
  const proving = now.phase === "proving";
  const percent = Math.min(100, Math.floor((sent / Math.max(1, total)) * 100));
  const left = speed > 0 ? (total - sent) / speed : null;
  const known = left !== null && !proving;
  return (
    <>
      <div class="numbers">
        <strong class="percent">{t.percent(percent)}</strong>
        <span class="faint">{t.progress(bytes(sent), bytes(total))}</span>
        <span class="faint">{known ? t.speed(bytes(speed)) : ""}</span>
        <span class="faint">{known ? (left < 2 ? t.almost : t.left(span(left))) : ""}</span>
      </div>
      <progress max={100} value={proving ? undefined : percent} aria-label={t.sending} />
      <p class="faint" role="status">
        {proving ? t.proving : t.stay}
      </p>
    </>
  );
}

function explained(failure: Failure): string {
  const t = texts.value.send;
  const { error, limit, message } = failure.problem;
  if (error === "too_large" && limit) return t.tooLarge(bytes(limit));
  // What is wrong with a file only the server knows.
  return error === "unsupported_media" ? `${t.refused} ${message}` : sentence(failure);
}

function Buttons({ now }: { now: Sending }) {
  const t = texts.value;
  const act = useAct();
  const stop = (told: string) =>
    void act.run(async () => {
      await stopSending();
      if (told) say(told);
    });
  switch (now.phase) {
    case "sending":
    case "proving":
      return (
        <button type="button" class="button" onClick={() => stop(t.send.stopped)}>
          {t.send.stop}
        </button>
      );
    case "processing":
      return (
        <>
          <a class="button" href="/studio" onClick={putAside}>
            {t.studio.title}
          </a>
          <button type="button" class="button" onClick={putAside}>
            {t.send.next}
          </button>
        </>
      );
    case "ready":
      return (
        <>
          <button type="button" class="button" onClick={putAside}>
            {t.send.next}
          </button>
          <a class="button main" href={to.watch(now.hash)} onClick={putAside}>
            {t.send.watch}
          </a>
        </>
      );
    case "failed":
    case "broken":
      return (
        <>
          <button type="button" class="button" onClick={() => stop("")}>
            {t.send.another}
          </button>
          {now.failure && now.failure.status !== 415 && now.failure.status !== 413 && (
            <button type="button" class="button main" onClick={tryAgain}>
              {t.again}
            </button>
          )}
        </>
      );
  }
}

export function OnItsWay({ now }: { now: Sending }) {
  const t = texts.value.send;
  return (
    <section class="on-its-way">
      <h2 dir="auto">{now.title}</h2>
      {(now.phase === "sending" || now.phase === "proving") && <Bar now={now} />}
      {now.phase === "processing" && (
        <>
          <progress aria-label={t.processing} />
          <p role="status">{t.processing}</p>
        </>
      )}
      {now.phase === "ready" && (
        <p class="good" role="status">
          <Icon name="check" />
          {t.ready}
        </p>
      )}
      {now.phase === "failed" && (
        <Complaint>
          {t.failed} {now.reason}
        </Complaint>
      )}
      {now.phase === "broken" && now.failure && <Complaint>{explained(now.failure)}</Complaint>}
      <div class="buttons">
        <Buttons now={now} />
      </div>
    </section>
  );
}
