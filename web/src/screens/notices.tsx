/** All notices, the latest first. */

import { Notices, useNotices } from "~/components/bell";
import { End } from "~/components/grid";
import { SignedIn } from "~/components/guard";
import { Icon } from "~/components/icon";
import { useTitle } from "~/components/title";
import { own } from "~/locales/own";

const PAGE = 30;

function All({ name }: { name: string }) {
  const found = useNotices(name, PAGE);
  return (
    <>
      <Notices found={found} name={name} />
      {found.state.value === "idle" && found.rows.value.length > 0 && <End listing={found} />}
    </>
  );
}

export function NoticesScreen() {
  const t = own.value.notices;
  useTitle(t.title);
  return (
    <div class="screen middle">
      <div class="screen-head">
        <h1>{t.title}</h1>
        <a class="button" href="/account?show=notices" aria-label={t.settings} title={t.settings}>
          <Icon name="settings" />
        </a>
      </div>
      <SignedIn>{(name) => <All name={name} />}</SignedIn>
    </div>
  );
}
