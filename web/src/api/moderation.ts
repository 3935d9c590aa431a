/** Calls of moderators, and of those whom they have decided about. */

import { type Answer, send } from "~/api/http";
import { quietly, withToken } from "~/api/session";
import type { Case, Decision, LogEntry, Me, Verdict } from "~/api/types";

const PAGE = 20;

/** Addresses of lists; each gives pages. */
export const deskLists = {
  open: (kind: "report" | "appeal") => `/admin/reports?state=open&kind=${kind}&limit=${PAGE}`,
  decided: () => `/admin/reports?state=decided&limit=${PAGE}`,
  log: () => `/admin/decisions?limit=${PAGE}`,
  mine: () => `/me/moderation?limit=${PAGE}`,
};

export const listCases = (address: string): Promise<Answer<Case[]>> =>
  withToken((token) => send<Case[]>(address, { token }));

export const listLog = (address: string): Promise<Answer<LogEntry[]>> =>
  withToken((token) => send<LogEntry[]>(address, { token }));

export const listDecisions = (address: string): Promise<Answer<Decision[]>> =>
  withToken((token) => send<Decision[]>(address, { token }));

/** Fails with `already_decided` where another moderator was quicker. */
export async function decide(id: number, decision: Verdict, note: string): Promise<Case> {
  const ask = { method: "POST", body: { decision, note } } as const;
  const path = `/admin/reports/${id}`;
  return (await withToken((token) => send<Case>(path, { ...ask, token }))).value;
}

export async function appeal(id: number, text: string): Promise<Decision> {
  const ask = { method: "POST", body: { text } } as const;
  const path = `/me/moderation/${id}/appeal`;
  return (await withToken((token) => send<Decision>(path, { ...ask, token }))).value;
}

/** Whether who is signed in may decide. Nobody is asked to sign in for it. */
export async function isModerator(): Promise<boolean> {
  const { value } = await quietly((token) => send<Me>("/me", { ...(token && { token }) }));
  return value.roles.length > 0;
}
