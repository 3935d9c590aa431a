/** What is said where moderators decide; it comes with what shows it, and not with the page's first script. */

import { computed } from "@preact/signals";
import { type Language, language } from "~/locales";
import { deskDe } from "~/locales/desk-de";
import { type DeskTexts, deskEn } from "~/locales/desk-en";

const LANGUAGES: Record<Language, DeskTexts> = { en: deskEn, de: deskDe };

export const desk = computed(() => LANGUAGES[language.value]);
