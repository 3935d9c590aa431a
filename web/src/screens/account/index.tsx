/** One's own account, section by section. */

import { showMe } from "~/api/accounts";
import type { Me } from "~/api/types";
import { SignedIn } from "~/components/guard";
import { useLoad } from "~/components/loaded";
import { Failed } from "~/components/states";
import { useTitle } from "~/components/title";
import { texts } from "~/locales";
import { BlocksSection } from "~/screens/account/blocks";
import { DecisionsSection } from "~/screens/account/decisions";
import { EmailSection } from "~/screens/account/email";
import { ExportSection } from "~/screens/account/export";
import { NameSection } from "~/screens/account/name";
import { NoticesSection } from "~/screens/account/notices";
import { PasswordSection } from "~/screens/account/password";
import { PictureSection } from "~/screens/account/picture";
import { RemoveSection } from "~/screens/account/remove";
import { SessionsSection } from "~/screens/account/sessions";
import "~/screens/account/account.css";

function Sections({ me }: { me: Me }) {
  return (
    <div class="sections">
      <PictureSection name={me.username} />
      <NameSection me={me} />
      <EmailSection me={me} />
      <PasswordSection name={me.username} />
      <NoticesSection />
      <BlocksSection />
      <DecisionsSection />
      <SessionsSection />
      <ExportSection name={me.username} />
      <RemoveSection name={me.username} />
    </div>
  );
}

function Loaded() {
  const [found, again] = useLoad(showMe, []);
  if (found.state === "failed") return <Failed failure={found.failure} again={again} />;
  if (found.state === "ready") return <Sections me={found.value} />;
  return (
    <div class="sections" aria-busy="true">
      {[1, 2, 3, 4].map((n) => (
        <div key={n} class="section tall skeleton" />
      ))}
    </div>
  );
}

export function Account() {
  const t = texts.value;
  useTitle(t.account.title);
  return (
    <div class="screen middle">
      <h1>{t.account.title}</h1>
      <SignedIn>{(name) => <Loaded key={name} />}</SignedIn>
    </div>
  );
}
