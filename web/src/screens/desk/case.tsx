/** An entry of the desk: what was reported, who says what, and the decision about it. */

import { useState } from "preact/hooks";
import { Failure } from "~/api/failure";
import { decide } from "~/api/moderation";
import type { Case, Verdict } from "~/api/types";
import { useAct } from "~/components/action";
import { Button } from "~/components/button";
import { When } from "~/components/card";
import { Dialog } from "~/components/dialog";
import { sentence } from "~/components/failure-text";
import { Area, lookAtFirstError } from "~/components/field";
import { Complaint } from "~/components/states";
import { say } from "~/components/toast";
import { language, texts } from "~/locales";
import { desk } from "~/locales/desk";
import { Subject } from "~/screens/desk/subject";

const MOST_NOTE = 1000;

/** What can be decided about it. */
function verdicts(one: Case): Verdict[] {
  if (one.kind === "appeal") return ["dismiss", "restore"];
  return one.type === "channel"
    ? ["dismiss", "hide", "suspend"]
    : ["dismiss", "hide", "remove", "suspend"];
}

function actName(one: Case, verdict: Verdict): string {
  const t = desk.value;
  return one.kind === "appeal" && verdict === "dismiss" ? t.keepDecision : t.acts[verdict];
}

interface DecideProps {
  one: Case;
  verdict: Verdict;
  onClose: () => void;
  onDecided: (one: Case) => void;
}

function Decide({ one, verdict, onClose, onDecided }: DecideProps) {
  const t = texts.value;
  const [note, setNote] = useState("");
  const act = useAct();
  const problem = [...note.trim()].length > MOST_NOTE ? desk.value.noteLong : undefined;
  const hint =
    one.kind === "appeal" && verdict === "dismiss"
      ? desk.value.hintOfAppeal
      : desk.value.hints[verdict];
  const grave = verdict === "remove" || verdict === "suspend";
  function submit(event: Event): void {
    event.preventDefault();
    if (problem) {
      lookAtFirstError();
      return;
    }
    void act.run(async () => {
      try {
        onDecided(await decide(one.id, verdict, note.trim()));
        say(desk.value.done);
      } catch (failure) {
        if (!(failure instanceof Failure) || failure.code !== "already_decided") throw failure;
        onDecided(one);
        say(desk.value.tooLate);
      }
      onClose();
    });
  }
  return (
    <Dialog wide title={actName(one, verdict)} onClose={onClose}>
      <form class="form" onSubmit={submit} noValidate>
        <p>{hint}</p>
        {act.failure && <Complaint>{sentence(act.failure)}</Complaint>}
        <Area
          label={desk.value.note}
          hint={desk.value.noteHint}
          dir="auto"
          autoFocus
          value={note}
          onValue={setNote}
          error={problem}
        />
        <div class="buttons">
          <button type="button" class="button" onClick={onClose}>
            {t.cancel}
          </button>
          <Button type="submit" kind={grave ? "danger" : "main"} busy={act.busy}>
            {actName(one, verdict)}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Facts({ one }: { one: Case }) {
  const t = desk.value;
  const weight = one.weight.toLocaleString(language.value, { maximumFractionDigits: 1 });
  const reasons = Object.entries(one.reasons) as [keyof typeof t.reasons, number][];
  if (one.kind === "appeal") {
    return (
      <span class="faint small">
        <When iso={one.created} />
      </span>
    );
  }
  return (
    <>
      <strong>{t.reports(one.count)}</strong>
      <span class="faint small" title={t.weightHint}>
        {t.weight(weight)}
      </span>
      {reasons.map(([reason, n]) => (
        <span key={reason} class="chip">
          {t.reasons[reason]}
          {n > 1 && ` · ${n}`}
        </span>
      ))}
      <span class="faint small">
        <When iso={one.updated} />
      </span>
    </>
  );
}

function Outcome({ one }: { one: Case }) {
  const t = desk.value;
  if (one.decision === null) return null;
  const known = t.outcomes[one.decision as keyof typeof t.outcomes];
  return (
    <>
      <p class="case-head">
        <strong>{known ?? one.decision}</strong>
        {one.by && <span class="faint small">{t.by(one.by)}</span>}
        {one.decided && (
          <span class="faint small">
            <When iso={one.decided} />
          </span>
        )}
      </p>
      {one.note && (
        <blockquote class="quote" dir="auto">
          {one.note}
        </blockquote>
      )}
    </>
  );
}

export function CaseCard({ one, onDecided }: { one: Case; onDecided: (one: Case) => void }) {
  const t = desk.value;
  const [asked, setAsked] = useState<Verdict | null>(null);
  return (
    <article class="case">
      <p class="case-head">
        <Facts one={one} />
      </p>
      <Subject of={one} />
      {one.appeal !== null && (
        <>
          <p class="small faint">{t.appealed}</p>
          <blockquote class="quote" dir="auto">
            {one.appeal}
          </blockquote>
        </>
      )}
      {one.texts.length > 0 && (
        <>
          <p class="small faint">{t.said}</p>
          <ul class="quotes">
            {one.texts.map((quote) => (
              <li key={quote.created + quote.text} class="quote" dir="auto">
                {quote.text}
              </li>
            ))}
          </ul>
        </>
      )}
      {one.state === "open" ? (
        <div class="case-acts">
          {verdicts(one).map((verdict) => (
            <button
              key={verdict}
              type="button"
              class={verdict === "remove" ? "button danger" : "button"}
              onClick={() => setAsked(verdict)}
            >
              {actName(one, verdict)}
            </button>
          ))}
        </div>
      ) : (
        <Outcome one={one} />
      )}
      {asked && (
        <Decide one={one} verdict={asked} onClose={() => setAsked(null)} onDecided={onDecided} />
      )}
    </article>
  );
}
