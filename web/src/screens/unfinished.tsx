/** Uploads that an earlier visit began: each goes on where the same file is chosen once more. */

import { useEffect, useRef, useState } from "preact/hooks";
import { isFileOf, type Kept, keptFor, keptUploads } from "~/api/kept-uploads";
import { type Came, interrupted, lookAtKept, percentOf } from "~/api/upload";
import { discard, goOn, sendings } from "~/api/upload-queue";
import { useAct } from "~/components/action";
import { Button } from "~/components/button";
import { sentence } from "~/components/failure-text";
import { type Loaded, useLoad } from "~/components/loaded";
import { Complaint } from "~/components/states";
import { say } from "~/components/toast";
import { texts } from "~/locales";
import { bytes } from "~/locales/formats";

const LOOK_MS = 5000;

/** What an earlier visit began to send of a file, and this one is not at. */
function begunOf(file: File): Kept | null {
  const known = keptFor(file);
  const goesOn = sendings.peek().some(({ hash }) => hash === known?.hash);
  return known && !goesOn ? known : null;
}

export const isBegun = (file: File): boolean => begunOf(file) !== null;

/** Go on with files that are begun; gives those of which nothing is left. */
export async function goOnWith(files: File[]): Promise<File[]> {
  const over: File[] = [];
  for (const file of files) {
    const begun = begunOf(file);
    const came = begun && (await lookAtKept(begun));
    if (came?.state === "begun") goOn(file, came.video);
    // Another draft of it would be a second video.
    else if (came?.state === "done") say(`${file.name}: ${texts.peek().send.taken}`);
    else over.push(file);
  }
  return over;
}

/** How far it came; nothing until that is known. */
function HowFar({ sent, size }: { sent: number | null; size: number }) {
  const t = texts.value.send;
  const percent = percentOf(sent ?? 0, size);
  return (
    <>
      <div class="numbers">
        <strong class="percent">{sent === null ? "" : t.percent(percent)}</strong>
        <span class="faint">{sent === null ? "" : t.progress(bytes(sent), bytes(size))}</span>
      </div>
      <progress max={100} value={percent} aria-label={t.interrupted} />
    </>
  );
}

/** How far it came, looked at again and again. */
function useLooks(one: Kept): Loaded<Came> {
  const [found, , put] = useLoad(() => lookAtKept(one), [one.id]);
  const loading = found.state === "loading";
  useEffect(() => {
    if (loading) return;
    let wanted = true;
    let timer = 0;
    // One after the other: an answer takes as long as a verdict on the file does.
    const next = () => {
      if (wanted) timer = window.setTimeout(look, LOOK_MS);
    };
    // The last bytes may still be on their way to the disk; and what failed may not fail again.
    const look = () =>
      document.hidden
        ? next()
        : void lookAtKept(one)
            .then(put, () => {})
            .finally(next);
    next();
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [one, put, loading]);
  return found;
}

function Row({ one }: { one: Kept }) {
  const t = texts.value.send;
  const found = useLooks(one);
  const input = useRef<HTMLInputElement>(null);
  const [other, setOther] = useState(false);
  const act = useAct();
  const came = found.state === "ready" ? found.value : null;
  const isDone = came?.state === "done";
  const failure = act.failure ?? (found.state === "failed" ? found.failure : null);
  const take = (file: File | undefined) => {
    setOther(file !== undefined && !isFileOf(one, file));
    if (file && came?.video && isFileOf(one, file)) goOn(file, came.video);
  };
  const stop = () =>
    void act.run(async () => {
      await discard(one.hash);
      say(t.stopped);
    });
  return (
    <section class="on-its-way">
      <h2 dir="auto">{came?.video?.title ?? one.name}</h2>
      <HowFar sent={came?.sent ?? null} size={one.size} />
      <p>
        {isDone ? t.proving : `${t.interrupted} ${t.sameFile}`}{" "}
        <bdi class="file-name">{one.name}</bdi>
      </p>
      {other && <Complaint>{t.otherFile(one.name)}</Complaint>}
      {failure !== null && <Complaint>{sentence(failure)}</Complaint>}
      <div class="buttons">
        <Button busy={act.busy} onClick={stop}>
          {t.stop}
        </Button>
        <button
          type="button"
          class="button main"
          disabled={came?.state !== "begun"}
          onClick={() => input.current?.click()}
        >
          {t.chooseSame}
        </button>
      </div>
      <input
        ref={input}
        type="file"
        hidden
        onChange={(event) => {
          take(event.currentTarget.files?.[0]);
          event.currentTarget.value = "";
        }}
      />
    </section>
  );
}

export function Unfinished() {
  const [free, setFree] = useState<Kept[]>([]);
  const kept = keptUploads.value.map(({ id }) => id).join(" ");
  const sent = sendings.value.map(({ hash }) => hash).join(" ");
  useEffect(() => {
    let wanted = true;
    void interrupted().then((found) => wanted && setFree(found));
    return () => {
      wanted = false;
    };
  }, [kept, sent]);
  const shown = free.filter(({ id, hash }) => kept.includes(id) && !sent.includes(hash));
  if (shown.length === 0) return null;
  return (
    <ol class="uploads">
      {shown.map((one) => (
        <li key={one.id}>
          <Row one={one} />
        </li>
      ))}
    </ol>
  );
}
