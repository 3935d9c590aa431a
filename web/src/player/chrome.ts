/**
 * The controls: media-chrome's elements, loaded when the first video is watched. Each is a piece of
 * its own, which is run when it has come: all of them in one go would hold a phone up.
 */

import { BASES } from "~/player/bases";

const PIECES: (() => Promise<unknown>)[] = [
  () => import("media-chrome/media-controller"),
  () => import("media-chrome/media-play-button"),
  () => import("media-chrome/media-time-range"),
  () => import("media-chrome/media-mute-button"),
  () => import("media-chrome/media-volume-range"),
  () => import("media-chrome/media-time-display"),
  () => import("media-chrome/media-pip-button"),
  () => import("media-chrome/media-fullscreen-button"),
];

let all: Promise<void> | null = null;

/** Bring them all, once; they speak `language` from then on. Where one does not come, it fails. */
export function define(language: string): Promise<void> {
  all ??= bringAll(language).catch((cause: unknown) => {
    all = null;
    throw cause;
  });
  return all;
}

async function bringAll(language: string): Promise<void> {
  const words = Promise.all([import("media-chrome/utils/i18n"), import("media-chrome/lang/de")]);
  // Of what the controller is made of, so that it is not one long script.
  const parts = [
    import("media-chrome/media-store/media-store"),
    import("media-chrome/media-keyboard-shortcuts-dialog"),
  ];
  // An element that is on the screen already is made in the moment it is defined.
  await Promise.all([...BASES.map((bring) => bring()), ...parts]);
  const [{ setLanguage }] = await words;
  setLanguage(language);
  await Promise.all(PIECES.map((bring) => bring()));
}
