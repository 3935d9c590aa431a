/**
 * After an update of Vireo the files that this page was made of may be gone: the new page is loaded,
 * once. Where a file can't be had after that either, it is not the update. Nor is it where the server
 * can't be reached: to load the page anew would leave one with the browser's page of errors.
 */

import { answers, doubtLine } from "~/api/connection";

const RELOADED = "vireo.reloaded";

function mark(): boolean {
  try {
    if (sessionStorage.getItem(RELOADED)) return false;
    sessionStorage.setItem(RELOADED, "yes");
    return true;
  } catch {
    // Without storage nothing would stop it from loading over and over.
    return false;
  }
}

async function renew(): Promise<void> {
  if (!(await answers())) doubtLine();
  else if (mark()) location.reload();
}

export function startUpdates(): void {
  addEventListener("vite:preloadError", () => void renew());
}

/** A file that is loaded late has come: the next update may load the page anew again. */
export function cameLate(): void {
  try {
    sessionStorage.removeItem(RELOADED);
  } catch {
    // Without storage there is no mark.
  }
}
