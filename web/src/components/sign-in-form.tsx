/** Name and password, wherever they are asked for; tells when a blocked name may try again. */

import { useState } from "preact/hooks";
import { signIn } from "~/api/session";
import { useAct } from "~/components/action";
import { Button } from "~/components/button";
import { useSecondsLeft } from "~/components/countdown";
import { sentence } from "~/components/failure-text";
import { Field, Password } from "~/components/field";
import { Complaint } from "~/components/states";
import { texts } from "~/locales";
import { clock } from "~/locales/formats";

interface SignInFormProps {
  /** Whose password is asked for; without it anybody may sign in. */
  name?: string;
  onDone: (name: string) => void;
  onCancel?: () => void;
}

export function SignInForm({ name: fixed, onDone, onCancel }: SignInFormProps) {
  const t = texts.value;
  const [name, setName] = useState(fixed ?? "");
  const [password, setPassword] = useState("");
  const [blockedUntil, setBlockedUntil] = useState(0);
  const left = useSecondsLeft(blockedUntil);
  const act = useAct();
  const blocked = act.failure?.code === "blocked";

  function submit(event: Event): void {
    event.preventDefault();
    void act.run(async () => {
      try {
        await signIn(name.trim(), password);
      } catch (failure) {
        const seconds = (failure as { problem?: { retry_after?: number } }).problem?.retry_after;
        setBlockedUntil(seconds ? Date.now() + seconds * 1000 : 0);
        throw failure;
      }
      onDone(name.trim());
    });
  }

  return (
    <form class="form" onSubmit={submit}>
      {act.failure && (!blocked || left > 0) && (
        <Complaint>
          {sentence(act.failure)}
          {blocked && (
            <strong class="block" aria-live="off">
              {t.enter.blockedFor(clock(left))}
            </strong>
          )}
        </Complaint>
      )}
      <Field
        label={t.enter.name}
        value={name}
        onValue={setName}
        readOnly={fixed !== undefined}
        autoComplete="username"
        autoCapitalize="none"
        spellcheck={false}
        required
        autoFocus={fixed === undefined}
      />
      <Password
        label={t.enter.password}
        value={password}
        onValue={setPassword}
        required
        autoFocus={fixed !== undefined}
      />
      <div class="buttons">
        {onCancel && (
          <button type="button" class="button" onClick={onCancel}>
            {t.enter.notNow}
          </button>
        )}
        <Button type="submit" kind="main" busy={act.busy} disabled={blocked && left > 0}>
          {t.enter.submit}
        </Button>
      </div>
    </form>
  );
}
