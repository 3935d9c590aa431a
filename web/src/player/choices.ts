/** What this device remembers of how videos are shown: quality, data saver, captions. */

import { signal } from "@preact/signals";
import { remembered } from "~/browser-storage";

const QUALITY = "vireo.quality";
const SAVER = "vireo.saver";
const CAPTIONS = "vireo.captions";
/** What the data saver shows at the most: lines of the shorter side. */
export const SAVED_HEIGHT = 480;

/** What the browser knows of the line; where it tells nothing of it, `undefined`. */
interface Line {
  saveData?: boolean;
  /** Mbit/s. */
  downlink?: number;
}
export const line = (): Line | undefined => (navigator as { connection?: Line }).connection;

function keptHeight(): number | null {
  const height = Number(remembered.get(QUALITY));
  return Number.isInteger(height) && height > 0 ? height : null;
}

/** The height that was chosen, lines of the shorter side; `null`: whatever the line carries. */
export const quality = signal(keptHeight());

export function chooseQuality(height: number | null): void {
  quality.value = height;
  if (height === null) remembered.remove(QUALITY);
  else remembered.set(QUALITY, `${height}`);
}

/** Whether to load little: as it was chosen here, else as the browser was told. */
export const saver = signal(
  remembered.get(SAVER) === null ? line()?.saveData === true : remembered.get(SAVER) === "on",
);

export function chooseSaver(on: boolean): void {
  saver.value = on;
  remembered.set(SAVER, on ? "on" : "off");
}

interface CaptionsChoice {
  on: boolean;
  /** The language that was last shown; empty before the first. */
  language: string;
}

function keptCaptions(): CaptionsChoice {
  const { on, language } = remembered.read<Partial<CaptionsChoice>>(CAPTIONS, {}) ?? {};
  return { on: on === true, language: typeof language === "string" ? language : "" };
}

export const captions = signal(keptCaptions());

/** Show captions in a language; `null`: none. */
export function chooseCaptions(language: string | null): void {
  const { language: last } = captions.peek();
  captions.value = { on: language !== null, language: language ?? last };
  remembered.keep(CAPTIONS, captions.peek());
}

const begin = (tag: string): string => tag.toLowerCase().split("-", 1)[0] ?? "";

/**
 * Of these languages the one to be shown: that which was last chosen, else one that the person
 * reads, else the first.
 */
export function bestLanguage(offered: string[], readers: readonly string[]): string | null {
  const wanted = [captions.peek().language, ...readers].filter(Boolean);
  for (const one of wanted) {
    const same = offered.find((tag) => tag.toLowerCase() === one.toLowerCase());
    const near = same ?? offered.find((tag) => begin(tag) === begin(one));
    if (near !== undefined) return near;
  }
  return offered[0] ?? null;
}
