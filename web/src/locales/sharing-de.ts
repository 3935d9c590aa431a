/** What is said where one chooses who sees a video, in German. */

import type { SharingTexts } from "~/locales/sharing-en";

export const sharingDe: SharingTexts = {
  label: "Wer es sieht",
  names: {
    public: "Öffentlich",
    unlisted: "Nicht gelistet",
    private: "Privat",
    scheduled: "Geplant",
  },
  hints: {
    public: "Alle können es finden und ansehen.",
    unlisted: "Alle, die den Link haben, können es ansehen. Es steht in keiner Liste.",
    private: "Nur du, und wen du unten nennst.",
    scheduled: "Nur du, bis dahin; danach alle.",
  },
  when: "Öffentlich ab",
  whenRange: "Wähle eine Zeit in der Zukunft, in den nächsten zwei Jahren.",
  title: "Wer es sehen darf",
  early: "Es gilt, sobald das Video privat ist: Speichere das oben.",
  none: "Niemand außer dir.",
  name: "Benutzername",
  nameMissing: "Schreibe den Namen eines Kanals.",
  add: "Hinzufügen",
  added: (name) => `${name} darf es sehen.`,
  remove: "Entfernen",
  removeOf: (name) => `: ${name}`,
  removed: (name) => `${name} kann es nicht mehr sehen.`,
  unknown: "Es gibt keinen Kanal mit diesem Namen.",
  many: (n) => `Höchstens ${n} können genannt werden. Entferne erst jemanden.`,
};
