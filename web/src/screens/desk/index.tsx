/** Where moderators decide: what was reported, who appeals, and what was decided before. */

import { Failure } from "~/api/failure";
import { deskLists, listCases, listLog } from "~/api/moderation";
import type { Pages } from "~/api/pages";
import type { Case, LogEntry } from "~/api/types";
import { Theirs } from "~/components/avatar";
import { When } from "~/components/card";
import { SignedIn } from "~/components/guard";
import { Paged, usePages } from "~/components/paged";
import { Empty } from "~/components/states";
import { useTitle } from "~/components/title";
import { desk } from "~/locales/desk";
import { go, place } from "~/router";
import { CaseCard } from "~/screens/desk/case";
import "~/screens/search.css";
import "~/screens/desk/desk.css";

const VIEWS = ["report", "appeal", "decided", "log"] as const;
type View = (typeof VIEWS)[number];

const SKELETON = (
  <div class="case" aria-hidden="true">
    <span class="line skeleton" />
    <span class="line short skeleton" />
  </div>
);

function None({ view }: { view: View }) {
  const t = desk.value;
  return <Empty title={t.none[view]} hint={t.noneHint} icon="shield" />;
}

function isForbidden({ state, failure }: Pick<Pages<unknown>, "state" | "failure">): boolean {
  const why = failure.value;
  return state.value === "failed" && why instanceof Failure && why.code === "forbidden";
}

function Cases({ view }: { view: Exclude<View, "log"> }) {
  const t = desk.value;
  const address = view === "decided" ? deskLists.decided() : deskLists.open(view);
  const found = usePages<Case>(address, listCases);
  const leave = ({ id }: Case) => {
    found.rows.value = found.rows.peek().filter((row) => row.id !== id);
    document.getElementById("main")?.focus({ preventScroll: true });
  };
  if (isForbidden(found)) return <Empty title={t.forbidden} icon="shield" />;
  return (
    <Paged
      found={found}
      kind="cases"
      keyOf={({ id }) => id}
      draw={(row) => <CaseCard one={row} onDecided={leave} />}
      skeleton={SKELETON}
      empty={<None view={view} />}
    />
  );
}

function Entry({ entry }: { entry: LogEntry }) {
  const t = desk.value;
  const what = entry.decision ? t.outcomes[entry.decision] : t.entryKinds[entry.kind];
  return (
    <div class="log-entry">
      <p class="case-head">
        <span class="faint small">{t.entry(entry.number)}</span>
        <strong>{what}</strong>
        {entry.role && <span class="chip">{entry.role}</span>}
        {entry.type && <span class="small">{t.types[entry.type]}</span>}
        {entry.channel && (
          <span class="small">
            <Theirs text={entry.channel} />
          </span>
        )}
        <span class="faint small">
          {t.by(entry.by ?? t.nobody)} · <When iso={entry.at} />
        </span>
      </p>
      {entry.title && <p dir="auto">{entry.title}</p>}
      {entry.note && (
        <blockquote class="quote" dir="auto">
          {entry.note}
        </blockquote>
      )}
      <p class="faint small digest">{entry.hash}</p>
    </div>
  );
}

function Log() {
  const found = usePages<LogEntry>(deskLists.log(), listLog);
  if (isForbidden(found)) return <Empty title={desk.value.forbidden} icon="shield" />;
  return (
    <Paged
      found={found}
      kind="cases"
      keyOf={({ number }) => number}
      draw={(row) => <Entry entry={row} />}
      skeleton={SKELETON}
      empty={<None view="log" />}
    />
  );
}

function Views() {
  const t = desk.value;
  const asked = place.value.query.get("view");
  const view = VIEWS.find((one) => one === asked) ?? "report";
  return (
    <>
      <fieldset class="filters desk-views">
        <legend class="unseen">{t.filter}</legend>
        {VIEWS.map((one) => (
          <label key={one} class="filter">
            <input
              type="radio"
              name="view"
              checked={view === one}
              onChange={() =>
                go(one === "report" ? "/desk" : `/desk?view=${one}`, { replace: true })
              }
            />
            <span>{t.views[one]}</span>
          </label>
        ))}
      </fieldset>
      {view === "log" ? <Log /> : <Cases key={view} view={view} />}
    </>
  );
}

export function Desk() {
  const t = desk.value;
  useTitle(t.title);
  return (
    <div class="screen middle">
      <h1>{t.title}</h1>
      <SignedIn>{(name) => <Views key={name} />}</SignedIn>
    </div>
  );
}
