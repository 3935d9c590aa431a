/**
 * The rules of the API for what a person types, so that errors show before anything is sent. The
 * API decides: what it refuses all the same is shown at the same field.
 */

import type { Texts } from "~/texts/en";

const FORBIDDEN = /[/*()\\:{}|<>\p{Cc}]/u;
const USERNAME = /^[A-Za-z0-9_.-]{3,25}$/;
const EMAIL = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/;

export type Problems = Record<string, string>;

const letters = (text: string): number => [...text].length;
/** As the API counts: in UTF-8, with accents on their letters (NFC). */
export const bytesOf = (text: string): number =>
  new TextEncoder().encode(text.normalize("NFC")).length;

export function nameProblem(name: string, needed: boolean, t: Texts["join"]): string {
  if (needed && !name.trim()) return t.missing;
  if (letters(name) > 25) return t.nameLong;
  return FORBIDDEN.test(name) ? t.nameLetters : "";
}

export function usernameProblem(name: string, t: Texts["join"]): string {
  if (!name) return t.missing;
  return USERNAME.test(name) ? "" : t.usernameBad;
}

export function emailProblem(email: string, t: Texts["join"]): string {
  if (!email) return t.missing;
  return EMAIL.test(email) ? "" : t.emailBad;
}

export function passwordProblem(password: string, t: Texts["join"]): string {
  if (!password) return t.missing;
  if (bytesOf(password) < 8) return t.passwordShort;
  return bytesOf(password) > 72 ? t.passwordLong : "";
}

export function titleProblem(title: string, t: Texts["send"]): string {
  const size = letters(title.trim());
  if (size === 0) return t.titleMissing;
  return size > 255 ? t.titleLong : "";
}

export function descriptionProblem(description: string, t: Texts["send"]): string {
  return letters(description) > 50_000 ? t.descriptionLong : "";
}

/** `year`, `month` (from 1) and `day` as typed. */
export function birthProblem(
  year: string,
  month: string,
  day: string,
  t: Texts["join"],
  today = new Date(),
): string {
  if (!year || !month || !day) return t.missing;
  const [y, m, d] = [Number(year), Number(month), Number(day)];
  const date = new Date(Date.UTC(y, m - 1, d));
  if (!(y >= 1000) || date.getUTCMonth() !== m - 1 || date.getUTCDate() !== d) return t.notADate;
  const passed = [today.getUTCMonth() + 1, today.getUTCDate()] as const;
  const before = passed[0] < m || (passed[0] === m && passed[1] < d);
  const age = today.getUTCFullYear() - y - (before ? 1 : 0);
  if (age < 13) return t.tooYoung;
  return age > 120 ? t.tooOld : "";
}

/** What the API says of fields, in the person's language where it is known. */
export function told(fields: Problems, t: Texts["join"]): Problems {
  const said = Object.entries(fields).map(([field, reason]) => {
    if (field === "username" && reason === "is taken") return [field, t.usernameTaken];
    if (field === "email") return [field, reason === "is taken" ? t.emailTaken : t.emailBad];
    if (/commonly used/.test(reason)) return [field, t.passwordCommon];
    if (field === "day" || field === "month") return ["birth", t.notADate];
    if (field === "year") return ["birth", /at least/.test(reason) ? t.tooYoung : t.notADate];
    return [field, reason];
  });
  return Object.fromEntries(said);
}

/** Without the empty ones. */
export function found(problems: Problems): Problems {
  return Object.fromEntries(Object.entries(problems).filter(([, problem]) => problem));
}
