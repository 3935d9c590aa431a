/** Who sees a video, where that is not everybody. */

import type { Video } from "~/api/types";
import { Icon } from "~/components/icon";
import { dateTime } from "~/locales/formats";
import { visibilityTexts } from "~/locales/visibility";
import "~/components/visibility.css";

const ICONS = { private: "lock", unlisted: "link", scheduled: "clock" } as const;

function said({ visibility, publish_at: at }: Video): string {
  const t = visibilityTexts.value;
  if (visibility === "private" || visibility === "unlisted") return t[visibility];
  // Only its owner is told when that is.
  return at ? t.publicOn(dateTime(at)) : t.scheduled;
}

export const isPublic = ({ visibility = "public" }: Video): boolean => visibility === "public";

/** Nothing where it is public. */
export function Visibility({ video }: { video: Video }) {
  const { visibility = "public" } = video;
  if (visibility === "public") return null;
  return (
    <span class="visibility">
      <Icon name={ICONS[visibility]} />
      {said(video)}
    </span>
  );
}
