/** Pictures that did not come because the line was away are asked for again when it is back. */

import { doubtLine, whenBack } from "~/api/connection";

export function startHealing(): void {
  const missing = new Set<HTMLImageElement>();
  addEventListener(
    "error",
    ({ target }) => {
      if (!(target instanceof HTMLImageElement)) return;
      missing.add(target);
      // It may be one that is gone for good, which a line that is there does not bring back.
      doubtLine();
    },
    true,
  );
  whenBack(() => {
    for (const image of missing) {
      const { src } = image;
      if (image.isConnected) image.src = src;
    }
    missing.clear();
  });
}
