/** What is said of captions; it comes with what shows it, and not with the page's first script. */

import { computed } from "@preact/signals";
import { type Language, language } from "~/locales";
import { captionsDe } from "~/locales/captions-de";
import { type CaptionsTexts, captionsEn } from "~/locales/captions-en";

const LANGUAGES: Record<Language, CaptionsTexts> = { en: captionsEn, de: captionsDe };

export const captionsTexts = computed(() => LANGUAGES[language.value]);
