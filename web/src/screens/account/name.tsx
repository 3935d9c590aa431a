/** First, middle and last name. */

import { useState } from "preact/hooks";
import { changeMe } from "~/api/accounts";
import type { Me } from "~/api/types";
import { useAct } from "~/components/action";
import { Button } from "~/components/button";
import { sentence } from "~/components/failure-text";
import { Field } from "~/components/field";
import { Complaint } from "~/components/states";
import { say } from "~/components/toast";
import { texts } from "~/locales";
import { Section } from "~/screens/account/section";
import { found, nameProblem, told } from "~/screens/field-rules";

export function NameSection({ me }: { me: Me }) {
  const t = texts.value;
  const [names, setNames] = useState({ fname: me.fname, mname: me.mname, lname: me.lname });
  const act = useAct();
  const problems = {
    ...found({
      fname: nameProblem(names.fname, true, t),
      mname: nameProblem(names.mname, false, t),
      lname: nameProblem(names.lname, true, t),
    }),
    ...told(act.failure, t),
  };
  const bind = (field: keyof typeof names) => ({
    value: names[field],
    onValue: (value: string) => {
      setNames({ ...names, [field]: value });
      act.clear();
    },
    error: problems[field],
  });
  function submit(event: Event): void {
    event.preventDefault();
    if (Object.keys(problems).length) return;
    void act.run(async () => {
      await changeMe(names);
      say(t.saved);
    });
  }
  return (
    <Section title={t.account.profile}>
      <form class="form" onSubmit={submit} noValidate>
        {act.failure && !act.failure.fields.length && (
          <Complaint>{sentence(act.failure)}</Complaint>
        )}
        <div class="pair">
          <Field label={t.join.fname} autoComplete="given-name" {...bind("fname")} />
          <Field label={t.join.lname} autoComplete="family-name" {...bind("lname")} />
        </div>
        <Field label={t.join.mname} autoComplete="additional-name" {...bind("mname")} />
        <Button type="submit" busy={act.busy}>
          {t.save}
        </Button>
      </form>
    </Section>
  );
}
