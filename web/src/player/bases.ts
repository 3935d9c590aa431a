/**
 * The classes of media-chrome that make shadow roots, each made ready for the content policy as it
 * comes.
 */

import { type ElementClass, moveStyles } from "~/player/sheets";

const ready = async (piece: Promise<{ default: ElementClass }>) =>
  moveStyles([(await piece).default]);

/** All of them must be there before the first element is defined. */
export const BASES: (() => Promise<void>)[] = [
  () => ready(import("media-chrome/media-container")),
  () => ready(import("media-chrome/media-gesture-receiver")),
  () => ready(import("media-chrome/media-chrome-button")),
  () => ready(import("media-chrome/media-tooltip")),
  () => ready(import("media-chrome/media-chrome-range")),
  () => ready(import("media-chrome/media-preview-thumbnail")),
  () => ready(import("media-chrome/media-text-display")),
  () => ready(import("media-chrome/media-control-bar")),
];
