/** Time that runs down, second by second. */

import { useEffect, useState } from "preact/hooks";

/** Seconds until `until` (milliseconds, this browser's clock); 0 when it is over. */
export function useSecondsLeft(until: number): number {
  const left = () => Math.max(0, Math.ceil((until - Date.now()) / 1000));
  const [seconds, setSeconds] = useState(left);
  useEffect(() => {
    setSeconds(left());
    const timer = setInterval(() => setSeconds(left()), 500);
    return () => clearInterval(timer);
  }, [until]);
  return seconds;
}
