/** The language of the page: the person's choice, else the browser's, else English. */

import { signal } from "@preact/signals";
import { remembered } from "~/browser-storage";
import { de } from "~/locales/de";
import { en, type Texts } from "~/locales/en";

// A new language: a file like de.ts, and a line here.
export const LANGUAGES = { en, de } as const;
export type Language = keyof typeof LANGUAGES;

const CHOICE = "vireo.language";

const known = (code: string): code is Language => code in LANGUAGES;

function preferred(): Language {
  const chosen = remembered.get(CHOICE);
  if (chosen && known(chosen)) return chosen;
  return navigator.languages.map((tag) => tag.split("-")[0] ?? "").find(known) ?? "en";
}

export const language = signal<Language>("en");
export const texts = signal<Texts>(en);

function use(code: Language): void {
  language.value = code;
  texts.value = LANGUAGES[code];
  document.documentElement.lang = code;
}

export function chooseLanguage(code: Language): void {
  remembered.set(CHOICE, code);
  use(code);
}

export const startLanguage = (): void => use(preferred());
