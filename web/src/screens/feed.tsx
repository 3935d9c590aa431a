/** The newest videos of the channels that one follows. */

import { useMemo } from "preact/hooks";
import { libraryLists, listSubscriptions } from "~/api/library";
import { listing } from "~/api/listing";
import { listOwn } from "~/api/videos";
import { Grid } from "~/components/grid";
import { SignedIn } from "~/components/guard";
import { Icon } from "~/components/icon";
import { useLoad } from "~/components/loaded";
import { Empty } from "~/components/states";
import { useTitle } from "~/components/title";
import { own } from "~/locales/own";
import { place } from "~/router";

/** It may be that one follows nobody, or those who have nothing. */
function Nothing() {
  const t = own.value.feed;
  const [follows] = useLoad(() => listSubscriptions(libraryLists.subscriptions()), []);
  const quiet = follows.state === "ready" && follows.value.value.length > 0;
  return (
    <Empty title={t.empty} hint={quiet ? t.quiet : t.emptyHint} icon="follow">
      <a class="button main" href="/">
        {t.find}
      </a>
    </Empty>
  );
}

function Videos({ name }: { name: string }) {
  const here = place.value;
  const found = useMemo(
    () => listing(libraryLists.feed(), { back: here.by === "back", load: listOwn, name }),
    [name, here],
  );
  return <Grid listing={found} empty={<Nothing />} />;
}

export function Feed() {
  const t = own.value.feed;
  useTitle(t.title);
  return (
    <div class="screen">
      <div class="screen-head">
        <h1>{t.title}</h1>
        <a class="button" href="/feed/channels">
          <Icon name="user" />
          {t.channels}
        </a>
      </div>
      <SignedIn>{(name) => <Videos key={name} name={name} />}</SignedIn>
    </div>
  );
}
