/** Another password. */

import { useState } from "preact/hooks";
import { changePassword } from "~/api/accounts";
import { useAct } from "~/components/action";
import { Button } from "~/components/button";
import { Password } from "~/components/field";
import { PasswordRules } from "~/components/password-rules";
import { Complaint } from "~/components/states";
import { say } from "~/components/toast";
import { texts } from "~/locales";
import { Section } from "~/screens/account/section";
import { otherwise, wrongPassword } from "~/screens/account/wrong-password";
import { passwordProblem, told } from "~/screens/field-rules";

export function PasswordSection({ name }: { name: string }) {
  const t = texts.value;
  const [old, setOld] = useState("");
  const [next, setNext] = useState("");
  const [tried, setTried] = useState(false);
  const act = useAct();
  const problem = passwordProblem(next, t);
  const fields = told(act.failure, t);
  const refused = fields.new_password ?? fields.password;
  function submit(event: Event): void {
    event.preventDefault();
    setTried(true);
    if (problem || !old) return;
    void act.run(async () => {
      await changePassword(old, next);
      setOld("");
      setNext("");
      setTried(false);
      say(t.account.passwordChanged);
    });
  }
  return (
    <Section title={t.account.password}>
      <form class="form" onSubmit={submit} noValidate>
        {otherwise(act.failure) && <Complaint>{otherwise(act.failure)}</Complaint>}
        {/* For password managers: whose password it is. */}
        <input class="unseen" hidden autoComplete="username" readOnly value={name} />
        <Password
          label={t.account.oldPassword}
          value={old}
          onValue={setOld}
          error={wrongPassword(act.failure) ?? (tried && !old ? t.problems.missing : undefined)}
        />
        <Password
          label={t.account.newPassword}
          autoComplete="new-password"
          hint={<PasswordRules password={next} common={Boolean(refused)} />}
          value={next}
          onValue={(value) => {
            setNext(value);
            act.clear();
          }}
          error={refused ?? (tried ? problem || undefined : undefined)}
        />
        <Button type="submit" busy={act.busy}>
          {t.account.changePassword}
        </Button>
      </form>
    </Section>
  );
}
