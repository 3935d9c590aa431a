/** Who sees a video, in a word or two: every card may have to say it. */

import { computed } from "@preact/signals";
import { type Language, language } from "~/locales";
import { visibilityDe } from "~/locales/visibility-de";
import { type VisibilityTexts, visibilityEn } from "~/locales/visibility-en";

const LANGUAGES: Record<Language, VisibilityTexts> = { en: visibilityEn, de: visibilityDe };

export const visibilityTexts = computed(() => LANGUAGES[language.value]);
