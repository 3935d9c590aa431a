/** Something that a person does: a form that is sent, a button that is pressed. */

import { useState } from "preact/hooks";
import { Failure, SignedOut } from "~/api/failure";

export interface Act {
  busy: boolean;
  failure: Failure | null;
  /** Do `work`, unless the last one still goes on; failures of the API are kept in `failure`. */
  run: (work: () => Promise<void>) => Promise<void>;
  clear: () => void;
}

export function useAct(): Act {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  async function run(work: () => Promise<void>): Promise<void> {
    if (busy) return;
    setBusy(true);
    setFailure(null);
    try {
      await work();
    } catch (cause) {
      if (cause instanceof Failure) setFailure(cause);
      // Who is signed out is shown the way to sign in by the screen itself.
      else if (!(cause instanceof SignedOut)) throw cause;
    } finally {
      setBusy(false);
    }
  }
  return { busy, failure, run, clear: () => setFailure(null) };
}
