/** What is said of captions where they are set, in German. */

import type { CaptionsTexts } from "~/locales/captions-en";

export const captionsDe: CaptionsTexts = {
  title: "Untertitel",
  none: "Noch keine Untertitel.",
  language: "Sprache",
  file: "Datei",
  fileHint: "WebVTT oder SRT in jeder Kodierung, höchstens 1 MB.",
  add: "Untertitel hochladen",
  remove: "Entfernen",
  removeOf: (language) => `: die Untertitel in ${language}`,
  removed: (language) => `Die Untertitel sind entfernt: ${language}.`,
  added: (language) => `Die Untertitel sind da: ${language}.`,
  noFile: "Wähle eine Datei.",
  large: "Die Datei hat mehr als 1 MB.",
  early: "Erst muss die Datei des Videos da sein.",
  badLine: (line) => `Zeile ${line.toLocaleString("de")} der Datei ist nicht zu lesen.`,
  notTaken: "Die Untertitel wurden nicht angenommen.",
};
