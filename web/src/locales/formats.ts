/** Lengths, times and sizes as a person reads them. */

import { language } from "~/locales";

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

/** `75` is `1:15`, `3675` is `1:01:15`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((n, i) => (i === 0 ? `${n}` : `${n}`.padStart(2, "0"))).join(":");
}

/** `2 days ago`. */
export function ago(iso: string): string {
  const seconds = (Date.parse(iso) - Date.now()) / 1000;
  const format = new Intl.RelativeTimeFormat(language.value, { numeric: "auto" });
  const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ["second", 1];
  // Clocks differ by a little: nothing was uploaded in the future.
  return unit === "second"
    ? format.format(0, "second")
    : format.format(Math.round(seconds / size), unit);
}

/** `950`, `1.2K`, `3.4M`: a number as short as one can read it. */
export function count(n: number): string {
  const style = { notation: "compact", maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(language.value, style).format(n);
}

export function date(iso: string): string {
  return new Intl.DateTimeFormat(language.value, { dateStyle: "long" }).format(new Date(iso));
}

export function dateTime(iso: string): string {
  const style = { dateStyle: "medium", timeStyle: "short" } as const;
  return new Intl.DateTimeFormat(language.value, style).format(new Date(iso));
}

/** `1.5 MB`, in units of a thousand as shops and phones count. */
export function bytes(size: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
  const step = size < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(size) / 3));
  return new Intl.NumberFormat(language.value, {
    style: "unit",
    unit: units[step] ?? "byte",
    unitDisplay: "short",
    maximumFractionDigits: step > 1 ? 1 : 0,
  }).format(size / 1000 ** step);
}

/** `3 min`, `1 h 5 min`, `12 s`: how long something will take. */
export function span(seconds: number): string {
  const unit = (n: number, unit: string) =>
    new Intl.NumberFormat(language.value, { style: "unit", unit, unitDisplay: "short" }).format(n);
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 60) return unit(whole, "second");
  const minutes = Math.round(whole / 60);
  if (minutes < 60) return unit(minutes, "minute");
  const rest = minutes % 60;
  const hours = unit(Math.floor(minutes / 60), "hour");
  return rest ? `${hours} ${unit(rest, "minute")}` : hours;
}

export function monthNames(): string[] {
  const format = new Intl.DateTimeFormat(language.value, { month: "long", timeZone: "UTC" });
  return Array.from({ length: 12 }, (_, month) =>
    format.format(new Date(Date.UTC(2001, month, 1))),
  );
}
