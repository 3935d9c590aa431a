/** The session has ended while somebody is at something: sign in again, in front of it. */

import { Dialog } from "~/components/dialog";
import { SignInForm } from "~/components/sign-in-form";
import { texts } from "~/locales";

interface AgainProps {
  name: string;
  done: (signedIn: boolean) => void;
}

export function SignInAgain({ name, done }: AgainProps) {
  const t = texts.value.enter;
  return (
    <Dialog title={t.again} onClose={() => done(false)}>
      <p class="faint">{t.againHint}</p>
      <SignInForm name={name} onDone={() => done(true)} onCancel={() => done(false)} />
    </Dialog>
  );
}
