/** What the player's menu and the making of videos say; it comes with them, and not with the page's first script. */

import { computed } from "@preact/signals";
import { type Language, language } from "~/locales";
import { mediaDe } from "~/locales/media-de";
import { type MediaTexts, mediaEn } from "~/locales/media-en";

const LANGUAGES: Record<Language, MediaTexts> = { en: mediaEn, de: mediaDe };

export const media = computed(() => LANGUAGES[language.value]);
