/** What moderators have decided about one, and what one says against it. */

import { useState } from "preact/hooks";
import { appeal, deskLists, listDecisions } from "~/api/moderation";
import type { Decision } from "~/api/types";
import { useAct } from "~/components/action";
import { Button } from "~/components/button";
import { When } from "~/components/card";
import { Dialog } from "~/components/dialog";
import { sentence } from "~/components/failure-text";
import { Area, lookAtFirstError } from "~/components/field";
import { Paged, usePages } from "~/components/paged";
import { Complaint } from "~/components/states";
import { say } from "~/components/toast";
import { texts } from "~/locales";
import { desk } from "~/locales/desk";
import { Anchor } from "~/screens/account/anchor";
import { Section } from "~/screens/account/section";
import { Subject } from "~/screens/desk/subject";
import "~/screens/desk/desk.css";

const MOST = 1000;

interface AppealProps {
  decision: Decision;
  onClose: () => void;
  onSent: (decision: Decision) => void;
}

function Appeal({ decision, onClose, onSent }: AppealProps) {
  const t = texts.value;
  const [text, setText] = useState("");
  const [tried, setTried] = useState(false);
  const act = useAct();
  const size = [...text.trim()].length;
  const problem =
    size === 0 ? desk.value.mine.textMissing : size > MOST ? desk.value.noteLong : undefined;
  function submit(event: Event): void {
    event.preventDefault();
    setTried(true);
    if (problem) {
      lookAtFirstError();
      return;
    }
    void act.run(async () => {
      onSent(await appeal(decision.id, text.trim()));
      say(desk.value.mine.sent);
      onClose();
    });
  }
  return (
    <Dialog wide title={desk.value.mine.appeal} onClose={onClose}>
      <form class="form" onSubmit={submit} noValidate>
        {act.failure && <Complaint>{sentence(act.failure)}</Complaint>}
        <Area
          label={desk.value.mine.text}
          hint={desk.value.mine.appealHint}
          dir="auto"
          autoFocus
          value={text}
          onValue={setText}
          error={tried ? problem : undefined}
        />
        <div class="buttons">
          <button type="button" class="button" onClick={onClose}>
            {t.cancel}
          </button>
          <Button type="submit" kind="main" busy={act.busy}>
            {desk.value.mine.appeal}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Row({ decision, onAppeal }: { decision: Decision; onAppeal: () => void }) {
  const t = desk.value;
  return (
    <article class="case">
      <p class="case-head">
        <strong>{t.outcomes[decision.decision]}</strong>
        <span class="faint small">{t.reasons[decision.reason]}</span>
        <span class="faint small">
          <When iso={decision.created} />
        </span>
        {!decision.in_force && <span class="chip">{t.mine.over}</span>}
      </p>
      <Subject of={decision} />
      {decision.note && (
        <blockquote class="quote" dir="auto">
          {decision.note}
        </blockquote>
      )}
      {decision.appeal && (
        <>
          <p class="small">{t.mine.states[decision.appeal.state]}</p>
          <blockquote class="quote" dir="auto">
            {decision.appeal.text}
          </blockquote>
        </>
      )}
      {decision.may_appeal && (
        <button type="button" class="button" onClick={onAppeal}>
          {t.mine.appeal}
        </button>
      )}
    </article>
  );
}

export function DecisionsSection() {
  const t = desk.value.mine;
  const found = usePages(deskLists.mine(), listDecisions);
  const [asked, setAsked] = useState<Decision | null>(null);
  const state = found.state.value;
  const put = (now: Decision) => {
    found.rows.value = found.rows.peek().map((row) => (row.id === now.id ? now : row));
  };
  return (
    <Anchor name="decisions" ready={state === "end" || state === "idle"}>
      <Section title={t.title}>
        <p class="faint">{t.hint}</p>
        <Paged
          found={found}
          kind="cases"
          keyOf={({ id }) => id}
          draw={(row) => <Row decision={row} onAppeal={() => setAsked(row)} />}
          skeleton={<span class="line skeleton" />}
          empty={<p>{t.none}</p>}
        />
        {asked && <Appeal decision={asked} onClose={() => setAsked(null)} onSent={put} />}
      </Section>
    </Anchor>
  );
}
