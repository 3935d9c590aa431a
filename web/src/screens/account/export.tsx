/** A copy of all that Vireo keeps of a person. */

import { useEffect, useRef, useState } from "preact/hooks";
import { exportMe } from "~/api/accounts";
import { useAct } from "~/components/action";
import { Button } from "~/components/button";
import { sentence } from "~/components/failure-text";
import { Complaint } from "~/components/states";
import { say } from "~/components/toast";
import { texts } from "~/locales";
import { Section } from "~/screens/account/section";

const LOOK_MS = 2000;

function download(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // The browser has taken it over by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

export function ExportSection({ name }: { name: string }) {
  const t = texts.value.account;
  const [working, setWorking] = useState(false);
  const here = useRef(true);
  const act = useAct();
  useEffect(
    () => () => {
      here.current = false;
    },
    [],
  );
  async function fetchCopy(): Promise<void> {
    setWorking(true);
    try {
      let file = await exportMe();
      while (!file && here.current) {
        await new Promise((done) => setTimeout(done, LOOK_MS));
        file = await exportMe();
      }
      if (!file || !here.current) return;
      download(file, `vireo-${name}.zip`);
      say(t.exportDone);
    } finally {
      setWorking(false);
    }
  }
  return (
    <Section title={t.export}>
      <p class="faint">{t.exportHint}</p>
      {act.failure && <Complaint>{sentence(act.failure)}</Complaint>}
      <Button busy={act.busy} onClick={() => void act.run(fetchCopy)}>
        {working ? t.exportWorking : t.exportStart}
      </Button>
    </Section>
  );
}
