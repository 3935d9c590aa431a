/** What is shown before the server has said so, and put back where it failed. */

import { useRef, useState } from "preact/hooks";
import { Failure, SignedOut } from "~/api/failure";
import { sentence } from "~/components/failure-text";
import { say } from "~/components/toast";

type Use<T> = [shown: T, want: (wanted: T) => void];

/**
 * `want` shows a value at once and sends it. One request at a time: whoever changes their mind
 * meanwhile has the last of it sent next, and those between not at all. `onKnown` is told what the
 * server made of it.
 */
export function useOptimistic<T extends object>(
  known: T,
  send: (wanted: T) => Promise<T>,
  onKnown: (now: T) => void,
): Use<T> {
  const [ahead, setAhead] = useState<T | null>(null);
  const last = useRef<T | null>(null);
  const busy = useRef(false);

  async function sendAll(): Promise<void> {
    for (let now = last.current; now; ) {
      const made = await send(now);
      if (last.current === now) {
        last.current = null;
        onKnown(made);
      }
      now = last.current;
    }
  }

  async function want(wanted: T): Promise<void> {
    last.current = wanted;
    setAhead(wanted);
    if (busy.current) return;
    busy.current = true;
    try {
      await sendAll();
    } catch (cause) {
      last.current = null;
      if (cause instanceof Failure) say(sentence(cause));
      else if (!(cause instanceof SignedOut)) throw cause;
    } finally {
      busy.current = false;
      setAhead(null);
    }
  }

  return [ahead ?? known, (wanted) => void want(wanted)];
}
