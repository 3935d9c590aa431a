/** Tells who runs the site that something should not be here. */

import { useState } from "preact/hooks";
import { report } from "~/api/people";
import { REASONS, type Reason, type Reported } from "~/api/types";
import { useAct } from "~/components/action";
import { Button } from "~/components/button";
import { Dialog } from "~/components/dialog";
import { sentence } from "~/components/failure-text";
import { Area } from "~/components/field";
import { Complaint } from "~/components/states";
import { say } from "~/components/toast";
import { texts } from "~/locales";
import { people } from "~/locales/people";
import "~/screens/report.css";

const MOST = 2000;

interface ReportProps {
  subject: Reported;
  /** What it is called. */
  name: string;
  onClose: () => void;
}

export function Report({ subject, name, onClose }: ReportProps) {
  const t = people.value.report;
  const [reason, setReason] = useState<Reason | null>(null);
  const [text, setText] = useState("");
  const [tried, setTried] = useState(false);
  const act = useAct();
  const long = [...text.trim()].length > MOST;

  function submit(event: Event): void {
    event.preventDefault();
    setTried(true);
    if (!reason || long) return;
    void act.run(async () => {
      await report({ ...subject, reason, text: text.trim() });
      say(t.done);
      onClose();
    });
  }

  return (
    <Dialog title={t.title(name)} onClose={onClose}>
      <form class="form report" onSubmit={submit} noValidate>
        <p class="faint small">{t.hint}</p>
        {act.failure && <Complaint>{sentence(act.failure)}</Complaint>}
        <fieldset>
          <legend>{t.reason}</legend>
          {REASONS.map((one) => (
            <label key={one}>
              <input
                type="radio"
                name="reason"
                checked={reason === one}
                onChange={() => setReason(one)}
              />
              {t.reasons[one]}
            </label>
          ))}
          {tried && !reason && (
            <p class="error" role="alert">
              {t.choose}
            </p>
          )}
        </fieldset>
        <Area
          label={t.text}
          dir="auto"
          value={text}
          onValue={setText}
          error={long ? t.tooLong : undefined}
        />
        <div class="buttons">
          <button type="button" class="button" onClick={onClose}>
            {texts.value.cancel}
          </button>
          <Button type="submit" kind="main" busy={act.busy}>
            {t.submit}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
