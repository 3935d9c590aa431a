/** What plays streams comes when somebody is about to open a video that has one. */

import { files } from "~/api/videos";

const SIGNS = ["pointerover", "pointerdown", "focusin"] as const;

function look({ target }: Event): void {
  const link = target instanceof Element ? target.closest("a") : null;
  const [, hash] = /^\/watch\/(\w{7})/.exec(link?.pathname ?? "") ?? [];
  if (!hash || !files.stream(hash)) return;
  for (const sign of SIGNS) removeEventListener(sign, look);
  // Where it does not come, the player tells when it is needed.
  import("~/player/stream").catch(() => undefined);
}

export function startWarming(): void {
  for (const sign of SIGNS) addEventListener(sign, look, { passive: true });
}
