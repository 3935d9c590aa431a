/** In front of screens that are for who is signed in. */

import type { ComponentChildren } from "preact";
import { account } from "~/api/session";
import { Empty } from "~/components/states";
import { texts } from "~/locales";
import { address } from "~/router";
import { to } from "~/routes";

function Own({ children }: { children: ComponentChildren }) {
  return <>{children}</>;
}

export function SignedIn({ children }: { children: (name: string) => ComponentChildren }) {
  const t = texts.value;
  const name = account.value;
  // Another account begins with a screen of its own.
  if (name) return <Own key={name.toLowerCase()}>{children(name)}</Own>;
  return (
    <Empty title={t.enter.needed} icon="user">
      <div class="buttons">
        <a class="button main" href={to.enter(address())}>
          {t.nav.signIn}
        </a>
        <a class="button" href="/join">
          {t.nav.join}
        </a>
      </div>
    </Empty>
  );
}
