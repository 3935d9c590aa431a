/** The player's menu and the making of videos, in German. */

import type { MediaTexts } from "~/locales/media-en";

export const mediaDe: MediaTexts = {
  player: {
    settings: "Einstellungen",
    quality: "Qualität",
    auto: "Automatisch",
    autoNow: (now) => `Automatisch (${now})`,
    height: (lines) => `${lines}p`,
    saver: "Daten sparen",
    saverHint: "Höchstens 480p",
    captions: "Untertitel",
    captionsOn: "Untertitel zeigen",
    captionsOff: "Untertitel ausblenden",
    off: "Aus",
    speed: "Geschwindigkeit",
    normal: "Normal",
  },
  making: {
    place: (n) => (n === 1 ? "Als Nächstes an der Reihe" : `Nummer ${n} in der Warteschlange`),
    steps: {
      queued: "Wartet in der Warteschlange",
      probe: "Wird angesehen",
      copy: "Wird vorbereitet",
      first: "Die erste Qualität entsteht",
      renditions: "Weitere Qualitäten entstehen",
      done: "Alle Qualitäten sind da",
    },
    percent: (n) => `${n} %`,
    expected: (span) => `fertig in etwa ${span}`,
    soon: "gleich fertig",
    reason: (why) => `Fehlgeschlagen: ${why}`,
    failed: "Etwas davon konnte nicht entstehen.",
    retry: "Noch einmal versuchen",
    retried: "Es wird noch einmal umgewandelt.",
    attempts: (n) => `${n} Versuche`,
    qualities: "Qualitäten",
    states: {
      waiting: "wartet",
      processing: "entsteht",
      ready: "fertig",
      failed: "fehlgeschlagen",
    },
    firstPlay: (span) => `Konnte ${span} nach der Ankunft angesehen werden`,
  },
};
