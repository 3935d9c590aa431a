/** A video in a list, and the empty form of one while the list is on its way. */

import type { ComponentChildren } from "preact";
import type { Video } from "~/api/types";
import { files, isClosed } from "~/api/videos";
import { Avatar, Theirs } from "~/components/avatar";
import { Icon } from "~/components/icon";
import { Preview, usePreview } from "~/components/preview";
import { isPublic, Visibility } from "~/components/visibility";
import { texts } from "~/locales";
import { ago, clock, count, dateTime } from "~/locales/formats";
import { to } from "~/routes";
import "~/components/card.css";

/** How much of it one has watched. */
function Watched({ video: { my_position: at, duration } }: { video: Video }) {
  if (!at || !duration) return null;
  const percent = Math.min(100, Math.round((100 * at) / duration));
  return (
    <progress
      class="watched"
      max={100}
      value={percent}
      aria-label={texts.value.card.watched(percent)}
    />
  );
}

/** How wide it is shown, for the browser to choose a file before the styles are there. */
const TILE = "(min-width: 40rem) 22rem, 100vw";
const ROW = "(min-width: 50rem) 20rem, 40vw";

interface ThumbnailProps {
  video: Video;
  row?: boolean | undefined;
  /** What lies above the picture. */
  children?: ComponentChildren;
}

export function Thumbnail({ video, row, children }: ThumbnailProps) {
  const closed = isClosed(video);
  return (
    <span class={closed ? "thumbnail none" : "thumbnail"}>
      {closed ? (
        <Icon name="lock" />
      ) : (
        <img
          src={files.sized(video, 640)}
          srcset={files.sizes(video)}
          sizes={row ? ROW : TILE}
          alt=""
          loading="lazy"
          decoding="async"
        />
      )}
      {children}
      {video.duration != null && (
        <span class="length">
          <span class="unseen">{texts.value.card.duration} </span>
          {clock(video.duration)}
        </span>
      )}
      <Watched video={video} />
    </span>
  );
}

export function When({ iso }: { iso: string }) {
  return (
    <time dateTime={iso} title={dateTime(iso)}>
      {ago(iso)}
    </time>
  );
}

interface CardProps {
  video: Video;
  /** A row beside the player or in results, where a tile is too large. */
  row?: boolean;
  showChannel?: boolean;
  /** What else there is to say of it. */
  note?: string;
  /** The playlist whose next one comes behind it. */
  list?: string;
  /** Whether it stands below a heading of its list, or that of the screen alone. */
  below?: "screen" | "list";
}

export function VideoCard(props: CardProps) {
  const { video, row, showChannel = true, note, list, below = "screen" } = props;
  const address = list ? to.watchIn(video.thumbnail, list) : to.watch(video.thumbnail);
  const Heading = below === "screen" ? "h2" : "h3";
  const preview = usePreview(video);
  return (
    <article class={row ? "card row" : "card"} {...preview.tile}>
      <div class="picture">
        <Thumbnail video={video} row={row}>
          {preview.wanted && <Preview video={video} onEnd={preview.end} />}
        </Thumbnail>
      </div>
      <div class="about">
        {showChannel && !row && <Avatar name={video.channel} />}
        <div class="words">
          <Heading class="name" dir="auto">
            <a href={address}>{video.title}</a>
          </Heading>
          <p class="faint small">
            {showChannel && (
              <>
                <a class="quiet" href={to.channel(video.channel)}>
                  {row && below === "screen" && <Avatar name={video.channel} />}
                  <Theirs text={video.channel} />
                </a>
                <span aria-hidden="true"> · </span>
              </>
            )}
            {texts.value.views(video.views ?? 0, count(video.views ?? 0))}
            <span aria-hidden="true"> · </span>
            <When iso={video.upload} />
          </p>
          {!isPublic(video) && (
            <p class="faint small">
              <Visibility video={video} />
            </p>
          )}
          {note && <p class="faint small">{note}</p>}
        </div>
      </div>
    </article>
  );
}

/** Found by a search: a channel. */
export function ChannelCard({ channel }: { channel: Video }) {
  return (
    <article class="card row channel">
      <div class="picture">
        <Avatar name={channel.channel} size="large" />
      </div>
      <div class="words">
        <h2 class="name">
          <a href={to.channel(channel.channel)}>
            <Theirs text={channel.channel} />
          </a>
        </h2>
        <p class="faint small">{texts.value.videos(Number(channel.nb_count))}</p>
      </div>
    </article>
  );
}

export function CardSkeleton({ row = false }: { row?: boolean }) {
  return (
    <div class={row ? "card row" : "card"} aria-hidden="true">
      <div class="picture">
        <span class="thumbnail skeleton" />
      </div>
      <div class="about">
        {!row && <span class="avatar skeleton" />}
        <div class="words">
          <span class="line skeleton" />
          <span class="line short skeleton" />
        </div>
      </div>
    </div>
  );
}
