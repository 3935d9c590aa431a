/** Was zu Vorschaubildern gesagt wird, auf Deutsch. */

import type { ThumbnailsTexts } from "~/locales/thumbnails-en";

export const thumbnailsDe: ThumbnailsTexts = {
  title: "Vorschaubild",
  now: "Das jetzige Vorschaubild",
  frames: "Bilder aus dem Video",
  frame: (time) => `Das Bild bei ${time}`,
  none: "Noch keine Bilder zur Auswahl.",
  early: "Das Video muss zuerst fertig sein.",
  time: "Eine andere Stelle, in Sekunden",
  take: "Dieses Bild nehmen",
  noTime: "Schreib eine Zahl von Sekunden.",
  after: "Da ist das Video schon zu Ende.",
  upload: "Ein Bild hochladen",
  hint: "JPEG, PNG oder WebP, höchstens 10 MB.",
  large: "Das Bild ist zu groß: höchstens 10 MB und 25 Megapixel.",
  bad: "Das ist kein Bild in JPEG, PNG oder WebP.",
  set: "Das Vorschaubild ist gesetzt.",
};
