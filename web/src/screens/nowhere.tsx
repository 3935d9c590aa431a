/** An address that is none of the page's. */

import { Empty } from "~/parts/state";
import { useTitle } from "~/parts/title";
import { texts } from "~/texts";

export function Nowhere() {
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
