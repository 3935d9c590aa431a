/** The channels that one follows. */

import { useState } from "preact/hooks";
import { libraryLists, listSubscriptions } from "~/api/library";
import type { Followed } from "~/api/types";
import { Avatar, Theirs } from "~/components/avatar";
import { FollowButton, type Followed as Known, useFollow } from "~/components/follow-button";
import { SignedIn } from "~/components/guard";
import { Paged, usePages } from "~/components/paged";
import { Empty } from "~/components/states";
import { useTitle } from "~/components/title";
import { texts } from "~/locales";
import { ago } from "~/locales/formats";
import { own } from "~/locales/own";
import { to } from "~/routes";
import "~/screens/follows.css";

function Row({ channel }: { channel: Followed }) {
  const t = texts.value;
  const [known, setKnown] = useState<Known>({ ...channel, subscribed: true });
  const following = useFollow(known, setKnown);
  const { channel: name, upload, nb_count: count } = channel;
  return (
    <div class="followed">
      <Avatar name={name} />
      <div class="words">
        <h2>
          <a class="quiet" href={to.channel(name)}>
            <Theirs text={name} />
          </a>
        </h2>
        <p class="faint small">
          {t.videos(Number(count))}
          {upload && ` · ${own.value.feed.latest(ago(upload))}`}
        </p>
      </div>
      {/* Who leaves one by mistake follows it again at the same place. */}
      <FollowButton following={following} />
    </div>
  );
}

const SKELETON = (
  <div class="followed" aria-hidden="true">
    <span class="avatar skeleton" />
    <div class="words">
      <span class="line skeleton" />
      <span class="line short skeleton" />
    </div>
  </div>
);

function Channels() {
  const t = own.value.feed;
  const found = usePages(libraryLists.subscriptions(), listSubscriptions);
  return (
    <Paged
      found={found}
      kind="follows"
      keyOf={(row) => row.channel}
      draw={(row) => <Row channel={row} />}
      skeleton={SKELETON}
      empty={
        <Empty title={t.noChannels} hint={t.emptyHint} icon="follow">
          <a class="button main" href="/">
            {t.find}
          </a>
        </Empty>
      }
    />
  );
}

export function Follows() {
  const t = own.value.feed;
  useTitle(t.channels);
  return (
    <div class="screen middle">
      <h1>{t.channels}</h1>
      <SignedIn>{(name) => <Channels key={name} />}</SignedIn>
    </div>
  );
}
