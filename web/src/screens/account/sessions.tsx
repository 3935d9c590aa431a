/** Where the account is signed in. */

import { endOtherSessions, endSession, listSessions } from "~/api/accounts";
import type { Session } from "~/api/types";
import { useAct } from "~/components/action";
import { Button } from "~/components/button";
import { When } from "~/components/card";
import { sentence } from "~/components/failure-text";
import { useLoad } from "~/components/loaded";
import { Complaint, Failed } from "~/components/states";
import { say } from "~/components/toast";
import { texts } from "~/locales";
import { deviceName } from "~/screens/account/device";
import { Section } from "~/screens/account/section";

function Device({ row, busy, onEnd }: { row: Session; busy: boolean; onEnd: () => void }) {
  const t = texts.value.account;
  return (
    <li>
      <div>
        <p title={row.device}>
          <strong>
            <bdi>{deviceName(row.device) || t.unknownDevice}</bdi>
          </strong>{" "}
          {row.current && <span class="chip ready">{t.current}</span>}
        </p>
        <p class="faint small">
          {row.address} · <When iso={row.last_seen} />
        </p>
      </div>
      {!row.current && (
        <Button busy={busy} onClick={onEnd}>
          {t.end}
        </Button>
      )}
    </li>
  );
}

export function SessionsSection() {
  const t = texts.value.account;
  const [found, again] = useLoad(listSessions, []);
  const act = useAct();
  const end = (work: () => Promise<unknown>) =>
    void act.run(async () => {
      await work();
      say(t.ended);
      again();
    });
  return (
    <Section title={t.sessions}>
      <p class="faint">{t.sessionsHint}</p>
      {act.failure && <Complaint>{sentence(act.failure)}</Complaint>}
      {found.state === "failed" && <Failed failure={found.failure} again={again} />}
      {found.state === "loading" && <span class="line skeleton" />}
      {found.state === "ready" && (
        <>
          <ul class="devices">
            {found.value.map((row) => (
              <Device
                key={row.id}
                row={row}
                busy={act.busy}
                onEnd={() => end(() => endSession(row.id))}
              />
            ))}
          </ul>
          {found.value.length > 1 && (
            <Button busy={act.busy} onClick={() => end(endOtherSessions)}>
              {t.endOthers}
            </Button>
          )}
        </>
      )}
    </Section>
  );
}
