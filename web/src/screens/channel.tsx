/** A channel: its picture, what it says of itself, and its videos. */

import { useMemo, useRef, useState } from "preact/hooks";
import { listing } from "~/api/listing";
import { showChannel } from "~/api/people";
import { account, isSame } from "~/api/session";
import type { Channel as ChannelValue } from "~/api/types";
import { lists } from "~/api/videos";
import { Avatar, Theirs } from "~/components/avatar";
import { FollowButton, useFollow } from "~/components/follow-button";
import { Grid } from "~/components/grid";
import { lazy } from "~/components/lazy";
import { useLoad } from "~/components/loaded";
import { Empty, Failed } from "~/components/states";
import { useTitle } from "~/components/title";
import { texts } from "~/locales";
import { count, date } from "~/locales/formats";
import { place } from "~/router";
import "~/screens/channel.css";

const nothing = () => null;
const ShowAbout = lazy(async () => (await import("~/screens/channel-about")).ShowAbout, nothing);
const EditAbout = lazy(async () => (await import("~/screens/channel-about")).EditAbout, nothing);
const ChannelActs = lazy(
  async () => (await import("~/screens/channel-acts")).ChannelActs,
  () => <span class="opener-to-be" />,
);

function Numbers({ channel }: { channel: ChannelValue }) {
  const t = texts.value;
  const { subscribers, views } = channel;
  return (
    <p class="faint numbers">
      {t.follow.followers(subscribers, count(subscribers))} · {t.videos(Number(channel.nb_count))} ·{" "}
      {t.views(views, count(views))}
    </p>
  );
}

/** One line, whatever it says of itself: the videos below it don't jump. */
function AboutLine({ channel, onMore }: { channel: ChannelValue; onMore: () => void }) {
  const t = texts.value.channel;
  const line = channel.about.trim() || (channel.created && t.joined(date(channel.created)));
  return (
    <p class="about-line faint small">
      <span dir="auto">{line || "\u00a0"}</span>
      <button type="button" class="plain-link" onClick={onMore}>
        {t.more}
        <span class="unseen"> {t.moreAbout}</span>
      </button>
    </p>
  );
}

function HeadToBe({ name }: { name: string }) {
  return (
    <header class="channel-head">
      <Avatar name={name} size="large" />
      <div class="words">
        <h1>
          <Theirs text={name} />
        </h1>
        <p class="numbers">&nbsp;</p>
        <p class="about-line small">&nbsp;</p>
      </div>
      <div class="acts" />
    </header>
  );
}

interface HeadProps {
  known: ChannelValue;
  onKnown: (channel: ChannelValue) => void;
}

function Head({ known, onKnown }: HeadProps) {
  const t = texts.value;
  const following = useFollow(known, onKnown);
  const [asked, setAsked] = useState<"about" | "edit" | null>(null);
  const { channel } = following;
  const name = channel.channel;
  const mine = account.value !== null && isSame(account.value, name);
  const close = () => setAsked(null);
  return (
    <header class="channel-head">
      <Avatar name={name} size="large" />
      <div class="words">
        <h1>
          <Theirs text={name} />
        </h1>
        <Numbers channel={channel} />
        <AboutLine channel={channel} onMore={() => setAsked("about")} />
      </div>
      <div class="acts">
        {mine ? (
          <>
            <button type="button" class="button" onClick={() => setAsked("edit")}>
              {t.channel.edit}
            </button>
            <a class="button" href="/studio">
              {t.studio.title}
            </a>
          </>
        ) : (
          <>
            <FollowButton following={following} />
            <ChannelActs name={name} />
          </>
        )}
      </div>
      {asked === "about" && <ShowAbout channel={channel} onClose={close} />}
      {asked === "edit" && <EditAbout channel={channel} onClose={close} onSaved={onKnown} />}
    </header>
  );
}

export function Channel({ name }: { name: string }) {
  const t = texts.value;
  const [found, again, put] = useLoad(() => showChannel(name), [name, account.value]);
  // Who signs in to do something here goes on with it: what is shown stays until it is known anew.
  const last = useRef<{ name: string; value: ChannelValue | null }>({ name, value: null });
  if (last.current.name !== name) last.current = { name, value: null };
  if (found.state === "ready") last.current.value = found.value;
  const channel = found.state === "failed" ? null : last.current.value;
  const here = place.value;
  const videos = useMemo(
    () => listing(lists.channel(name), { back: here.by === "back" }),
    [name, here],
  );
  useTitle(channel?.channel ?? name);
  if (found.state === "failed") return <Failed first failure={found.failure} again={again} />;
  if (found.state === "ready" && !channel) {
    return <Empty first title={t.channel.gone} hint={t.channel.goneHint} icon="user" />;
  }
  return (
    <div class="screen">
      {channel ? <Head known={channel} onKnown={put} /> : <HeadToBe name={name} />}
      <Grid listing={videos} showChannel={false} empty={<Empty title={t.channel.empty} />} />
    </div>
  );
}
