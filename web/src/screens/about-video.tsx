/** What there is to say of a video below it, and what one can do with it. */

import { useRef, useState } from "preact/hooks";
import { showChannel } from "~/api/people";
import { account, isSame } from "~/api/session";
import type { Channel, Video } from "~/api/types";
import { Avatar, Theirs } from "~/components/avatar";
import { When } from "~/components/card";
import { Folded } from "~/components/folded";
import { FollowButton, useFollow } from "~/components/follow-button";
import { Icon } from "~/components/icon";
import { lazy } from "~/components/lazy";
import { useLoad } from "~/components/loaded";
import { type Choice, MoreMenu } from "~/components/more-menu";
import { signedIn } from "~/components/sign-in-first";
import { say } from "~/components/toast";
import { isPublic, Visibility } from "~/components/visibility";
import { texts } from "~/locales";
import { clock, count } from "~/locales/formats";
import { chooseKeys, everywhere } from "~/player/keys";
import { to } from "~/routes";
import { OwnerActs } from "~/screens/owner-acts";
import { Reactions } from "~/screens/reactions";

const nothing = () => null;
// More of them are shown to who asks.
const FEW_CHAPTERS = 12;
const Save = lazy(async () => (await import("~/screens/save")).Save, nothing);
const Report = lazy(async () => (await import("~/screens/report")).Report, nothing);

async function share(hash: string): Promise<void> {
  await navigator.clipboard.writeText(location.origin + to.watch(hash));
  say(texts.value.watch.shared);
}

function Description({ text, seek }: { text: string; seek: (seconds: number) => void }) {
  const t = texts.value.watch;
  if (!text.trim()) return <p class="faint">{t.noDescription}</p>;
  return (
    <div class="description">
      <Folded text={text} letters={400} seek={seek} />
    </div>
  );
}

/** Parts of the video, each of which leads to its beginning. */
function Chapters({ video, seek }: { video: Video; seek: (seconds: number) => void }) {
  const t = texts.value.watch;
  const chapters = video.chapters ?? [];
  if (chapters.length === 0) return null;
  return (
    <details class="chapters" open={chapters.length <= FEW_CHAPTERS}>
      <summary>{t.chapters(chapters.length)}</summary>
      <ol>
        {chapters.map(({ start, title }, number) => (
          <li key={start}>
            <button type="button" class="plain-link" onClick={() => seek(start)}>
              <span class="time">{clock(start)}</span> <bdi>{title || t.chapter(number + 1)}</bdi>
            </button>
          </li>
        ))}
      </ol>
    </details>
  );
}

function Keys() {
  const t = texts.value.watch;
  return (
    <details class="keys">
      <summary>
        <Icon name="keyboard" />
        {t.keys}
      </summary>
      <dl>
        {t.keyList.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <label>
        <input
          type="checkbox"
          checked={everywhere.value}
          onChange={(event) => chooseKeys(event.currentTarget.checked)}
        />{" "}
        {t.keysEverywhere}
      </label>
    </details>
  );
}

interface OfChannelProps {
  video: Video;
  onKnown: (part: Partial<Video>) => void;
}

/** Whose it is; how many follow them is known a moment later. */
function OfChannel({ video, onKnown }: OfChannelProps) {
  const t = texts.value;
  const [found, again, put] = useLoad(
    () => showChannel(video.channel),
    [video.channel, account.value],
  );
  const known = found.state === "ready" ? found.value : null;
  const latest = useRef(known);
  latest.current = known;
  const following = useFollow<Partial<Channel> & Pick<Channel, "channel">>(
    known ?? { channel: video.channel, subscribed: video.subscribed ?? false },
    (now) => {
      if (latest.current) put({ ...latest.current, ...now });
      // What is on its way may be from before.
      else again();
      onKnown({ subscribed: now.subscribed ?? false });
    },
  );
  const { subscribers } = following.channel;
  return (
    <div class="owner">
      <a class="quiet" href={to.channel(video.channel)}>
        <Avatar name={video.channel} />
        <span>
          <strong>
            <Theirs text={video.channel} />
          </strong>
          <span class="faint small block">
            {subscribers === undefined
              ? "\u00a0"
              : t.follow.followers(subscribers, count(subscribers))}
          </span>
        </span>
      </a>
      <FollowButton following={following} />
    </div>
  );
}

interface AboutProps {
  video: Video;
  seek: (seconds: number) => void;
  onChanged: (part: Partial<Video>) => void;
}

export function About({ video, seek, onChanged }: AboutProps) {
  const t = texts.value.watch;
  const [asked, setAsked] = useState<"save" | "report" | null>(null);
  const ask = async (what: "save" | "report") => {
    if (await signedIn()) setAsked(what);
  };
  const close = () => setAsked(null);
  const mine = account.value !== null && isSame(account.value, video.channel);
  const choices: Choice[] = mine ? [] : [{ text: t.report, act: () => void ask("report") }];
  const views = video.views ?? 0;
  return (
    <section class="about-video">
      <h1 dir="auto">{video.title}</h1>
      <p class="faint small">
        <span title={views.toLocaleString()}>{texts.value.views(views, count(views))}</span>
        <span aria-hidden="true"> · </span>
        <When iso={video.upload} />
        {!isPublic(video) && <span aria-hidden="true"> · </span>}
        <Visibility video={video} />
      </p>
      <OfChannel video={video} onKnown={onChanged} />
      <div class="acts">
        <Reactions video={video} onKnown={onChanged} />
        <button type="button" class="button" onClick={() => void ask("save")}>
          <Icon name="save" />
          <span class="word">{t.keep}</span>
        </button>
        {navigator.clipboard && (
          <button type="button" class="button" onClick={() => void share(video.thumbnail)}>
            <Icon name="link" />
            <span class="word">{t.share}</span>
          </button>
        )}
        <OwnerActs video={video} onChanged={onChanged} />
        {choices.length > 0 && <MoreMenu label={t.moreActs} choices={choices} />}
      </div>
      <h2 class="unseen">{t.description}</h2>
      <Description text={video.description} seek={seek} />
      <Chapters video={video} seek={seek} />
      <Keys />
      {asked === "save" && <Save video={video} onClose={close} />}
      {asked === "report" && (
        <Report subject={{ video: video.thumbnail }} name={video.title} onClose={close} />
      )}
    </section>
  );
}

export function AboutSkeleton() {
  return (
    <div class="about-video" aria-hidden="true">
      <span class="line skeleton tall" />
      <span class="line skeleton short meta" />
      <span class="line skeleton short owner" />
      <span class="line skeleton acts" />
      <span class="line skeleton description" />
    </div>
  );
}
