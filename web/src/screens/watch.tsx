/** A video: the player, what its owner says of it, and more of the channel. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { account } from "~/api/session";
import type { Video } from "~/api/types";
import { files, isGone, isGranted, list, lists, showVideo } from "~/api/videos";
import { CardSkeleton, VideoCard } from "~/components/card";
import { lazy } from "~/components/lazy";
import { type Loaded, useLoad } from "~/components/loaded";
import { Empty, Failed } from "~/components/states";
import { useTitle } from "~/components/title";
import { texts } from "~/locales";
import { Player } from "~/player/player";
import { place } from "~/router";
import { About, AboutSkeleton } from "~/screens/about-video";
import type { Playing } from "~/screens/library/playing";
import { NotReady } from "~/screens/not-ready";
import { Talk } from "~/screens/talk";
import "~/screens/watch.css";

const BESIDE = 12;

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

const PlayingList = lazy(
  async () => (await import("~/screens/library/playing")).PlayingList,
  MoreSkeleton,
);

/** The playlist that the address names, where it names one with this video. */
async function inList(hash: string): Promise<Playing | null> {
  if (!place.peek().query.has("list")) return null;
  return (await import("~/screens/library/playing")).playing(hash);
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

/** Where one left it, on whatever device; `null` while it is not known. */
function useLeft(video: Video | null): number | null {
  const [left, setLeft] = useState<number | null>(account.peek() ? null : 0);
  useEffect(() => {
    if (video) setLeft((known) => known ?? video.my_position ?? 0);
  }, [video]);
  return left;
}

/** Who signs in or out sees the same video with other eyes. */
function useOtherEyes(hash: string, put: (video: Video) => void): void {
  const name = account.value;
  const seenAs = useRef(name);
  useEffect(() => {
    if (seenAs.current === name) return;
    seenAs.current = name;
    let wanted = true;
    // Where it fails, what is there stays.
    showVideo(hash).then(
      (video) => wanted && put(video),
      () => undefined,
    );
    return () => {
      wanted = false;
    };
  }, [hash, name, put]);
}

export function Watch({ hash }: { hash: string }) {
  const t = texts.value.watch;
  const [found, again, put] = useLoad(() => showVideo(hash), [hash]);
  const player = useRef<HTMLVideoElement>(null);
  const [open] = useState(() => files.poster(hash));
  const video = found.state === "ready" ? found.value : null;
  const poster = video && isGranted(video) ? files.thumbnail(video) : open;
  // Other texts for the video are no other video.
  const known = video?.thumbnail;
  const [beside, besideAgain] = useLoad<Besides | Playing | null>(
    async () => (video ? ((await inList(video.thumbnail)) ?? besides(video)) : null),
    [known],
  );
  const left = useLeft(video);
  const [listed] = useState(() => files.stream(hash));
  const stream = listed ?? (video ? (video.stream ?? "") : null);
  // What comes late changes its part alone.
  const latest = useRef(video);
  latest.current = video;
  const change = useCallback(
    (part: Partial<Video>) => {
      if (!latest.current) return;
      latest.current = { ...latest.current, ...part };
      put(latest.current);
    },
    [put],
  );
  const onCount = (by: number) => change({ comments: (latest.current?.comments ?? 0) + by });
  useOtherEyes(hash, put);
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
  if (video?.state && video.state !== "ready") return <NotReady video={video} put={put} />;
  return (
    <div class="screen watch">
      <div class="main-column">
        <Player
          hash={hash}
          about={video}
          stream={stream}
          poster={poster}
          video={player}
          left={left}
          next={next}
        />
        {video ? <About video={video} seek={seek} onChanged={change} /> : <AboutSkeleton />}
        {video && <Talk video={video} seek={seek} onCount={onCount} />}
      </div>
      <aside>
        {video ? <More video={video} found={beside} again={besideAgain} /> : <WholeSkeleton />}
      </aside>
    </div>
  );
}
