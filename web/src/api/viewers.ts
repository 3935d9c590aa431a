/** Calls about who may see one's own video while it is private. */

import { send } from "~/api/http";
import { withToken } from "~/api/session";
import type { Video } from "~/api/types";
import { segment } from "~/api/videos";

/** As many as the API takes for a video, which is a page of them. */
const MOST_VIEWERS = 100;

const path = (hash: string, name: string) => `/v/${hash}/viewers/${segment(name)}`;

/** Their names, in the order of names. */
export async function listViewers(hash: string): Promise<string[]> {
  const address = `/v/${hash}/viewers?limit=${MOST_VIEWERS}`;
  const { value } = await withToken((token) => send<Video[]>(address, { token }));
  return value.map(({ channel }) => channel);
}

export async function addViewer(hash: string, name: string): Promise<void> {
  await withToken((token) => send(path(hash, name), { method: "PUT", token }));
}

export async function removeViewer(hash: string, name: string): Promise<void> {
  await withToken((token) => send(path(hash, name), { method: "DELETE", token }));
}
