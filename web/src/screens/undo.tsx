/** Where the link of a mail leads that takes a change of the address back. */

import { useState } from "preact/hooks";
import { undoEmailChange } from "~/api/accounts";
import { useAct } from "~/components/action";
import { sentence } from "~/components/failure-text";
import { Complaint } from "~/components/states";
import { useTitle } from "~/components/title";
import { texts } from "~/locales";
import { useLinkToken } from "~/screens/mail-link";

function UndoWith({ token }: { token: string }) {
  const t = texts.value;
  const [done, setDone] = useState(false);
  const act = useAct();
  useTitle(t.undo.title);
  function undo(): void {
    void act.run(async () => {
      await undoEmailChange(token);
      setDone(true);
    });
  }
  return (
    <div class="screen narrow">
      <h1>{t.undo.title}</h1>
      {done ? (
        <p role="status">{t.undo.done}</p>
      ) : (
        <>
          {act.failure && <Complaint>{sentence(act.failure)}</Complaint>}
          <p>{t.undo.what}</p>
          {/* Not at once: programs that look at mails for people follow links too. */}
          <button type="button" class="button main" disabled={act.busy} onClick={undo}>
            {t.undo.submit}
          </button>
        </>
      )}
    </div>
  );
}

export function Undo() {
  const token = useLinkToken();
  // Another link begins anew.
  return <UndoWith key={token} token={token} />;
}
