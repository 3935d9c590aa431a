/** The newest videos. */

import { useMemo } from "preact/hooks";
import { listing } from "~/api/listing";
import { account } from "~/api/session";
import { lists } from "~/api/videos";
import { Grid } from "~/parts/grid";
import { Empty } from "~/parts/state";
import { useTitle } from "~/parts/title";
import { place } from "~/router";
import { to } from "~/routes";
import { texts } from "~/texts";

export function Home() {
  const t = texts.value;
  const here = place.value;
  const newest = useMemo(() => listing(lists.newest(), { back: here.by === "back" }), [here]);
  useTitle("");
  return (
    <div class="screen">
      <h1 class="unseen">{t.home.title}</h1>
      <Grid
        listing={newest}
        empty={
          <Empty title={t.home.empty} hint={t.home.emptyHint}>
            <a class="button main" href={account.value ? "/send" : to.enter("/send")}>
              {t.send.title}
            </a>
          </Empty>
        }
      />
    </div>
  );
}
