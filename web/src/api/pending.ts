/**
 * Which of one's videos are not public yet. The API lists public ones alone, and tells the owner
 * about any other by its hash: so this browser remembers the hashes that it announced.
 */

import type { Video } from "~/api/types";
import { isGone, showVideo } from "~/api/videos";
import { remembered } from "~/memory";

const place = (name: string) => `vireo.pending.${name.toLowerCase()}`;

function hashes(name: string): string[] {
  const found = remembered.read<string[]>(place(name), []);
  return Array.isArray(found) ? found.filter((one) => /^[A-Za-z0-9]{7}$/.test(one)) : [];
}

export function addPending(name: string, hash: string): void {
  remembered.keep(place(name), [hash, ...hashes(name).filter((one) => one !== hash)]);
}

export function removePending(name: string, hash: string): void {
  remembered.keep(
    place(name),
    hashes(name).filter((one) => one !== hash),
  );
}

/** Those that are still not public; the others are forgotten. */
export async function listPending(name: string): Promise<Video[]> {
  const looked = await Promise.all(
    hashes(name).map(async (hash): Promise<Video | null> => {
      try {
        return await showVideo(hash);
      } catch (failure) {
        if (!isGone(failure)) throw failure;
        removePending(name, hash);
        return null;
      }
    }),
  );
  const found = looked.filter((video) => video !== null);
  for (const video of found) {
    if (video.state === "ready") removePending(name, video.thumbnail);
  }
  return found.filter((video) => video.state && video.state !== "ready");
}
