/** What is said of thumbnails; it comes with what shows it, and not with the page's first script. */

import { computed } from "@preact/signals";
import { type Language, language } from "~/locales";
import { thumbnailsDe } from "~/locales/thumbnails-de";
import { type ThumbnailsTexts, thumbnailsEn } from "~/locales/thumbnails-en";

const LANGUAGES: Record<Language, ThumbnailsTexts> = { en: thumbnailsEn, de: thumbnailsDe };

export const thumbnailsTexts = computed(() => LANGUAGES[language.value]);
