/** Calls about videos and channels. */

import { Failure } from "~/api/failure";
import { type Answer, send } from "~/api/http";
import { account, withToken } from "~/api/session";
import type { Video, VideoChange, VideoTexts } from "~/api/types";

export const PAGE = 24;
// More the API does not give at once.
const MOST_OF_A_PAGE = 100;

/** A query as a part of a path; `..` alone would lead out of it, also where it is written as %2E. */
export function segment(query: string): string {
  return /^\.{1,2}$/.test(query) ? `${query}%20` : encodeURIComponent(query);
}

/** Addresses of lists; each gives pages. */
export const lists = {
  newest: () => `/videos/all?limit=${PAGE}`,
  channel: (name: string, limit = PAGE) =>
    `/videos/channel/${encodeURIComponent(name)}?limit=${limit}`,
  mine: (limit = PAGE) => `/me/videos?limit=${limit}`,
  found: (query: string, type: "all" | "channel") =>
    `/search/${type}/${segment(query)}?limit=${PAGE}`,
};

type Thumbnail = Pick<Video, "thumbnail"> & Partial<Pick<Video, "thumbnail_version" | "files">>;

/** Those that the API has. */
const WIDTHS = [320, 640, 1280] as const;

/** Versions of thumbnails, and streams, that lists have told in this visit. */
const versions = new Map<string, string>();
const streams = new Map<string, string>();

/** What stands before all addresses of a video: its grant, where it is not open to everybody. */
function base({ files }: Thumbnail): string {
  return files?.video.split("/video/d/", 1)[0] ?? "";
}

function pictured(video: Thumbnail, width?: number): string {
  const query = new URLSearchParams();
  if (width) query.set("w", `${width}`);
  if (video.thumbnail_version) query.set("v", video.thumbnail_version);
  const address = `${base(video)}/thumbnails/${video.thumbnail}`;
  return query.size ? `${address}?${query}` : address;
}

/** Whether the addresses of its files carry a grant. */
export const isGranted = (video: Video): boolean => base(video) !== "";

/** Whether its files are sent only to who has a grant, and this answer has none. */
export function isClosed({ visibility, moderation, files }: Video): boolean {
  const open = visibility !== "private" && visibility !== "scheduled" && !moderation;
  return !open && !files?.video;
}

export const files = {
  video: (hash: string) => `/video/d/${hash}`,
  /** The same of a video of which more than its address is known. */
  film: (video: Video) => video.files?.video || files.video(video.thumbnail),
  thumbnail: (video: Thumbnail) => pictured(video),
  /** The same in a width. */
  sized: (video: Thumbnail, width: (typeof WIDTHS)[number]) => pictured(video, width),
  /** For `srcset`: of what a browser chooses from. */
  sizes: (video: Thumbnail) =>
    WIDTHS.map((width) => `${files.sized(video, width)} ${width}w`).join(", "),
  /** What an answer names without a grant. */
  within: (video: Video, address: string) => base(video) + address,
  preview: (video: Thumbnail) => `${base(video)}/previews/${video.thumbnail}`,
  /** Of a video that is known by its address alone: with the version that a list has told. */
  poster: (hash: string) =>
    files.thumbnail({ thumbnail: hash, thumbnail_version: versions.get(hash) ?? null }),
  /** The stream of a video that is known by its address alone; `null` where no list has told one. */
  stream: (hash: string): string | null => streams.get(hash) ?? null,
  picture: (name: string) => `/channel/picture/${encodeURIComponent(name)}`,
};

/** Keep what is good for as long as the page is open, which a grant is not: it ends. */
export function noteFiles(video: Video): void {
  const { thumbnail: hash, thumbnail_version: version, stream } = video;
  if (isGranted(video) || isClosed(video)) {
    versions.delete(hash);
    streams.delete(hash);
    return;
  }
  if (version) versions.set(hash, version);
  // One that has none yet may have one when it is watched.
  if (stream) streams.set(hash, stream);
}

function note<T extends Answer<Video[]>>(answer: T): T {
  for (const row of answer.value) if (row.type === "video") noteFiles(row);
  return answer;
}

export async function list(address: string, signal?: AbortSignal): Promise<Answer<Video[]>> {
  return note(await send<Video[]>(address, { signal }));
}

/** A list that is for who is signed in. */
export function listOwn(address: string): Promise<Answer<Video[]>> {
  return withToken(async (token) => note(await send<Video[]>(address, { token })));
}

/** The first `count` of one's own videos; fewer where there are no more. */
export async function firstOfMine(count: number): Promise<Video[]> {
  const rows: Video[] = [];
  let next: string | null = lists.mine(Math.min(count, MOST_OF_A_PAGE));
  while (next && rows.length < count) {
    const page: Answer<Video[]> = await listOwn(next);
    rows.push(...page.value);
    next = page.next;
  }
  return rows;
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

export async function editVideo(hash: string, body: VideoChange): Promise<Video> {
  const { value } = await withToken((token) =>
    send<Video>(`/v/${hash}`, { method: "PATCH", body, token }),
  );
  noteFiles(value);
  return value;
}

export async function announce(body: VideoTexts, key: string): Promise<string> {
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
