/** Who sees a video, in German. */

import type { VisibilityTexts } from "~/locales/visibility-en";

export const visibilityDe: VisibilityTexts = {
  private: "Privat",
  unlisted: "Nicht gelistet",
  scheduled: "Geplant",
  publicOn: (date) => `Öffentlich ab ${date}`,
};
