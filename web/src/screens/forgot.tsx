/** Ask for a link by which a new password is set. */

import { useState } from "preact/hooks";
import { forgetPassword } from "~/api/accounts";
import { useAct } from "~/components/action";
import { Button } from "~/components/button";
import { sentence } from "~/components/failure-text";
import { Field } from "~/components/field";
import { Complaint } from "~/components/states";
import { useTitle } from "~/components/title";
import { texts } from "~/locales";

export function Forgot() {
  const t = texts.value;
  const [email, setEmail] = useState("");
  const [sent, setSent] = useState(false);
  const act = useAct();
  useTitle(t.forgot.title);
  function submit(event: Event): void {
    event.preventDefault();
    void act.run(async () => {
      await forgetPassword(email.trim());
      setSent(true);
    });
  }
  return (
    <div class="screen narrow">
      <h1>{t.forgot.title}</h1>
      {sent ? (
        <p role="status">{t.forgot.sent}</p>
      ) : (
        <form class="form" onSubmit={submit}>
          <p class="faint">{t.forgot.hint}</p>
          {act.failure && <Complaint>{sentence(act.failure)}</Complaint>}
          <Field
            label={t.join.email}
            type="email"
            autoComplete="email"
            required
            value={email}
            onValue={setEmail}
          />
          <Button type="submit" kind="main" busy={act.busy}>
            {t.forgot.submit}
          </Button>
        </form>
      )}
    </div>
  );
}
