/** How far the making of one's own video is, and beginning anew what has failed. */

import { Failure } from "~/api/failure";
import { live, news } from "~/api/heard";
import { send } from "~/api/http";
import { withToken } from "~/api/session";
import type { Processing } from "~/api/types";

const LOOK_MS = 2000;
const LOOK_SLOWLY_MS = 10_000;
const QUICK_LOOKS = 30;

async function showProcessing(hash: string): Promise<Processing> {
  const path = `/v/${hash}/processing`;
  return (await withToken((token) => send<Processing>(path, { token }))).value;
}

/** Begin anew what has failed; whether anything had. */
export async function retryProcessing(hash: string): Promise<boolean> {
  const path = `/v/${hash}/processing/retry`;
  try {
    await withToken((token) => send(path, { method: "POST", token }));
  } catch (failure) {
    // It goes on already: another tab was quicker.
    if (!(failure instanceof Failure && failure.status === 409)) throw failure;
    return false;
  }
  return true;
}

/** Whether it will soon be further by itself. */
export const isMoving = ({ state }: Processing): boolean =>
  state === "waiting" || state === "processing";

/** How far it is now; `null` where no answer came for a moment. */
export async function lookAt(hash: string): Promise<Processing | null> {
  try {
    return await showProcessing(hash);
  } catch (failure) {
    const passing = failure instanceof Failure && (failure.status === 0 || failure.status >= 500);
    if (!passing) throw failure;
    return null;
  }
}

/**
 * Until when it is worth to look again, in ms; `null` where there will be news. The stream tells of
 * states; how many percent there are, and how many are in front, has to be asked for.
 */
export function pauseBehind(now: Processing | null, looks: number): number | null {
  if (now && !isMoving(now)) return live.peek() ? null : LOOK_SLOWLY_MS;
  const waits = now?.state === "waiting" && live.peek();
  return waits || looks > QUICK_LOOKS ? LOOK_SLOWLY_MS : LOOK_MS;
}

/** Tell how far it is, from now on until it is done or `ended`. */
export async function followProcessing(
  hash: string,
  tell: (now: Processing) => void,
  ended: AbortSignal,
): Promise<void> {
  for (let looks = 0; !ended.aborted; looks++) {
    const now = document.hidden && looks ? null : await lookAt(hash);
    if (ended.aborted) return;
    if (now) tell(now);
    if (now?.state === "ready") return;
    await news(hash, pauseBehind(now, looks), ended);
  }
}
