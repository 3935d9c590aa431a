/** An upload, from its place in the queue until it can be watched. */

import { useState } from "preact/hooks";
import type { Failure } from "~/api/failure";
import { percentOf } from "~/api/upload";
import {
  giveUp,
  isChanged,
  isRefused,
  leaveTexts,
  makeAgain,
  putAside,
  type Sending,
  saveTexts,
  sendings,
  stopSending,
  tryAgain,
  typeTexts,
} from "~/api/upload-queue";
import { type Act, useAct } from "~/components/action";
import { Button } from "~/components/button";
import { sentence } from "~/components/failure-text";
import { lookAtFirstError } from "~/components/field";
import { Icon } from "~/components/icon";
import { lazy } from "~/components/lazy";
import { Complaint } from "~/components/states";
import { say } from "~/components/toast";
import { texts } from "~/locales";
import { bytes, span } from "~/locales/formats";
import { go } from "~/router";
import { to } from "~/routes";
import { TextFields, textProblems, titleOf } from "~/screens/video-texts";

const Making = lazy(
  async () => (await import("~/components/making")).Making,
  () => <progress aria-label={texts.value.send.processing} />,
);

function Bar({ now }: { now: Sending }) {
  const t = texts.value.send;
  const { sent, total, speed } = now.progress;
  const proving = now.phase === "proving";
  const percent = percentOf(sent, total);
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

export function explained(failure: Failure): string {
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
  const problems = textProblems(now.typed, act.failure);
  function submit(event: Event): void {
    event.preventDefault();
    if (Object.keys(textProblems(now.typed)).length) {
      lookAtFirstError();
      return;
    }
    void act.run(async () => {
      await saveTexts(now.id);
      say(t.saved);
    });
  }
  return (
    <form class="form" onSubmit={submit} noValidate>
      <TextFields
        typed={now.typed}
        onTyped={(typed) => {
          typeTexts(now.id, typed);
          act.clear();
        }}
        problems={problems}
      />
      {/* What waits for its turn is announced with what stands here. */}
      {now.saved !== null && (
        <div class="buttons">
          <Button type="submit" busy={act.busy} disabled={!isChanged(now)}>
            {t.save}
          </Button>
        </div>
      )}
    </form>
  );
}

function Buttons({ now, act }: PartProps) {
  const t = texts.value;
  const stop = () =>
    void act.run(async () => {
      if (!(await stopSending(now.id))) return;
      // The address may name the video that is no more.
      go("/send", { replace: true });
      say(t.send.stopped);
    });
  /** What was typed is for the next file; a title that was the file's name is not. */
  const another = () =>
    void act.run(async () => {
      const alone = sendings.peek().length === 1;
      const end = await giveUp(now.id);
      if (end === "none") return;
      const named = now.typed.title === titleOf(now.file.name);
      if (end === "stored") say(t.send.taken);
      else if (alone) leaveTexts(named ? { ...now.typed, title: "" } : now.typed);
      go("/send", { replace: true });
    });
  /** Leave it, for an address; what was typed and not saved yet is saved first. */
  const leave = (address: string) =>
    void act.run(async () => {
      if (isChanged(now)) await saveTexts(now.id);
      // What is still prepared goes on being shown.
      if (now.phase === "ready" || address === "/send") putAside(now.id);
      go(address);
    });
  switch (now.phase) {
    case "queued":
    case "sending":
    case "proving":
      return (
        <Button busy={act.busy} onClick={stop}>
          {t.send.stop}
        </Button>
      );
    case "processing":
    case "ready":
      return (
        <>
          <Button busy={act.busy} onClick={() => leave("/send")}>
            {t.send.next}
          </Button>
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
          <Button busy={act.busy} onClick={another}>
            {t.send.another}
          </Button>
          {now.phase === "failed" && (
            <Button
              kind="main"
              busy={act.busy}
              onClick={() => void act.run(() => makeAgain(now.id))}
            >
              {t.again}
            </Button>
          )}
          {!isRefused(now) && (
            <button type="button" class="button main" onClick={() => tryAgain(now.id)}>
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
    case "queued":
      return (
        <p class="faint" role="status">
          {t.queued}
        </p>
      );
    case "sending":
    case "proving":
      return <Bar now={now} />;
    case "processing":
      return (
        <>
          <Making hash={now.hash} title={titleNow(now)} />
          <p role="status">{t.processing}</p>
        </>
      );
    case "ready":
      return (
        <>
          <p class="good" role="status">
            <Icon name="check" />
            {t.ready} {now.reason}
          </p>
          <Making hash={now.hash} title={titleNow(now)} />
        </>
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

const titleNow = (now: Sending): string => (now.saved ?? now.typed).title;

interface UploadProgressProps {
  now: Sending;
  /** Whether it is the only one, so that its texts need not be asked for. */
  alone: boolean;
}

export function UploadProgress({ now, alone }: UploadProgressProps) {
  const t = texts.value.send;
  const act = useAct();
  const [asked, setAsked] = useState(false);
  const atField = (act.failure?.fields.length ?? 0) > 0;
  const open = alone || asked || isChanged(now);
  return (
    <>
      <section class="on-its-way">
        <h2 dir="auto">{titleNow(now)}</h2>
        <Progress now={now} />
        <div class="buttons">
          {!open && now.phase !== "failed" && (
            <button type="button" class="button" onClick={() => setAsked(true)}>
              {t.texts}
            </button>
          )}
          <Buttons now={now} act={act} />
        </div>
        {act.failure && !atField && <Complaint>{sentence(act.failure)}</Complaint>}
      </section>
      {open && now.phase !== "failed" && <Texts now={now} act={act} />}
    </>
  );
}
