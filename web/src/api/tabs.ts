/**
 * Tabs of one browser share the refresh cookie. They take turns with it, and tell each other the
 * token that came of it. The token is in memory only: no storage that outlives the tab has it.
 */

import type { SignedIn } from "~/api/types";

interface News {
  token: string;
  /** In milliseconds, by this browser's clock. */
  until: number;
  /** Whose it is. What is stored may be seen later than this is heard. */
  name: string;
  /** Of a session that went on; otherwise somebody has signed in. */
  renewed: boolean;
}

const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("vireo") : null;

/** `news` of `null`: signed out. */
export function tell(news: News | null): void {
  channel?.postMessage(news);
}

export function onTold(hear: (news: News | null) => void): void {
  channel?.addEventListener("message", (event: MessageEvent<News | null>) => hear(event.data));
}

/** Do `work` while no other tab does. */
export async function inTurn(work: () => Promise<void>): Promise<void> {
  // Locks are for secure origins. Without them two tabs that refresh at the same moment are both
  // answered: the server takes a used refresh token for ten seconds more.
  if (navigator.locks) await navigator.locks.request("vireo-refresh", work);
  else await work();
}

export function newsOf(answer: SignedIn): Pick<News, "token" | "until"> {
  return { token: answer.vtoken, until: Date.now() + answer.expires_in * 1000 };
}
