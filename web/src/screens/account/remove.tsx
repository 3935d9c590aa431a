/** The end of an account. */

import { useState } from "preact/hooks";
import { deleteAccount } from "~/api/accounts";
import { dropSession } from "~/api/session";
import { useAct } from "~/components/action";
import { Confirm } from "~/components/dialog";
import { Password } from "~/components/field";
import { Complaint } from "~/components/states";
import { say } from "~/components/toast";
import { texts } from "~/locales";
import { go } from "~/router";
import { Section } from "~/screens/account/section";
import { otherwise, wrongPassword } from "~/screens/account/wrong-password";

export function RemoveSection({ name }: { name: string }) {
  const t = texts.value;
  const [asking, setAsking] = useState(false);
  const [password, setPassword] = useState("");
  const act = useAct();
  function remove(): void {
    void act.run(async () => {
      await deleteAccount(password);
      dropSession();
      go("/");
      say(t.account.removed);
    });
  }
  return (
    <Section title={t.account.remove}>
      <p class="faint">{t.account.removeHint}</p>
      <button type="button" class="button danger" onClick={() => setAsking(true)}>
        {t.account.removeButton}
      </button>
      {asking && (
        <Confirm
          title={t.account.removeSure}
          hint={t.account.removeHint}
          yes={t.account.removeButton}
          busy={act.busy}
          disabled={!password}
          onYes={remove}
          onClose={() => setAsking(false)}
        >
          {otherwise(act.failure) && <Complaint>{otherwise(act.failure)}</Complaint>}
          <input hidden autoComplete="username" readOnly value={name} />
          <Password
            label={t.account.yourPassword}
            value={password}
            onValue={setPassword}
            error={wrongPassword(act.failure)}
          />
        </Confirm>
      )}
    </Section>
  );
}
