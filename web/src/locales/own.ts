/** What is said where one's own things are; it comes with what shows it, and not with the page's first script. */

import { computed } from "@preact/signals";
import { type Language, language } from "~/locales";
import { ownDe } from "~/locales/own-de";
import { type OwnTexts, ownEn } from "~/locales/own-en";

const LANGUAGES: Record<Language, OwnTexts> = { en: ownEn, de: ownDe };

export const own = computed(() => LANGUAGES[language.value]);
