/** What is said where one chooses who sees a video; it comes with the dialog for it. */

import { computed } from "@preact/signals";
import { type Language, language } from "~/locales";
import { sharingDe } from "~/locales/sharing-de";
import { type SharingTexts, sharingEn } from "~/locales/sharing-en";

const LANGUAGES: Record<Language, SharingTexts> = { en: sharingEn, de: sharingDe };

export const sharingTexts = computed(() => LANGUAGES[language.value]);
