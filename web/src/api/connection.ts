/**
 * Whether the server can be reached: by what the browser says, and by a look where a request had no
 * answer. What failed meanwhile is asked for again when the line is back.
 */

import { signal } from "@preact/signals";
import { Failure } from "~/api/failure";

export const online = signal(navigator.onLine);
/** Raised each time that the line is back. */
const returns = signal(0);

const LOOK_MS = 3000;
const PATIENCE_MS = 5000;
// A network that has just come is not always there at once.
const SETTLE_MS = 1000;

let looking = false;
let wake = () => {};

/** Whether the server answers right now. */
export async function answers(): Promise<boolean> {
  try {
    const limit = AbortSignal.timeout(PATIENCE_MS);
    return (await fetch("/healthz", { cache: "no-store", signal: limit })).ok;
  } catch {
    return false;
  }
}

/** Wait, or until the browser says that there is a network again. */
const wait = (ms: number) =>
  new Promise<void>((done) => {
    wake = () => setTimeout(done, SETTLE_MS);
    setTimeout(done, ms);
  });

async function look(): Promise<void> {
  let lost = !online.peek();
  while (!(await answers())) {
    lost = true;
    online.value = false;
    await wait(LOOK_MS);
  }
  lost ||= !online.peek();
  online.value = true;
  if (lost) returns.value += 1;
}

/**
 * A request had no answer: look whether it is the line, and if so, until it is back. `lost`: that
 * was seen already, so that it is told when it is back, also if that is at once.
 */
export function doubtLine(lost = false): void {
  if (lost) online.value = false;
  if (looking) return;
  looking = true;
  void look().finally(() => {
    looking = false;
  });
}

/** Do `work` each time that the line is back; gives a function that ends it. */
export function whenBack(work: () => void): () => void {
  const known = returns.peek();
  return returns.subscribe((now) => {
    if (now !== known) work();
  });
}

export const isOffline = (failure: unknown): boolean =>
  failure instanceof Failure && failure.code === "offline";

addEventListener("offline", () => {
  online.value = false;
  doubtLine();
});
addEventListener("online", () => {
  online.value = true;
  wake();
});
