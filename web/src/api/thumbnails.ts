/** Calls about the thumbnail of one's own video. */

import { failureFrom } from "~/api/failure";
import { send } from "~/api/http";
import { withToken } from "~/api/session";
import type { Frame } from "~/api/types";

const path = (hash: string) => `/v/${hash}/thumbnail`;

/** Frames that it may have as its thumbnail. */
export async function candidates(hash: string): Promise<Frame[]> {
  const { value } = await withToken((token) => send<Frame[]>(`/v/${hash}/thumbnails`, { token }));
  return value;
}

/** The picture of such a frame: an address of it in this page, until it is revoked. */
export function pictureOf(frame: Frame): Promise<string> {
  return withToken(async (token) => {
    const answer = await fetch(frame.url, { headers: { Authorization: `Bearer ${token}` } });
    if (!answer.ok) throw failureFrom(answer.status, null, "");
    return URL.createObjectURL(await answer.blob());
  });
}

export async function chooseFrame(
  hash: string,
  frame: { candidate: number } | { time: number },
): Promise<Frame> {
  const { value } = await withToken((token) =>
    send<Frame>(path(hash), { method: "PUT", body: frame, token }),
  );
  return value;
}

export async function sendThumbnail(hash: string, file: Blob): Promise<Frame> {
  const { value } = await withToken((token) =>
    send<Frame>(path(hash), { method: "POST", raw: file, token }),
  );
  return value;
}
