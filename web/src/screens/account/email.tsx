/** The address: whether it is proven, and another one. */

import { useState } from "preact/hooks";
import { changeMe, resendVerification } from "~/api/accounts";
import type { Me } from "~/api/types";
import { useAct } from "~/components/action";
import { Button } from "~/components/button";
import { Field, Password } from "~/components/field";
import { Complaint } from "~/components/states";
import { say } from "~/components/toast";
import { texts } from "~/locales";
import { Section } from "~/screens/account/section";
import { otherwise, wrongPassword } from "~/screens/account/wrong-password";
import { emailProblem, told } from "~/screens/field-rules";

function Change({ onChanged }: { onChanged: (me: Me) => void }) {
  const t = texts.value;
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const act = useAct();
  const own = tried ? emailProblem(email.trim(), t) : "";
  const refused = act.failure?.code === "email_taken" ? t.join.emailTaken : undefined;
  const fields = told(act.failure, t);
  function submit(event: Event): void {
    event.preventDefault();
    setTried(true);
    if (emailProblem(email.trim(), t) || !password) return;
    void act.run(async () => {
      onChanged(await changeMe({ email: email.trim(), password }));
      setEmail("");
      setPassword("");
      setTried(false);
      say(t.account.emailChanged);
    });
  }
  return (
    <form class="form" onSubmit={submit} noValidate>
      {otherwise(act.failure) && <Complaint>{otherwise(act.failure)}</Complaint>}
      <div class="pair">
        <Field
          label={t.account.newEmail}
          type="email"
          autoComplete="email"
          value={email}
          onValue={setEmail}
          error={(refused ?? fields.email ?? own) || undefined}
        />
        <Password
          label={t.account.yourPassword}
          value={password}
          onValue={setPassword}
          error={
            wrongPassword(act.failure) ?? (tried && !password ? t.problems.missing : undefined)
          }
        />
      </div>
      <Button type="submit" busy={act.busy}>
        {t.account.changeEmail}
      </Button>
    </form>
  );
}

export function EmailSection({ me: first }: { me: Me }) {
  const t = texts.value.account;
  const [me, setMe] = useState(first);
  const act = useAct();
  const resend = () =>
    void act.run(async () => {
      await resendVerification();
      say(t.resent);
    });
  return (
    <Section title={t.email}>
      <p>
        <bdi>{me.email}</bdi>{" "}
        <span class="faint">({me.email_verified ? t.verified : t.unverified})</span>
      </p>
      {!me.email_verified && (
        <Button busy={act.busy} onClick={resend}>
          {t.resend}
        </Button>
      )}
      {act.failure && <Complaint>{otherwise(act.failure)}</Complaint>}
      <Change onChanged={setMe} />
    </Section>
  );
}
