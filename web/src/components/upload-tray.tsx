/** The uploads of this tab, in a corner of every screen but the one that is about them. */

import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { isOffline, online } from "~/api/connection";
import type { Processing } from "~/api/types";
import { percentOf } from "~/api/upload";
import {
  giveUp,
  isChanged,
  isRefused,
  isUnderWay,
  makeAgain,
  putAside,
  type Sending,
  sendings,
  stopSending,
  tryAgain,
} from "~/api/upload-queue";
import { useAct } from "~/components/action";
import { sentence } from "~/components/failure-text";
import { Icon } from "~/components/icon";
import { lazy } from "~/components/lazy";
import { say } from "~/components/toast";
import { texts } from "~/locales";
import { place } from "~/router";
import { to } from "~/routes";
import "~/components/upload-tray.css";

const MakingLine = lazy<{ now: Processing }>(
  async () => (await import("~/components/making")).MakingLine,
  () => <>{texts.value.tray.processed}</>,
);

/** Whether its rows are shown; `null` until somebody has chosen. */
const chosen = signal<boolean | null>(null);

// On a phone it would hide what one looks at.
const isOpen = (): boolean => chosen.value ?? !matchMedia("(max-width: 48rem)").matches;

const titleOf = (one: Sending): string => (one.saved ?? one.typed).title;

/** How far all of them are together. */
function summary(all: Sending[]): { text: string; percent: number | null } {
  const t = texts.value.tray;
  const of = (test: (one: Sending) => boolean) => all.filter(test).length;
  const waiting = of((one) => isUnderWay(one) || isOffline(one.failure));
  if (waiting && !online.value) return { text: t.waiting(waiting), percent: null };
  if (all.some(isUnderWay)) {
    const sent = all.reduce((sum, { progress }) => sum + progress.sent, 0);
    const total = all.reduce((sum, { progress }) => sum + progress.total, 0);
    const percent = percentOf(sent, total);
    const begun = all.findLastIndex(({ phase }) => phase === "sending" || phase === "proving") + 1;
    return { text: t.progress(Math.max(1, begun), all.length, percent), percent };
  }
  const broken = of(({ phase }) => phase === "broken" || phase === "failed");
  if (broken) return { text: t.broken(broken), percent: null };
  const processing = of(({ phase }) => phase === "processing");
  if (processing) return { text: t.processing(processing), percent: null };
  return { text: t.done(all.length), percent: null };
}

function stateOf(one: Sending): ComponentChildren {
  const t = texts.value;
  switch (one.phase) {
    case "queued":
      return t.tray.queued;
    case "sending":
      return t.tray.sending(percentOf(one.progress.sent, one.progress.total));
    case "proving":
      return t.tray.proving;
    case "processing":
      return one.processing ? <MakingLine now={one.processing} /> : t.tray.processed;
    case "ready":
      return t.tray.ready;
    case "failed":
      return `${t.send.failed} ${one.reason}`;
    case "broken":
      return one.failure?.status === 415 ? t.send.refused : sentence(one.failure);
  }
}

/** How much of what is done with it now is done; `null` where that is nothing to be counted. */
function percentNow({ phase, progress, processing }: Sending): number | null {
  if (phase === "sending") return percentOf(progress.sent, progress.total);
  return phase === "processing" && processing?.state === "processing" ? processing.percent : null;
}

function Row({ one }: { one: Sending }) {
  const t = texts.value.tray;
  const act = useAct();
  const title = titleOf(one);
  const stops = isUnderWay(one) || one.phase === "broken";
  const label = stops ? t.stopOf(title) : t.clearOf(title);
  const end = () =>
    void act.run(async () => {
      if (isUnderWay(one)) await stopSending(one.id);
      else if (one.phase === "broken") await giveUp(one.id);
      else putAside(one.id);
    });
  const again = () =>
    one.phase === "failed" ? void act.run(() => makeAgain(one.id)) : tryAgain(one.id);
  const percent = percentNow(one);
  return (
    <li class={`tray-row ${one.phase}`}>
      <div class="words">
        <a class="quiet" dir="auto" href={one.phase === "ready" ? to.watch(one.hash) : "/send"}>
          {title}
        </a>
        <span class="small faint">{act.failure ? sentence(act.failure) : stateOf(one)}</span>
        {percent !== null && <progress max={100} value={percent} aria-label={title} />}
      </div>
      {(one.phase === "failed" || (one.phase === "broken" && !isRefused(one))) && (
        <button
          type="button"
          class="button"
          aria-label={t.againOf(title)}
          title={texts.value.again}
          onClick={again}
        >
          <Icon name="again" />
        </button>
      )}
      <button type="button" class="button" aria-label={label} title={label} onClick={end}>
        <Icon name="close" />
      </button>
    </li>
  );
}

/** Say aloud what has become of one while the person looks at something else. */
function useNews(all: Sending[], seen: boolean): void {
  const before = useRef(new Map<number, Sending["phase"]>());
  useEffect(() => {
    const known = before.current;
    before.current = new Map(all.map(({ id, phase }) => [id, phase]));
    if (seen) return;
    const t = texts.peek().tray;
    for (const one of all) {
      if (!known.has(one.id) || known.get(one.id) === one.phase) continue;
      if (one.phase === "ready") say(t.isReady(titleOf(one)));
      else if (one.phase === "failed" || (one.phase === "broken" && !isOffline(one.failure)))
        say(t.broken(1));
    }
  }, [all, seen]);
}

export function Tray() {
  const t = texts.value.tray;
  const all = sendings.value;
  const { path } = place.value;
  const seen = path === "/send";
  useNews(all, seen);
  useEffect(() => {
    // Who watches it knows that it is ready.
    for (const one of sendings.peek()) {
      if (one.phase === "ready" && path === to.watch(one.hash) && !isChanged(one)) putAside(one.id);
    }
  }, [path]);
  if (all.length === 0 || seen) return null;
  const open = isOpen();
  const { text, percent } = summary(all);
  const clear = () => {
    for (const { id } of all) putAside(id);
  };
  const over = all.every(({ phase }) => phase === "ready" || phase === "processing");
  return (
    <section class="tray" aria-label={t.title}>
      <div class="tray-head">
        <button
          type="button"
          class="fold"
          aria-expanded={open}
          aria-label={`${text}. ${t.show}`}
          onClick={() => {
            chosen.value = !open;
          }}
        >
          <Icon name="upload" />
          <strong>{text}</strong>
          <Icon name="down" />
        </button>
        {over && (
          <button type="button" class="button" aria-label={t.clear} title={t.clear} onClick={clear}>
            <Icon name="close" />
          </button>
        )}
      </div>
      {percent !== null && <progress max={100} value={percent} aria-label={t.title} />}
      {open && (
        <>
          <ol>
            {all.map((one) => (
              <Row key={one.id} one={one} />
            ))}
          </ol>
          <a class="small" href="/send">
            {t.all}
          </a>
        </>
      )}
    </section>
  );
}
