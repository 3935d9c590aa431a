/**
 * The rules of the API for what a person types, so that errors show before anything is sent. The
 * API decides: what it refuses all the same is shown at the same field.
 */

import type { Failure } from "~/api/failure";
import type { Texts } from "~/locales/en";

const FORBIDDEN = /[/*()\\:{}|<>\p{Cc}]/u;
const USERNAME = /^[A-Za-z0-9_.-]{3,25}$/;
const EMAIL = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/;

export type Problems = Record<string, string>;

const letters = (text: string): number => [...text].length;
/** As the API counts: in UTF-8, with accents on their letters (NFC). */
export const bytesOf = (text: string): number =>
  new TextEncoder().encode(text.normalize("NFC")).length;

export function nameProblem(name: string, needed: boolean, t: Texts): string {
  if (needed && !name.trim()) return t.problems.missing;
  if (letters(name) > 25) return t.join.nameLong;
  return FORBIDDEN.test(name) ? t.join.nameLetters : "";
}

export function usernameProblem(name: string, t: Texts): string {
  if (!name) return t.problems.missing;
  return USERNAME.test(name) ? "" : t.join.usernameBad;
}

export function emailProblem(email: string, t: Texts): string {
  if (!email) return t.problems.missing;
  return EMAIL.test(email) ? "" : t.join.emailBad;
}

export function passwordProblem(password: string, t: Texts): string {
  if (!password) return t.problems.missing;
  if (bytesOf(password) < 8) return t.join.passwordShort;
  return bytesOf(password) > 72 ? t.join.passwordLong : "";
}

export function titleProblem(title: string, t: Texts): string {
  const size = letters(title.trim());
  if (size === 0) return t.send.titleMissing;
  return size > 255 ? t.send.titleLong : "";
}

export function descriptionProblem(description: string, t: Texts): string {
  return letters(description) > 50_000 ? t.send.descriptionLong : "";
}

/** `year`, `month` (from 1) and `day` as typed. */
export function birthProblem(
  year: string,
  month: string,
  day: string,
  t: Texts,
  today = new Date(),
): string {
  if (!year || !month || !day) return t.problems.missing;
  const [y, m, d] = [Number(year), Number(month), Number(day)];
  const date = new Date(Date.UTC(y, m - 1, d));
  if (!(y >= 1000) || date.getUTCMonth() !== m - 1 || date.getUTCDate() !== d)
    return t.problems.not_a_date;
  const passed = [today.getUTCMonth() + 1, today.getUTCDate()] as const;
  const before = passed[0] < m || (passed[0] === m && passed[1] < d);
  const age = today.getUTCFullYear() - y - (before ? 1 : 0);
  if (age < 13) return t.problems.too_young;
  return age > 120 ? t.problems.too_old : "";
}

/** What the API says of fields, in the person's language. */
export function told(failure: Failure | null, t: Texts): Problems {
  const said = (failure?.fields ?? []).map(([field, code]) => [
    ["day", "month", "year"].includes(field) ? "birth" : field,
    OF_FIELD[`${field} ${code}`]?.(t) ?? t.problems[code],
  ]);
  return Object.fromEntries(said);
}

/** Where a field has better words than its code alone. */
const OF_FIELD: Record<string, (t: Texts) => string> = {
  "username taken": (t) => t.join.usernameTaken,
  "username invalid": (t) => t.join.usernameBad,
  "email taken": (t) => t.join.emailTaken,
  "email invalid": (t) => t.join.emailBad,
  "password too_short": (t) => t.join.passwordShort,
  "password too_long": (t) => t.join.passwordLong,
  "new_password too_short": (t) => t.join.passwordShort,
  "new_password too_long": (t) => t.join.passwordLong,
  "title too_short": (t) => t.send.titleMissing,
  "title too_long": (t) => t.send.titleLong,
  "description too_long": (t) => t.send.descriptionLong,
};

/** Without the empty ones. */
export function found(problems: Problems): Problems {
  return Object.fromEntries(Object.entries(problems).filter(([, problem]) => problem));
}
