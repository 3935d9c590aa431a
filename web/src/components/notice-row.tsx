/** A notice in a list: who, what, when, and where it leads. */

import type { Notice } from "~/api/types";
import { files } from "~/api/videos";
import { Avatar } from "~/components/avatar";
import { When } from "~/components/card";
import { Icon } from "~/components/icon";
import { count } from "~/locales/formats";
import { own } from "~/locales/own";
import { to } from "~/routes";
import "~/components/notice-row.css";

/** Words of somebody else within a sentence: marks for writing to the left end with them. */
const theirs = (words: string): string => `\u2068${words}\u2069`;

export function sentenceOf(notice: Notice): string {
  const t = own.value.notices;
  const who = notice.channel === null ? t.somebody : theirs(notice.channel);
  const video = notice.title === null ? t.aVideo : t.quoted(theirs(notice.title));
  if (notice.kind === "like" && notice.comment !== null) {
    return t.kinds.commentLike(who, video, notice.count);
  }
  const n = notice.kind === "milestone" ? notice.count : Math.max(1, notice.count);
  return t.kinds[notice.kind](who, video, n);
}

/** Where a click on it leads. */
function addressOf(notice: Notice, name: string): string {
  switch (notice.kind) {
    case "follow":
      return to.channel(notice.channel ?? name);
    case "milestone":
      return to.channel(name);
    case "failed":
      return "/studio";
    case "moderation":
      return "/account?show=decisions";
    case "video":
      // Of several it is the channel where all of them are.
      if (notice.count > 1 && notice.channel) return to.channel(notice.channel);
  }
  if (!notice.video) return "/notifications";
  return to.watch(notice.video) + (notice.comment === null ? "" : "#comments");
}

const ICONS = {
  milestone: "star",
  ready: "check",
  failed: "warn",
  moderation: "shield",
} as const;

function Picture({ notice }: { notice: Notice }) {
  const icon = ICONS[notice.kind as keyof typeof ICONS];
  if (!icon && notice.channel) return <Avatar name={notice.channel} />;
  return (
    <span class={`notice-icon ${notice.kind}`}>
      <Icon name={icon ?? "bell"} />
    </span>
  );
}

interface NoticeRowProps {
  notice: Notice;
  /** Whose it is. */
  name: string;
}

export function NoticeRow({ notice, name }: NoticeRowProps) {
  const t = own.value.notices;
  return (
    <a class={notice.read ? "notice" : "notice fresh"} href={addressOf(notice, name)}>
      <Picture notice={notice} />
      <span class="what">
        {!notice.read && <span class="unseen">{t.unread}: </span>}
        <span class="said">{sentenceOf(notice)}</span>
        <span class="small faint">
          <When iso={notice.created} />
        </span>
      </span>
      {notice.video && notice.kind !== "follow" && (
        <img src={files.poster(notice.video)} alt="" loading="lazy" decoding="async" />
      )}
    </a>
  );
}

/** Up to 99; what is more is more than one wants to know. */
export const unreadShown = (n: number): string => (n > 99 ? "99+" : count(n));

export function NoticeSkeleton() {
  return (
    <span class="notice" aria-hidden="true">
      <span class="avatar skeleton" />
      <span class="what">
        <span class="line skeleton" />
        <span class="line short skeleton" />
      </span>
    </span>
  );
}
