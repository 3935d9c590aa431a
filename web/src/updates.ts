/**
 * After an update of Vireo the files that this page was made of may be gone: the new page is loaded,
 * once for each of them. Where one can't be had after that either, it is not the update. Nor is it
 * where the server can't be reached: to load the page anew would leave one with the browser's page of
 * errors.
 */

import { answers, doubtLine } from "~/api/connection";

const RELOADED = "vireo.reloaded";
const MOST = 50;

/** Note which file was missing, by what the browser says of it; whether that is new. */
function mark(complaint: string): boolean {
  try {
    const known: unknown = JSON.parse(sessionStorage.getItem(RELOADED) ?? "[]");
    const before = Array.isArray(known) ? known : [];
    if (before.includes(complaint)) return false;
    sessionStorage.setItem(RELOADED, JSON.stringify([...before, complaint].slice(-MOST)));
    return true;
  } catch {
    // Without storage nothing would stop it from loading over and over.
    return false;
  }
}

async function renew(complaint: string): Promise<void> {
  if (!(await answers())) doubtLine();
  else if (mark(complaint)) location.reload();
}

export function startUpdates(): void {
  // It names the file, whose name has a digest of its content.
  addEventListener("vite:preloadError", ({ payload }) => void renew(payload.message));
}
