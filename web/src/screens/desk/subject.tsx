/** What was reported or decided about: a video, a comment or a channel, as it is now. */

import type { Case, Decision } from "~/api/types";
import { files } from "~/api/videos";
import { Avatar, Theirs } from "~/components/avatar";
import { Icon } from "~/components/icon";
import { desk } from "~/locales/desk";
import { to } from "~/routes";

type About = Pick<Case | Decision, "type" | "video" | "channel" | "title" | "text" | "shown">;

function Picture({ of }: { of: About }) {
  if (of.type === "channel" && of.channel) return <Avatar name={of.channel} size="large" />;
  return (
    <span class="thumbnail none">
      {of.type === "comment" || !of.video || of.shown === "gone" ? (
        <Icon name={of.type === "comment" ? "comment" : "film"} />
      ) : (
        <img src={files.poster(of.video)} alt="" loading="lazy" decoding="async" />
      )}
    </span>
  );
}

export function Subject({ of }: { of: About }) {
  const t = desk.value;
  const address = of.video ? to.watch(of.video) : of.channel ? to.channel(of.channel) : null;
  const name = of.type === "channel" ? of.channel : of.title;
  return (
    <div class="subject">
      <Picture of={of} />
      <div class="words">
        <p class="small faint">
          {t.types[of.type]}
          {of.shown !== "shown" && <span class="chip failed">{t.shown[of.shown]}</span>}
        </p>
        {name && (
          <p class="subject-name" dir="auto">
            {address ? <a href={address}>{name}</a> : name}
          </p>
        )}
        {of.text !== null && (
          <blockquote class="quote" dir="auto">
            {of.text}
          </blockquote>
        )}
        {of.type !== "channel" && of.channel && (
          <p class="small faint">
            <a class="quiet" href={to.channel(of.channel)}>
              <Theirs text={of.channel} />
            </a>
          </p>
        )}
      </div>
    </div>
  );
}
