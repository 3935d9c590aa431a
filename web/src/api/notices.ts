/** Calls about notices. */

import { type Answer, type Ask, send } from "~/api/http";
import { withToken } from "~/api/session";
import type { Notice, NoticeChange, NoticeSettings } from "~/api/types";

const SETTINGS = "/notifications/settings";

async function own<T>(path: string, ask: Ask = {}): Promise<T> {
  const { value } = await withToken<Answer<T>>((token) => send<T>(path, { ...ask, token }));
  return value;
}

export const noticesAt = (limit: number) => `/notifications?limit=${limit}`;

export const listNotices = (address: string): Promise<Answer<Notice[]>> =>
  withToken((token) => send<Notice[]>(address, { token }));

/** Mark one and all older ones as read. */
export const readUpTo = (id: number) =>
  own<"">("/notifications/read", { method: "POST", body: { up_to: id } });

export const showNoticeSettings = () => own<NoticeSettings>(SETTINGS);
export const changeNoticeSettings = (body: NoticeChange) =>
  own<NoticeSettings>(SETTINGS, { method: "PUT", body });
