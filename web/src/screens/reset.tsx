/** Where the link of a mail leads that sets a new password. */

import { useState } from "preact/hooks";
import { resetPassword } from "~/api/accounts";
import { useAct } from "~/components/action";
import { Button } from "~/components/button";
import { sentence } from "~/components/failure-text";
import { Password } from "~/components/field";
import { PasswordRules } from "~/components/password-rules";
import { Complaint } from "~/components/states";
import { useTitle } from "~/components/title";
import { texts } from "~/locales";
import { passwordProblem, told } from "~/screens/field-rules";
import { useLinkToken } from "~/screens/mail-link";

function ResetWith({ token }: { token: string }) {
  const t = texts.value;
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const [done, setDone] = useState(false);
  const act = useAct();
  useTitle(t.forgot.title);
  const problem = passwordProblem(password, t);
  const refused = told(act.failure, t).password;
  const link = act.failure?.code === "link_invalid";
  function submit(event: Event): void {
    event.preventDefault();
    setTried(true);
    if (problem) return;
    void act.run(async () => {
      await resetPassword(token, password);
      setDone(true);
    });
  }
  if (done) {
    return (
      <div class="screen narrow">
        <h1>{t.forgot.title}</h1>
        <p role="status">{t.forgot.done}</p>
        <p class="beside">
          <a class="button main" href="/enter">
            {t.nav.signIn}
          </a>
        </p>
      </div>
    );
  }
  return (
    <div class="screen narrow">
      <h1>{t.forgot.newTitle}</h1>
      <form class="form" onSubmit={submit} noValidate>
        {act.failure && !refused && (
          <Complaint>
            {sentence(act.failure)} {link && <a href="/forgot">{t.forgot.askAnew}</a>}
          </Complaint>
        )}
        <Password
          label={t.account.newPassword}
          hint={<PasswordRules password={password} common={Boolean(refused)} />}
          autoComplete="new-password"
          value={password}
          onValue={(value) => {
            setPassword(value);
            act.clear();
          }}
          error={refused ?? (tried ? problem : undefined)}
        />
        <Button type="submit" kind="main" busy={act.busy}>
          {t.forgot.newSubmit}
        </Button>
      </form>
    </div>
  );
}

export function Reset() {
  const token = useLinkToken();
  // Another link begins anew.
  return <ResetWith key={token} token={token} />;
}
