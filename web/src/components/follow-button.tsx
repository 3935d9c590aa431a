/** Following a channel, and the bell that says whether one is told of its new videos. */

import { follow, unfollow } from "~/api/people";
import { account, isSame } from "~/api/session";
import type { Channel } from "~/api/types";
import { Icon } from "~/components/icon";
import { useOptimistic } from "~/components/optimistic";
import { signedIn } from "~/components/sign-in-first";
import { texts } from "~/locales";
import "~/components/follow-button.css";

/** A channel, or what is known of it. */
export type Followed = Pick<Channel, "channel" | "subscribed" | "notify"> &
  Partial<Pick<Channel, "subscribers">>;

export interface Following<T extends Followed> {
  /** The channel as it will be; its number of followers is right too. */
  channel: T;
  set: (subscribed: boolean, notify?: "all" | "none") => void;
}

/** `onKnown` is told what the server says of the channel after a change. */
export function useFollow<T extends Followed>(known: T, onKnown: (now: T) => void): Following<T> {
  async function send(wanted: T): Promise<T> {
    const { channel: name, subscribed, notify } = wanted;
    const now = subscribed ? await follow(name, notify ?? "all") : await unfollow(name);
    const { subscribers } = now;
    return { ...wanted, subscribed: now.subscribed, notify: now.notify, subscribers };
  }
  const [channel, want] = useOptimistic(known, send, onKnown);
  function set(subscribed: boolean, notify: "all" | "none" = "all"): void {
    const more = Number(subscribed) - Number(channel.subscribed ?? false);
    const subscribers =
      channel.subscribers === undefined ? {} : { subscribers: channel.subscribers + more };
    want({ ...channel, subscribed, notify: subscribed ? notify : "none", ...subscribers });
  }
  return { channel, set };
}

export function FollowButton<T extends Followed>({ following }: { following: Following<T> }) {
  const t = texts.value.follow;
  const { channel, set } = following;
  const name = channel.channel;
  if (account.value && isSame(account.value, name)) return null;
  const told = channel.notify !== "none";
  async function begin(): Promise<void> {
    if (await signedIn()) set(true);
  }
  if (!channel.subscribed) {
    return (
      <button type="button" class="button main follow" onClick={() => void begin()}>
        {t.follow}
        <span class="unseen"> {name}</span>
      </button>
    );
  }
  return (
    <span class="follow-pair">
      <button type="button" class="button follow" title={t.stop} onClick={() => set(false)}>
        <Icon name="check" />
        <span class="word">{t.following}</span>
        <span class="unseen"> – {t.stopOf(name)}</span>
      </button>
      <button
        type="button"
        class="button bell"
        aria-pressed={told}
        aria-label={t.bellOf(name)}
        title={told ? t.told : t.notTold}
        onClick={() => set(true, told ? "none" : "all")}
      >
        <Icon name={told ? "bell" : "quiet"} />
      </button>
    </span>
  );
}
