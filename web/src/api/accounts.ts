/** Calls about one's own account. */

import { doubtLine } from "~/api/connection";
import { failureFrom, offline } from "~/api/failure";
import { type Answer, type Ask, newKey, send } from "~/api/http";
import { withToken } from "~/api/session";
import type { Me, MeChange, Session, SignUp } from "~/api/types";

async function own<T>(path: string, ask: Ask = {}): Promise<T> {
  const { value } = await withToken<Answer<T>>((token) => send<T>(path, { ...ask, token }));
  return value;
}

export async function signUp(details: SignUp, key: string): Promise<void> {
  await send("/sign_up", { method: "POST", body: details, key });
}

export const showMe = () => own<Me>("/me");
export const changeMe = (change: MeChange) => own<Me>("/me", { method: "PATCH", body: change });

export const changePassword = (old_password: string, new_password: string) =>
  own<"">("/password/change", {
    method: "POST",
    body: { old_password, new_password },
    key: newKey(),
  });

export const listSessions = () => own<Session[]>("/sessions");
export const endSession = (id: string) =>
  own<"">(`/sessions/${encodeURIComponent(id)}`, { method: "DELETE" });
export const endOtherSessions = () => own<"">("/sessions", { method: "DELETE" });

export const deleteAccount = (password: string) =>
  own<"">("/channel", { method: "DELETE", body: { password } });

export const setPicture = (file: Blob) =>
  own<"">("/channel/picture", { method: "POST", raw: file });
export const removePicture = () => own<"">("/channel/picture", { method: "DELETE" });

export const resendVerification = () =>
  own<"">("/email/verify/resend", { method: "POST", key: newKey() });

export async function verifyEmail(token: string): Promise<void> {
  await send("/email/verify", { method: "POST", body: { token }, key: newKey() });
}

export async function undoEmailChange(token: string): Promise<void> {
  await send("/email/undo", { method: "POST", body: { token }, key: newKey() });
}

export async function forgetPassword(email: string): Promise<void> {
  await send("/password/forgot", { method: "POST", body: { email }, key: newKey() });
}

export async function resetPassword(token: string, password: string): Promise<void> {
  await send("/password/reset", { method: "POST", body: { token, password }, key: newKey() });
}

/** A copy of all that belongs to the account, as a ZIP file; `null` while it is made. */
export function exportMe(): Promise<Blob | null> {
  return withToken(async (token) => {
    const headers = { Authorization: `Bearer ${token}` };
    const lost = (): never => {
      doubtLine();
      throw offline();
    };
    const answer = await fetch("/me/export", { headers }).catch(lost);
    if (answer.status === 200) return answer.blob().catch(lost);
    if (answer.status === 202) return null;
    const body: unknown = await answer.json().catch(() => null);
    throw failureFrom(answer.status, body, answer.headers.get("X-Request-ID") ?? "");
  });
}
