/** Calls about the captions of one's own videos. */

import { send } from "~/api/http";
import { withToken } from "~/api/session";
import type { Captions } from "~/api/types";

const path = (hash: string, language: string) =>
  `/v/${hash}/captions/${encodeURIComponent(language)}`;

/** Set captions in a language: a WebVTT or SRT. */
export async function setCaptions(hash: string, language: string, file: Blob): Promise<Captions> {
  const { value } = await withToken((token) =>
    send<Captions>(path(hash, language), { method: "PUT", raw: file, token }),
  );
  return value;
}

export async function removeCaptions(hash: string, language: string): Promise<void> {
  await withToken((token) => send(path(hash, language), { method: "DELETE", token }));
}
