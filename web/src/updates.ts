/**
 * After an update of Vireo the files that this page was made of may be gone: the new page is loaded,
 * once for each of them (where two gateways send different pages, it would never end). Where the
 * server still sends this page, or can't be reached, it is the line: whoever wanted the file asks
 * again when that is back, and what plays goes on.
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

/** Whether the server sends another page than this one: the first script's name has a digest. */
async function isReplaced(): Promise<boolean> {
  const first = document.querySelector("script[type=module]")?.getAttribute("src");
  const page = await fetch("/", { cache: "no-store" });
  return page.ok && !!first && !(await page.text()).includes(first);
}

async function renew(complaint: string): Promise<void> {
  const replaced = (await answers()) ? await isReplaced().catch(() => null) : null;
  if (replaced === null) doubtLine();
  else if (replaced && mark(complaint)) location.reload();
}

export function startUpdates(): void {
  // It names the file, whose name has a digest of its content.
  addEventListener("vite:preloadError", ({ payload }) => void renew(payload.message));
}
