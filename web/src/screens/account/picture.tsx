/** The channel's picture. */

import { useRef } from "preact/hooks";
import { removePicture, setPicture } from "~/api/accounts";
import type { Failure } from "~/api/failure";
import { useAct } from "~/components/action";
import { Avatar, pictureRound } from "~/components/avatar";
import { Button } from "~/components/button";
import { sentence } from "~/components/failure-text";
import { Complaint } from "~/components/states";
import { say } from "~/components/toast";
import { texts } from "~/locales";
import { Section } from "~/screens/account/section";

function explained(failure: Failure): string {
  const t = texts.value.account;
  if (failure.status === 413) return t.pictureLarge;
  return failure.status === 415 ? t.pictureBad : sentence(failure);
}

export function PictureSection({ name }: { name: string }) {
  const t = texts.value;
  const input = useRef<HTMLInputElement>(null);
  const act = useAct();
  const change = (work: () => Promise<unknown>) =>
    void act.run(async () => {
      await work();
      pictureRound.value = Date.now();
      say(t.saved);
    });
  return (
    <Section title={t.account.picture}>
      <div class="with-picture">
        <Avatar name={name} size="large" />
        <div class="line-of-buttons">
          <Button busy={act.busy} onClick={() => input.current?.click()}>
            {t.account.choosePicture}
          </Button>
          <Button busy={act.busy} onClick={() => change(removePicture)}>
            {t.account.removePicture}
          </Button>
        </div>
      </div>
      <p class="faint small">{t.account.pictureHint}</p>
      {act.failure && <Complaint>{explained(act.failure)}</Complaint>}
      <input
        ref={input}
        type="file"
        hidden
        accept="image/png,image/jpeg,image/webp"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = "";
          if (file) change(() => setPicture(file));
        }}
      />
    </Section>
  );
}
