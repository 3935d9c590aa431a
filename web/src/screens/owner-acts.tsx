/** What an owner can do with a video where it is watched: other words for it, deleting it. */

import { useState } from "preact/hooks";
import { account, isSame } from "~/api/session";
import type { Video } from "~/api/types";
import { Icon } from "~/components/icon";
import { lazy } from "~/components/lazy";
import { texts } from "~/locales";
import { go } from "~/router";
import { Remove } from "~/screens/remove";

const Edit = lazy(
  async () => (await import("~/screens/edit")).Edit,
  () => null,
);

interface OwnerActsProps {
  video: Video;
  onChanged: (video: Video) => void;
}

export function OwnerActs({ video, onChanged }: OwnerActsProps) {
  const t = texts.value.studio;
  const [asked, setAsked] = useState<"edit" | "remove" | null>(null);
  if (!account.value || !isSame(account.value, video.channel)) return null;
  const close = () => setAsked(null);
  return (
    <>
      <button type="button" class="button" onClick={() => setAsked("edit")}>
        <Icon name="edit" />
        <span class="word">{t.edit}</span>
      </button>
      <button type="button" class="button" onClick={() => setAsked("remove")}>
        <Icon name="trash" />
        <span class="word">{t.remove}</span>
      </button>
      {asked === "edit" && <Edit video={video} onClose={close} onSaved={onChanged} />}
      {asked === "remove" && (
        <Remove
          video={video}
          onClose={close}
          // Nobody comes back to what is gone.
          onRemoved={() => go("/studio", { replace: true })}
        />
      )}
    </>
  );
}
