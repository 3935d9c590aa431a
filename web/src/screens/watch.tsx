/** A video: the player, what its owner says of it, and more of the channel. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Video } from "~/api/types";
import { files, isGone, list, lists, showVideo } from "~/api/videos";
import { Avatar, Theirs } from "~/components/avatar";
import { CardSkeleton, VideoCard, When } from "~/components/card";
import { Icon } from "~/components/icon";
import { type Loaded, useLoad } from "~/components/loaded";
import { Rich } from "~/components/rich-text";
import { Empty, Failed } from "~/components/states";
import { useTitle } from "~/components/title";
import { say } from "~/components/toast";
import { texts } from "~/locales";
import { chooseKeys, everywhere } from "~/player/keys";
import { Player } from "~/player/player";
import { to } from "~/routes";
import { type Playing, PlayingList, playing } from "~/screens/library/playing";
import { NotReady } from "~/screens/not-ready";
import { OwnerActs } from "~/screens/owner-acts";
import "~/screens/watch.css";

const BESIDE = 12;

async function share(hash: string): Promise<void> {
  await navigator.clipboard.writeText(location.origin + to.watch(hash));
  say(texts.value.watch.shared);
}

function Description({ text, seek }: { text: string; seek: (seconds: number) => void }) {
  const t = texts.value.watch;
  const long = text.length > 400 || text.split("\n").length > 6;
  const [open, setOpen] = useState(!long);
  if (!text.trim()) return <p class="faint">{t.noDescription}</p>;
  return (
    <div class="description">
      <p class={open ? "" : "folded"} dir="auto">
        <Rich text={text} seek={seek} />
      </p>
      {long && (
        <button
          type="button"
          class="plain-link"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {open ? t.showLess : t.showMore}
        </button>
      )}
    </div>
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

interface AboutProps {
  video: Video;
  seek: (seconds: number) => void;
  onChanged: (video: Video) => void;
}

function About({ video, seek, onChanged }: AboutProps) {
  const t = texts.value.watch;
  return (
    <section class="about-video">
      <h1 dir="auto">{video.title}</h1>
      <div class="owner">
        <a class="quiet" href={to.channel(video.channel)}>
          <Avatar name={video.channel} />
          <strong>
            <Theirs text={video.channel} />
          </strong>
        </a>
        <span class="faint small">
          <When iso={video.upload} />
        </span>
        <span class="acts">
          {navigator.clipboard && (
            <button type="button" class="button" onClick={() => void share(video.thumbnail)}>
              <Icon name="link" />
              {t.share}
            </button>
          )}
          <OwnerActs video={video} onChanged={onChanged} />
        </span>
      </div>
      <h2 class="unseen">{t.description}</h2>
      <Description text={video.description} seek={seek} />
      <Keys />
    </section>
  );
}

interface Besides {
  /** Whether they are of the same channel. */
  own: boolean;
  rows: Video[];
  /** What is offered when the video has ended. */
  next: Video | null;
}

/** The one behind it in the list, which is newest first; behind the last one the first. */
function nextOf(video: Video, rows: Video[]): Video | null {
  const at = rows.findIndex((row) => row.thumbnail === video.thumbnail);
  const others = rows.filter((row) => row.thumbnail !== video.thumbnail);
  return others[at === -1 || at >= others.length ? 0 : at] ?? null;
}

/** More of the channel; where it has next to nothing, of everybody. */
async function besides(video: Video): Promise<Besides> {
  const others = (rows: Video[]) => rows.filter((row) => row.thumbnail !== video.thumbnail);
  const own = (await list(lists.channel(video.channel, BESIDE + 1))).value;
  const next = nextOf(video, own);
  if (next) return { own: true, rows: others(own), next };
  const all = (await list(lists.newest())).value;
  return { own: false, rows: others(all).slice(0, BESIDE), next: nextOf(video, all) };
}

/** The list to be, also while it is not known yet of whom there is more. */
function MoreSkeleton() {
  return (
    <ul class="beside-list" aria-hidden="true">
      {[1, 2, 3, 4, 5, 6].map((n) => (
        <li key={n}>
          <CardSkeleton row />
        </li>
      ))}
    </ul>
  );
}

interface MoreProps {
  video: Video;
  found: Loaded<Besides | Playing | null>;
  again: () => void;
}

function More({ video, found, again }: MoreProps) {
  const t = texts.value.watch;
  if (found.state === "failed") return <Failed failure={found.failure} again={again} />;
  const value = found.state === "ready" ? found.value : null;
  if (value && "playlist" in value) {
    return <PlayingList playing={value} hash={video.thumbnail} />;
  }
  if (value?.rows.length === 0) return null;
  const own = value?.own ?? true;
  return (
    <>
      <h2>
        <bdi>{own ? t.more(video.channel) : t.others}</bdi>
      </h2>
      {value ? (
        <ul class="beside-list">
          {value.rows.map((row) => (
            <li key={row.thumbnail}>
              <VideoCard video={row} row showChannel={!own} below="list" />
            </li>
          ))}
        </ul>
      ) : (
        <MoreSkeleton />
      )}
    </>
  );
}

function WholeSkeleton() {
  return (
    <>
      <span class="line skeleton heading" aria-hidden="true" />
      <MoreSkeleton />
    </>
  );
}

function AboutSkeleton() {
  return (
    <div class="about-video" aria-hidden="true">
      <span class="line skeleton tall" />
      <span class="line skeleton short owner" />
      <span class="line skeleton description" />
    </div>
  );
}

function useMediaSession(video: Video | null, poster: string): void {
  useEffect(() => {
    if (!video || !("mediaSession" in navigator)) return;
    navigator.mediaSession.metadata = new MediaMetadata({
      title: video.title,
      artist: video.channel,
      artwork: [{ src: poster }],
    });
    return () => {
      navigator.mediaSession.metadata = null;
    };
  }, [video, poster]);
}

export function Watch({ hash }: { hash: string }) {
  const t = texts.value.watch;
  const [found, again, put] = useLoad(() => showVideo(hash), [hash]);
  const player = useRef<HTMLVideoElement>(null);
  const [poster] = useState(() => files.poster(hash));
  const video = found.state === "ready" ? found.value : null;
  // Other texts for the video are no other video.
  const known = video?.thumbnail;
  const [beside, besideAgain] = useLoad<Besides | Playing | null>(
    async () => (video ? ((await playing(video.thumbnail)) ?? besides(video)) : null),
    [known],
  );
  useTitle(video?.title ?? "");
  useMediaSession(video, poster);
  function seek(seconds: number): void {
    if (!player.current) return;
    player.current.currentTime = seconds;
    player.current.scrollIntoView({ block: "nearest" });
  }
  if (found.state === "failed") {
    if (!isGone(found.failure)) return <Failed first failure={found.failure} again={again} />;
    return <Empty first title={t.gone} hint={t.goneHint} />;
  }
  const next = beside.state === "ready" ? (beside.value?.next ?? null) : null;
  if (video?.state && video.state !== "ready") return <NotReady video={video} again={again} />;
  return (
    <div class="screen watch">
      <div class="main-column">
        <Player hash={hash} poster={poster} video={player} next={next} />
        {video ? <About video={video} seek={seek} onChanged={put} /> : <AboutSkeleton />}
      </div>
      <aside>
        {video ? <More video={video} found={beside} again={besideAgain} /> : <WholeSkeleton />}
      </aside>
    </div>
  );
}
