/** The channels that one blocks. */

import { BLOCKS, listBlocks } from "~/api/library";
import { unblock } from "~/api/people";
import { useAct } from "~/components/action";
import { Avatar, Theirs } from "~/components/avatar";
import { Button } from "~/components/button";
import { sentence } from "~/components/failure-text";
import { Paged, usePages } from "~/components/paged";
import { Complaint } from "~/components/states";
import { say } from "~/components/toast";
import { own } from "~/locales/own";
import { to } from "~/routes";
import { Section } from "~/screens/account/section";

export function BlocksSection() {
  const t = own.value.blocks;
  const found = usePages(BLOCKS, listBlocks);
  const act = useAct();
  const free = (name: string) =>
    void act.run(async () => {
      await unblock(name);
      found.rows.value = found.rows.peek().filter(({ channel }) => channel !== name);
      say(t.unblocked(name));
      document.getElementById("main")?.focus({ preventScroll: true });
    });
  return (
    <Section title={t.title}>
      <p class="faint">{t.hint}</p>
      {act.failure && <Complaint>{sentence(act.failure)}</Complaint>}
      <Paged
        found={found}
        kind="devices"
        keyOf={({ channel }) => channel}
        draw={({ channel }) => (
          <>
            <a class="quiet blocked" href={to.channel(channel)}>
              <Avatar name={channel} />
              <strong>
                <Theirs text={channel} />
              </strong>
            </a>
            <Button busy={act.busy} onClick={() => free(channel)}>
              {t.unblock}
              <span class="unseen"> – {channel}</span>
            </Button>
          </>
        )}
        skeleton={<span class="line skeleton" />}
        empty={<p>{t.none}</p>}
      />
    </Section>
  );
}
