/** An address that is none of the page's. */

import { Empty } from "~/components/states";
import { useTitle } from "~/components/title";
import { texts } from "~/locales";

export function NotFound() {
  const t = texts.value.nowhere;
  useTitle(t.title);
  return (
    <div class="screen">
      <Empty first title={t.title} hint={t.hint} icon="warn">
        <a class="button main" href="/">
          {t.home}
        </a>
      </Empty>
    </div>
  );
}
