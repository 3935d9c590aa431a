/** The newest videos. */

import { useMemo } from "preact/hooks";
import { listing } from "~/api/listing";
import { account } from "~/api/session";
import { lists } from "~/api/videos";
import { Grid } from "~/components/grid";
import { Empty } from "~/components/states";
import { useTitle } from "~/components/title";
import { texts } from "~/locales";
import { place } from "~/router";
import { to } from "~/routes";

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
