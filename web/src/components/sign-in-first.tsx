/** Asks who is signed out to sign in, in front of what they are at, and lets them go on with it. */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { account } from "~/api/session";
import { Dialog } from "~/components/dialog";
import { SignInForm } from "~/components/sign-in-form";
import { texts } from "~/locales";

const asked = signal<((signedIn: boolean) => void) | null>(null);

/** Whether somebody is signed in; who is not is asked to be. */
export function signedIn(): Promise<boolean> {
  if (account.peek()) return Promise.resolve(true);
  asked.peek()?.(false);
  return new Promise((done) => {
    asked.value = (answer) => {
      asked.value = null;
      done(answer);
    };
  });
}

function Question({ done }: { done: (signedIn: boolean) => void }) {
  const t = texts.value;
  const name = account.value;
  // In another tab it counts too.
  useEffect(() => {
    if (name) done(true);
  }, [name, done]);
  return (
    <Dialog title={t.enter.needed} onClose={() => done(false)}>
      <SignInForm onDone={() => done(true)} onCancel={() => done(false)} />
      <p class="small">
        {t.enter.noAccount}{" "}
        <a href="/join" onClick={() => done(false)}>
          {t.nav.join}
        </a>
      </p>
    </Dialog>
  );
}

export function SignInFirst() {
  return asked.value && <Question done={asked.value} />;
}
