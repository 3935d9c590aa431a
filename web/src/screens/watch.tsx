/** A video: the player, what its owner says of it, and more of the channel. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Video } from "~/api/types";
import { files, isGone, list, lists, showVideo } from "~/api/videos";
import { CardSkeleton, VideoCard, When } from "~/parts/card";
import { Icon } from "~/parts/icon";
import { useLoad } from "~/parts/load";
import { say } from "~/parts/note";
import { Avatar, Theirs } from "~/parts/person";
import { Rich } from "~/parts/rich";
import { Empty, Failed } from "~/parts/state";
import { useTitle } from "~/parts/title";
import { chooseKeys, everywhere } from "~/player/keys";
import { Player } from "~/player/player";
import { to } from "~/routes";
import { Unready } from "~/screens/unready";
import { texts } from "~/texts";
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

function About({ video, seek }: { video: Video; seek: (seconds: number) => void }) {
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
        {navigator.clipboard && (
          <button type="button" class="button" onClick={() => void share(video.thumbnail)}>
            <Icon name="link" />
            {t.share}
          </button>
        )}
      </div>
      <h2 class="unseen">{t.description}</h2>
      <Description text={video.description} seek={seek} />
      <Keys />
    </section>
  );
}

/** More of the channel; where it has next to nothing, of everybody. */
async function besides(video: Video): Promise<{ own: boolean; rows: Video[] }> {
  const others = (rows: Video[]) => rows.filter((row) => row.thumbnail !== video.thumbnail);
  const own = others((await list(lists.channel(video.channel, BESIDE + 1))).value);
  if (own.length > 0) return { own: true, rows: own };
  return { own: false, rows: others((await list(lists.newest())).value).slice(0, BESIDE) };
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

function More({ video }: { video: Video }) {
  const t = texts.value.watch;
  const [found, again] = useLoad(() => besides(video), [video.thumbnail]);
  if (found.state === "failed") return <Failed failure={found.failure} again={again} />;
  if (found.state === "ready" && found.value.rows.length === 0) return null;
  const own = found.state === "loading" || found.value.own;
  return (
    <>
      <h2>
        <bdi>{own ? t.more(video.channel) : t.others}</bdi>
      </h2>
      {found.state === "loading" ? (
        <MoreSkeleton />
      ) : (
        <ul class="beside-list">
          {found.value.rows.map((row) => (
            <li key={row.thumbnail}>
              <VideoCard video={row} row showChannel={!own} below="list" />
            </li>
          ))}
        </ul>
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
      <span class="line skeleton short" />
    </div>
  );
}

function useMediaSession(video: Video | null): void {
  useEffect(() => {
    if (!video || !("mediaSession" in navigator)) return;
    navigator.mediaSession.metadata = new MediaMetadata({
      title: video.title,
      artist: video.channel,
      artwork: [{ src: files.thumbnail(video.thumbnail) }],
    });
    return () => {
      navigator.mediaSession.metadata = null;
    };
  }, [video]);
}

export function Watch({ hash }: { hash: string }) {
  const t = texts.value.watch;
  const [found, again] = useLoad(() => showVideo(hash), [hash]);
  const player = useRef<HTMLVideoElement>(null);
  const video = found.state === "ready" ? found.value : null;
  useTitle(video?.title ?? "");
  useMediaSession(video);
  function seek(seconds: number): void {
    if (!player.current) return;
    player.current.currentTime = seconds;
    player.current.scrollIntoView({ block: "nearest" });
  }
  if (found.state === "failed") {
    if (!isGone(found.failure)) return <Failed first failure={found.failure} again={again} />;
    return <Empty first title={t.gone} hint={t.goneHint} />;
  }
  if (video?.state && video.state !== "ready") return <Unready video={video} again={again} />;
  return (
    <div class="screen watch">
      <div class="main-column">
        <Player hash={hash} video={player} />
        {video ? <About video={video} seek={seek} /> : <AboutSkeleton />}
      </div>
      <aside>{video ? <More video={video} /> : <WholeSkeleton />}</aside>
    </div>
  );
}
