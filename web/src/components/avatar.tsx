/** A channel's picture, and its name as text that disturbs no neighbour. */

import { signal } from "@preact/signals";
import { files } from "~/api/videos";
import "~/components/avatar.css";

/** Raised when the signed-in person changes the picture, so that the new one is asked for. */
export const pictureRound = signal(0);

export function Avatar({ name, size = "small" }: { name: string; size?: "small" | "large" }) {
  const round = pictureRound.value;
  const address = round ? `${files.picture(name)}?${round}` : files.picture(name);
  return (
    <img
      class={`avatar ${size}`}
      src={address}
      alt=""
      width={size === "large" ? 96 : 36}
      height={size === "large" ? 96 : 36}
      loading="lazy"
      decoding="async"
    />
  );
}

/** Somebody else's words in one line. Right-to-left marks and the like end with it. */
export function Theirs({ text }: { text: string }) {
  return <bdi>{text}</bdi>;
}
