/** A channel: its picture and its videos. */

import { useMemo } from "preact/hooks";
import { listing } from "~/api/listing";
import { account } from "~/api/session";
import { findChannel, lists } from "~/api/videos";
import { Avatar, Theirs } from "~/components/avatar";
import { Grid } from "~/components/grid";
import { useLoad } from "~/components/loaded";
import { Empty, Failed } from "~/components/states";
import { useTitle } from "~/components/title";
import { texts } from "~/locales";
import { place } from "~/router";
import "~/screens/channel.css";

export function Channel({ name }: { name: string }) {
  const t = texts.value;
  const [found, again] = useLoad(() => findChannel(name), [name]);
  const channel = found.state === "ready" ? found.value : null;
  const shown = channel?.channel ?? name;
  const here = place.value;
  const videos = useMemo(
    () => listing(lists.channel(name), { back: here.by === "back" }),
    [name, here],
  );
  useTitle(shown);
  if (found.state === "failed") return <Failed first failure={found.failure} again={again} />;
  if (found.state === "ready" && !channel) {
    return <Empty first title={t.channel.gone} hint={t.channel.goneHint} icon="user" />;
  }
  const mine = account.value?.toLowerCase() === name.toLowerCase();
  return (
    <div class="screen">
      <header class="channel-head">
        <Avatar name={name} size="large" />
        <div>
          <h1>
            <Theirs text={shown} />
          </h1>
          <p class="faint">{channel ? t.videos(Number(channel.nb_count)) : "\u00a0"}</p>
        </div>
        {mine && (
          <a class="button" href="/studio">
            {t.studio.title}
          </a>
        )}
      </header>
      <Grid listing={videos} showChannel={false} empty={<Empty title={t.channel.empty} />} />
    </div>
  );
}
