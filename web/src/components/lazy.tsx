/** A component whose code comes when it is first shown. */

import type { JSX } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import { doubtLine } from "~/api/connection";
import { offline } from "~/api/failure";
import { Failed } from "~/components/states";

/** A screen that is on its way: its place, so that nothing jumps when it comes. */
export function ScreenToBe() {
  return <div class="screen to-be" aria-busy="true" />;
}

type Shows<P> = (props: P) => JSX.Element | null;

/**
 * `Waiting` stands for it until it is there. Once it has come it is there at once, so that who goes
 * back to it finds it at the height where it was left.
 */
export function lazy<P extends object>(
  load: () => Promise<Shows<P>>,
  Waiting: Shows<P> = ScreenToBe,
): Shows<P> {
  let come: Shows<P> | null = null;
  return function Late(props: P) {
    const [, setRound] = useState(0);
    const [failed, setFailed] = useState(false);
    const begin = useCallback(() => {
      // It came between this one was drawn and now.
      if (come) return setRound((n) => n + 1);
      setFailed(false);
      load().then(
        (component) => {
          come = component;
          setRound((n) => n + 1);
        },
        () => {
          doubtLine();
          setFailed(true);
        },
      );
    }, []);
    useEffect(begin, [begin]);
    if (come) {
      const Come = come;
      return <Come {...props} />;
    }
    return failed ? <Failed first failure={offline()} again={begin} /> : <Waiting {...props} />;
  };
}
