/** Where the link of a mail leads that proves an address. */

import { verifyEmail } from "~/api/accounts";
import { useLoad } from "~/parts/load";
import { Failed } from "~/parts/state";
import { useTitle } from "~/parts/title";
import { useLinkToken } from "~/screens/mail-link";
import { texts } from "~/texts";

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
