/**
 * The controls: media-chrome's elements. Loaded when the first video is watched, and defined piece by
 * piece: all of them in one go would hold a phone up.
 */

// First: an element that is on the screen already is made in the moment it is defined.
import "~/player/bases";

export const PIECES: (() => Promise<unknown>)[] = [
  () => import("media-chrome/lang/de"),
  () => import("media-chrome/media-controller"),
  () => import("media-chrome/media-play-button"),
  () => import("media-chrome/media-time-range"),
  () => import("media-chrome/media-mute-button"),
  () => import("media-chrome/media-volume-range"),
  () => import("media-chrome/media-time-display"),
  () => import("media-chrome/media-pip-button"),
  () => import("media-chrome/media-fullscreen-button"),
];

export { setLanguage } from "media-chrome/utils/i18n";
