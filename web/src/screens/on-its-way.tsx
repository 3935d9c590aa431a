/** An upload that is on its way, from the first byte until it can be watched. */

import type { Failure } from "~/api/failure";
import {
  isChanged,
  isRefused,
  isStored,
  leaveTexts,
  putAside,
  type Sending,
  saveTexts,
  sending,
  stopSending,
  tryAgain,
  typeTexts,
} from "~/api/sending";
import { type Act, useAct } from "~/parts/act";
import { lookAtFirstError } from "~/parts/field";
import { Icon } from "~/parts/icon";
import { say } from "~/parts/note";
import { sentence } from "~/parts/sentence";
import { Complaint } from "~/parts/state";
import { go } from "~/router";
import { to } from "~/routes";
import { TextFields, textProblems, titleOf } from "~/screens/video-texts";
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

interface PartProps {
  now: Sending;
  act: Act;
}

/** Title and description, which can be changed while the bytes are on their way, and after. */
function Texts({ now, act }: PartProps) {
  const t = texts.value;
  const problems = textProblems(now.typed, act.failure?.fields);
  function submit(event: Event): void {
    event.preventDefault();
    if (Object.keys(textProblems(now.typed)).length) {
      lookAtFirstError();
      return;
    }
    void act.run(async () => {
      await saveTexts();
      say(t.saved);
    });
  }
  return (
    <form class="form" onSubmit={submit} noValidate>
      <TextFields
        typed={now.typed}
        onTyped={(typed) => {
          typeTexts(typed);
          act.clear();
        }}
        problems={problems}
      />
      <div class="buttons">
        <button type="submit" class="button" disabled={act.busy || !isChanged(now)}>
          {t.save}
        </button>
      </div>
    </form>
  );
}

function Buttons({ now, act }: PartProps) {
  const t = texts.value;
  const stop = () =>
    void act.run(async () => {
      await stopSending();
      if (sending.peek()) return;
      // The address may name the video that is no more.
      go("/send", { replace: true });
      say(t.send.stopped);
    });
  /** What was typed is for the next file; a title that was the file's name is not. */
  const another = () =>
    void act.run(async () => {
      if (!isRefused(now) && (await isStored(now.hash))) {
        if (isChanged(now)) await saveTexts();
        putAside();
        say(t.send.taken);
      } else {
        const named = now.typed.title === titleOf(now.file.name);
        leaveTexts(named ? { ...now.typed, title: "" } : now.typed);
        await stopSending();
        if (sending.peek()) return;
      }
      go("/send", { replace: true });
    });
  /** Leave it, for an address; what was typed and not saved yet is saved first. */
  const leave = (address: string) =>
    void act.run(async () => {
      if (isChanged(now)) await saveTexts();
      putAside();
      go(address);
    });
  switch (now.phase) {
    case "sending":
    case "proving":
      return (
        <button type="button" class="button" onClick={stop}>
          {t.send.stop}
        </button>
      );
    case "processing":
    case "ready":
      return (
        <>
          <button type="button" class="button" onClick={() => leave("/send")}>
            {t.send.next}
          </button>
          <Leading
            address={now.phase === "ready" ? to.watch(now.hash) : "/studio"}
            leave={leave}
            main={now.phase === "ready"}
          >
            {now.phase === "ready" ? t.send.watch : t.studio.title}
          </Leading>
        </>
      );
    case "failed":
    case "broken":
      return (
        <>
          <button type="button" class="button" onClick={another}>
            {t.send.another}
          </button>
          {!isRefused(now) && (
            <button type="button" class="button main" onClick={tryAgain}>
              {t.again}
            </button>
          )}
        </>
      );
  }
}

interface LeadingProps {
  address: string;
  leave: (address: string) => void;
  main: boolean;
  children: string;
}

/** A link, but for what is to be done before it is followed. */
function Leading({ address, leave, main, children }: LeadingProps) {
  return (
    <a
      class={main ? "button main" : "button"}
      href={address}
      onClick={(event) => {
        event.preventDefault();
        leave(address);
      }}
    >
      {children}
    </a>
  );
}

function Progress({ now }: { now: Sending }) {
  const t = texts.value.send;
  switch (now.phase) {
    case "sending":
    case "proving":
      return <Bar now={now} />;
    case "processing":
      return (
        <>
          <progress aria-label={t.processing} />
          <p role="status">{t.processing}</p>
        </>
      );
    case "ready":
      return (
        <p class="good" role="status">
          <Icon name="check" />
          {t.ready}
        </p>
      );
    case "failed":
      return (
        <Complaint>
          {t.failed} {now.reason}
        </Complaint>
      );
    case "broken":
      return now.failure && <Complaint>{explained(now.failure)}</Complaint>;
  }
}

export function OnItsWay({ now }: { now: Sending }) {
  const act = useAct();
  const atField = Object.keys(act.failure?.fields ?? {}).length > 0;
  return (
    <>
      <section class="on-its-way">
        <h2 dir="auto">{(now.saved ?? now.typed).title}</h2>
        <Progress now={now} />
        <div class="buttons">
          <Buttons now={now} act={act} />
        </div>
      </section>
      {act.failure && !atField && <Complaint>{sentence(act.failure)}</Complaint>}
      {now.phase !== "failed" && <Texts now={now} act={act} />}
    </>
  );
}
