/** What people do with videos and with each other: views, reactions, comments, following, blocks. */

import { Failure } from "~/api/failure";
import { type Answer, type Ask, send } from "~/api/http";
import { account, quietly, tokenAtHand, withToken } from "~/api/session";
import type {
  Channel,
  ChannelChange,
  Comment,
  CommentSort,
  MyReaction,
  Position,
  Reaction,
  ReportBody,
  Video,
} from "~/api/types";

/** As many comments at once. */
const COMMENTS = 20;
const REPLIES = 10;
// All that an API that pages by a hundred is asked for before something is shown.
const MOST_PAGES = 10;

const part = encodeURIComponent;

async function own<T>(path: string, ask: Ask = {}): Promise<T> {
  const { value } = await withToken<Answer<T>>((token) => send<T>(path, { ...ask, token }));
  return value;
}

/** What everybody may see, and who is signed in sees as themselves. */
function seen<T>(path: string): Promise<Answer<T>> {
  return account.peek() ? withToken((token) => send<T>(path, { token })) : send<T>(path);
}

// Views.

const positionOf = (hash: string) => `/v/${hash}/position`;

/** Say where the player stands (docs/views.md). Nobody is asked to sign in for it. */
export async function notePosition(hash: string, body: Position): Promise<void> {
  await quietly((token) =>
    send(positionOf(hash), { method: "PUT", body, ...(token && { token }), keepalive: true }),
  );
}

/**
 * The same for who leaves the page in this moment: at once, or never. Without the token that is
 * needed it is left out, for the view would be another one's.
 */
export async function notePositionLeaving(hash: string, body: Position): Promise<void> {
  const token = tokenAtHand();
  if (account.peek() && !token) return;
  await send(positionOf(hash), {
    method: "PUT",
    body,
    ...(account.peek() && token && { token }),
    keepalive: true,
  });
}

// Reactions.

export const react = (hash: string, reaction: MyReaction) =>
  own<Reaction>(`/v/${hash}/reaction`, { method: "PUT", body: { reaction } });

// Comments.

/** Addresses of lists of comments; each gives pages. */
export const commentLists = {
  ofVideo: (hash: string, sort: CommentSort) =>
    `/v/${hash}/comments?sort=${sort}&limit=${COMMENTS}`,
  replies: (id: number) => `/comments/${id}/replies?limit=${REPLIES}`,
};

export const listComments = (address: string) => seen<Comment[]>(address);

/** `key`: the same one for the same words, so that they stand there once. */
export const postComment = (hash: string, text: string, replyTo: number | null, key: string) =>
  own<Comment>(`/v/${hash}/comments`, {
    method: "POST",
    body: { text, ...(replyTo !== null && { reply_to: replyTo }) },
    key,
  });

export const editComment = (id: number, text: string) =>
  own<Comment>(`/comments/${id}`, { method: "PATCH", body: { text } });
export const deleteComment = (id: number) => own<"">(`/comments/${id}`, { method: "DELETE" });
export const likeComment = (id: number, like: boolean) =>
  own<Comment>(`/comments/${id}/like`, { method: "PUT", body: { like } });
export const pinComment = (id: number, pin: boolean) =>
  own<Comment>(`/comments/${id}/pin`, { method: "PUT", body: { pin } });
export const approveComment = (id: number) =>
  own<Comment>(`/comments/${id}/approve`, { method: "POST" });

// Channels.

/** A channel by its name; `null` where there is none. */
export async function showChannel(name: string): Promise<Channel | null> {
  try {
    return (await seen<Channel>(`/channel/${part(name)}`)).value;
  } catch (failure) {
    if (failure instanceof Failure && failure.code === "not_found") return null;
    throw failure;
  }
}

export const changeChannel = (change: ChannelChange) =>
  own<Channel>("/channel", { method: "PATCH", body: change });

/** Follow a channel, or change what one is told of it. */
export const follow = (name: string, notify?: "all" | "none") =>
  own<Channel>(`/channel/${part(name)}/subscription`, {
    method: "PUT",
    body: notify ? { notify } : {},
  });
export const unfollow = (name: string) =>
  own<Channel>(`/channel/${part(name)}/subscription`, { method: "DELETE" });

export const block = (name: string) =>
  own<"">(`/channel/${part(name)}/block`, { method: "PUT", body: {} });
export const unblock = (name: string) =>
  own<"">(`/channel/${part(name)}/block`, { method: "DELETE" });

/** Whether one blocks a channel: the API has a list of them alone. */
export async function isBlocked(name: string): Promise<boolean> {
  let next: string | null = "/me/blocks?limit=100";
  for (let page = 0; next && page < MOST_PAGES; page++) {
    const found: Answer<Video[]> = await seen<Video[]>(next);
    if (found.value.some((row) => row.channel.toLowerCase() === name.toLowerCase())) return true;
    next = found.next;
  }
  return false;
}

// Reports.

export const report = (body: ReportBody) => own<"">("/reports", { method: "POST", body });
