/** Calls about videos and channels. */

import { Failure } from "~/api/failure";
import { type Answer, send } from "~/api/http";
import { account, withToken } from "~/api/session";
import type { Video } from "~/api/types";

export const PAGE = 24;

/** A query as a part of a path; `..` alone would lead out of it, also where it is written as %2E. */
function segment(query: string): string {
  return /^\.{1,2}$/.test(query) ? `${query}%20` : encodeURIComponent(query);
}

/** Addresses of lists; each gives pages. */
export const lists = {
  newest: () => `/videos/all?limit=${PAGE}`,
  channel: (name: string, limit = PAGE) =>
    `/videos/channel/${encodeURIComponent(name)}?limit=${limit}`,
  found: (query: string, type: "all" | "channel") =>
    `/search/${type}/${segment(query)}?limit=${PAGE}`,
};

export const files = {
  video: (hash: string) => `/video/d/${hash}`,
  thumbnail: (hash: string) => `/thumbnails/${hash}`,
  picture: (name: string) => `/channel/picture/${encodeURIComponent(name)}`,
};

export function list(address: string, signal?: AbortSignal): Promise<Answer<Video[]>> {
  return send<Video[]>(address, { signal });
}

/** A video; its owner sees it before it is ready, and in which state it is. */
export async function showVideo(hash: string): Promise<Video> {
  const path = `/v/${hash}`;
  if (!account.peek()) return (await send<Video>(path)).value;
  return (await withToken((token) => send<Video>(path, { token }))).value;
}

export async function deleteVideo(hash: string): Promise<void> {
  await withToken((token) => send(`/v/${hash}`, { method: "DELETE", token }));
}

export async function announce(title: string, description: string, key: string): Promise<string> {
  const body = { title, description };
  const { value } = await withToken((token) =>
    send<string>("/upload", { method: "POST", body, token, key }),
  );
  return value;
}

/** A channel by its very name; `null` where there is none. */
export async function findChannel(name: string): Promise<Video | null> {
  const { value } = await send<Video[]>(`/search/channel/${encodeURIComponent(name)}?limit=1`);
  const first = value[0];
  return first?.channel.toLowerCase() === name.toLowerCase() ? first : null;
}

export const isGone = (failure: unknown): boolean =>
  failure instanceof Failure && ["not_found", "no_video_file"].includes(failure.code);
