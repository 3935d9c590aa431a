/** Asks before a channel is blocked. */

import { block } from "~/api/people";
import { useAct } from "~/components/action";
import { Confirm } from "~/components/dialog";
import { sentence } from "~/components/failure-text";
import { Complaint } from "~/components/states";
import { say } from "~/components/toast";
import { people } from "~/locales/people";

interface BlockProps {
  name: string;
  onClose: () => void;
  onBlocked: () => void;
}

export function Block({ name, onClose, onBlocked }: BlockProps) {
  const t = people.value.channelAbout;
  const act = useAct();
  const yes = () =>
    void act.run(async () => {
      await block(name);
      say(t.blocked(name));
      onBlocked();
      onClose();
    });
  return (
    <Confirm
      title={t.blockSure(name)}
      hint={t.blockHint}
      yes={t.blockYes}
      busy={act.busy}
      onYes={yes}
      onClose={onClose}
    >
      {act.failure && <Complaint>{sentence(act.failure)}</Complaint>}
    </Confirm>
  );
}
