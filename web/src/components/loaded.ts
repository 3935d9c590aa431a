/** Something that a screen needs from the API, and how far it is. */

import { useCallback, useEffect, useState } from "preact/hooks";

export type Loaded<T> =
  | { state: "loading" }
  | { state: "ready"; value: T }
  | { state: "failed"; failure: unknown };

type Use<T> = [found: Loaded<T>, again: () => void, put: (value: T) => void];

/**
 * Load with `work` whenever one of `causes` changes; `again` loads it once more, `put` is for a
 * value that came another way.
 */
export function useLoad<T>(work: () => Promise<T>, causes: unknown[]): Use<T> {
  const [found, setFound] = useState<Loaded<T>>({ state: "loading" });
  const [round, setRound] = useState(0);
  useEffect(() => {
    let wanted = true;
    setFound({ state: "loading" });
    work().then(
      (value) => wanted && setFound({ state: "ready", value }),
      (failure: unknown) => wanted && setFound({ state: "failed", failure }),
    );
    return () => {
      wanted = false;
    };
  }, [...causes, round]);
  const again = useCallback(() => setRound((n) => n + 1), []);
  const put = useCallback((value: T) => setFound({ state: "ready", value }), []);
  return [found, again, put];
}
