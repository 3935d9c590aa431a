/** What a search has found; the query and the filter stand in the address. */

import { useMemo } from "preact/hooks";
import { listing } from "~/api/listing";
import { lists } from "~/api/videos";
import { Grid } from "~/components/grid";
import { Empty } from "~/components/states";
import { useTitle } from "~/components/title";
import { texts } from "~/locales";
import { go, place } from "~/router";
import { to } from "~/routes";
import "~/screens/search.css";

type Kind = "all" | "channel";

function Found({ query, kind }: { query: string; kind: Kind }) {
  const t = texts.value.find;
  const here = place.value;
  const found = useMemo(
    () => listing(lists.found(query, kind), { back: here.by === "back" }),
    [query, kind, here],
  );
  return (
    <Grid
      rows
      listing={found}
      empty={<Empty title={t.empty(query)} hint={t.emptyHint} icon="search" />}
    />
  );
}

export function Search() {
  const t = texts.value.find;
  const query = (place.value.query.get("q") ?? "").trim();
  const kind: Kind = place.value.query.get("type") === "channel" ? "channel" : "all";
  useTitle(t.title(query));
  return (
    <div class="screen">
      <h1 class="asked">
        <bdi>{t.title(query)}</bdi>
      </h1>
      {query ? (
        <>
          <fieldset class="filters">
            <legend class="unseen">{t.filter}</legend>
            {(["all", "channel"] as const).map((one) => (
              <label key={one} class="filter">
                <input
                  type="radio"
                  name="kind"
                  checked={kind === one}
                  onChange={() => go(to.find(query, one), { replace: true })}
                />
                <span>{one === "all" ? t.all : t.channels}</span>
              </label>
            ))}
          </fieldset>
          <Found query={query} kind={kind} />
        </>
      ) : (
        <Empty title={t.title("")} hint={t.hint} icon="search" />
      )}
    </div>
  );
}
