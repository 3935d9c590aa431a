/** Sign in, then go on where one was sent here from. */

import { useEffect } from "preact/hooks";
import { account } from "~/api/session";
import { SignInForm } from "~/components/sign-in-form";
import { useTitle } from "~/components/title";
import { say } from "~/components/toast";
import { texts } from "~/locales";
import { go, place } from "~/router";
import { isAfterSignIn } from "~/routes";

/** Where to go on: an address of this page, whatever the link says. */
export function nextAddress(): string {
  const wanted = place.peek().query.get("next") ?? "/";
  const url = URL.canParse(wanted, location.origin) ? new URL(wanted, location.origin) : null;
  const fine = url && url.origin === location.origin && isAfterSignIn(url.pathname);
  return fine ? url.pathname + url.search : "/";
}

export function SignIn() {
  const t = texts.value;
  useTitle(t.enter.title);
  useEffect(() => {
    // Signed in already, here or in another tab.
    if (account.value) go(nextAddress(), { replace: true });
  }, [account.value]);
  return (
    <div class="screen narrow">
      <h1>{t.enter.title}</h1>
      <SignInForm onDone={(name) => say(t.welcome(name))} />
      <p class="beside">
        {t.enter.noAccount} <a href="/join">{t.nav.join}</a>
      </p>
      <p class="beside">
        <a href="/forgot">{t.enter.forgot}</a>
      </p>
    </div>
  );
}
