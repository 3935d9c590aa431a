/** Where the link of a mail leads that proves an address. */

import { verifyEmail } from "~/api/accounts";
import { useLoad } from "~/components/loaded";
import { Failed } from "~/components/states";
import { useTitle } from "~/components/title";
import { texts } from "~/locales";
import { useLinkToken } from "~/screens/mail-link";

export function Verify() {
  const t = texts.value;
  const token = useLinkToken();
  const [found, again] = useLoad(() => verifyEmail(token), [token]);
  useTitle(t.verify.title);
  return (
    <div class="screen narrow">
      <h1>{t.verify.title}</h1>
      {found.state === "loading" && <p>{t.verify.working}</p>}
      {found.state === "failed" && <Failed failure={found.failure} again={again} />}
      {found.state === "ready" && (
        <>
          <p role="status">{t.verify.done}</p>
          <p class="beside">
            <a class="button main" href="/">
              {t.nowhere.home}
            </a>
          </p>
        </>
      )}
    </div>
  );
}
