/** The bell in the header: how many notices are unread, and the latest of them. */

import { signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { onHeard } from "~/api/heard";
import { listNotices, noticesAt, readUpTo } from "~/api/notices";
import { Pages } from "~/api/pages";
import { follow } from "~/api/stream";
import type { Notice } from "~/api/types";
import { unread } from "~/api/unread";
import { Icon } from "~/components/icon";
import { NoticeRow, NoticeSkeleton, unreadShown } from "~/components/notice-row";
import { usePopup } from "~/components/popup";
import { Failed } from "~/components/states";
import { own } from "~/locales/own";
import "~/components/bell.css";

const LATEST = 10;
// Several that come together are said as one.
const GATHER_MS = 1500;

/** Notices of somebody that load on; what is heard meanwhile comes to their top. */
export function useNotices(name: string, limit: number): Pages<Notice> {
  const found = useMemo(() => new Pages(noticesAt(limit), listNotices), [name, limit]);
  useEffect(() => {
    void readAll(found);
    const seen = () => !document.hidden && void markRead(found);
    document.addEventListener("visibilitychange", seen);
    const forget = onHeard((heard) => {
      if (heard.event !== "notification") return;
      const { data } = heard;
      const others = found.rows.peek().filter(({ id }) => id !== data.id);
      // One that was marked as read on another device stays where it is.
      if (data.read) {
        found.rows.value = found.rows.peek().map((row) => (row.id === data.id ? data : row));
        return;
      }
      found.rows.value = [data, ...others];
      // In a tab that nobody looks at it is not read.
      if (!document.hidden) void readUpTo(data.id).catch(() => undefined);
    });
    return () => {
      forget();
      document.removeEventListener("visibilitychange", seen);
    };
  }, [found]);
  return found;
}

/** Load them, and mark all as read; they keep their marks as long as they are looked at. */
async function readAll(found: Pages<Notice>): Promise<void> {
  await found.more();
  await markRead(found);
}

async function markRead(found: Pages<Notice>): Promise<void> {
  const first = found.rows.peek()[0];
  if (!first || (unread.peek() === 0 && found.rows.peek().every(({ read }) => read))) return;
  // Where that fails they stay unread, and the next look marks them.
  const before = unread.peek();
  await readUpTo(first.id).then(
    () => {
      // Unless another one came meanwhile.
      if (unread.peek() === before) unread.value = 0;
    },
    () => undefined,
  );
}

/** Each once: one that was heard may come a second time with a page. */
const once = (rows: Notice[]) => [...new Map(rows.map((row) => [row.id, row])).values()];

const SKELETONS = Array.from({ length: 4 }, (_, n) => (
  <li key={n}>
    <NoticeSkeleton />
  </li>
));

export function Notices({ found, name }: { found: Pages<Notice>; name: string }) {
  const t = own.value.notices;
  const rows = found.rows.value;
  const state = found.state.value;
  const loading = state === "loading" || (state === "idle" && rows.length === 0);
  if (state === "end" && rows.length === 0) return <p class="no-notices faint">{t.none}</p>;
  return (
    <>
      <ul class="notices" aria-busy={loading}>
        {once(rows).map((notice) => (
          <li key={notice.id}>
            <NoticeRow notice={notice} name={name} />
          </li>
        ))}
        {loading && SKELETONS}
      </ul>
      {state === "failed" && (
        <Failed failure={found.failure.value} again={() => void readAll(found)} />
      )}
    </>
  );
}

function Panel({ name }: { name: string }) {
  const t = own.value.notices;
  const found = useNotices(name, LATEST);
  return (
    <section class="sheet bell-sheet" aria-label={t.title}>
      <div class="bell-head">
        <h2>{t.title}</h2>
        <a
          class="bell-settings"
          href="/account?show=notices"
          aria-label={t.settings}
          title={t.settings}
        >
          <Icon name="settings" />
        </a>
      </div>
      <Notices found={found} name={name} />
      <a class="all" href="/notifications">
        {t.all}
      </a>
    </section>
  );
}

/** What a screen reader is told, while one is at something else. */
const news = signal("");

function useNews(): void {
  useEffect(() => {
    let ids = new Set<number>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const forget = onHeard((heard) => {
      if (heard.event !== "notification" || heard.data.read) return;
      ids.add(heard.data.id);
      clearTimeout(timer);
      timer = setTimeout(() => {
        news.value = own.peek().notices.fresh(ids.size);
        ids = new Set();
      }, GATHER_MS);
    });
    return () => {
      clearTimeout(timer);
      forget();
      news.value = "";
    };
  }, []);
}

export function Bell({ name }: { name: string }) {
  const t = own.value.notices;
  const { open, setOpen, box, button, onKeyDown } = usePopup();
  const n = unread.value;
  useEffect(() => follow(name), [name]);
  useNews();
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape is for whatever has the focus inside
    <div class="bell" ref={box} onKeyDown={onKeyDown}>
      <button
        ref={button}
        type="button"
        class="opener"
        aria-label={t.open(n)}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Icon name="bell" />
        {n > 0 && (
          <span class="unread" aria-hidden="true">
            {unreadShown(n)}
          </span>
        )}
      </button>
      <span class="unseen" role="status">
        {news.value}
      </span>
      {open && <Panel name={name} />}
    </div>
  );
}
