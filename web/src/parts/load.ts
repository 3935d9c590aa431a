/** Something that a screen needs from the API, and how far it is. */

import { useCallback, useEffect, useState } from "preact/hooks";

export type Loaded<T> =
  | { state: "loading" }
  | { state: "ready"; value: T }
  | { state: "failed"; failure: unknown };

/** Load with `work` whenever one of `causes` changes; the second value loads it again. */
export function useLoad<T>(work: () => Promise<T>, causes: unknown[]): [Loaded<T>, () => void] {
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
  return [found, again];
}
