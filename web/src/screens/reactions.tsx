/** What one thinks of a video, and what others do. */

import { react } from "~/api/people";
import type { Reaction, Video } from "~/api/types";
import { Icon } from "~/components/icon";
import { useOptimistic } from "~/components/optimistic";
import { signedIn } from "~/components/sign-in-first";
import { texts } from "~/locales";
import { count } from "~/locales/formats";
import "~/screens/reactions.css";

/** The counts after somebody has changed their mind. */
function changed({ reaction: before, likes, dislikes }: Reaction, now: Reaction["reaction"]) {
  const by = (kind: Reaction["reaction"]) => Number(now === kind) - Number(before === kind);
  return { reaction: now, likes: likes + by("like"), dislikes: dislikes + by("dislike") };
}

interface ReactionsProps {
  video: Video;
  onKnown: (part: Partial<Video>) => void;
}

export function Reactions({ video, onKnown }: ReactionsProps) {
  const t = texts.value.reactions;
  const { my_reaction: reaction = "none", likes = 0, dislikes = 0 } = video;
  const [shown, want] = useOptimistic<Reaction>(
    { reaction, likes, dislikes },
    (wanted) => react(video.thumbnail, wanted.reaction),
    ({ reaction: my_reaction, ...counts }) => onKnown({ my_reaction, ...counts }),
  );
  async function press(kind: "like" | "dislike"): Promise<void> {
    if (await signedIn()) want(changed(shown, shown.reaction === kind ? "none" : kind));
  }
  const counts = { like: shown.likes, dislike: shown.dislikes };
  return (
    <fieldset class="reactions">
      <legend class="unseen">{t.label}</legend>
      {(["like", "dislike"] as const).map((kind) => (
        <button
          key={kind}
          type="button"
          class="button"
          aria-pressed={shown.reaction === kind}
          title={t[kind]}
          onClick={() => void press(kind)}
        >
          <Icon name={kind} />
          <span class="unseen">{t[kind]} – </span>
          {count(counts[kind])}
        </button>
      ))}
    </fieldset>
  );
}
