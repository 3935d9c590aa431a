/** Where a video is to begin: `?t=90`, `#t=90`, and as people write times: `1m30s`, `1:30`. */

import type { Place } from "~/router";

const UNITS = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s?)?$/;
const CLOCK = /^(?:npt:)?(\d+):(\d{1,2})(?::(\d{1,2}))?(?:\.\d+)?$/;

/** Seconds; `null` where it is no time. */
export function secondsOfTime(text: string): number | null {
  // A range of a media fragment is `from,to`.
  const from = text.trim().toLowerCase().split(",", 1)[0] ?? "";
  const clock = CLOCK.exec(from);
  if (clock) {
    const [, ...parts] = clock;
    return parts.filter(Boolean).reduce((sum, part) => sum * 60 + Number(part), 0);
  }
  const units = UNITS.exec(from.replace(/^npt:/, ""));
  if (!units || units.slice(1).every((part) => part === undefined)) return null;
  const [hours, minutes, seconds] = units.slice(1).map((part) => Number(part ?? 0));
  return (hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0);
}

/** What the address asks for; `null` where it asks for nothing. */
export function startOf({ query, hash }: Place): number | null {
  for (const given of [query.get("t"), query.get("start"), new URLSearchParams(hash).get("t")]) {
    const seconds = given === null ? null : secondsOfTime(given);
    if (seconds !== null) return seconds;
  }
  return null;
}
