/** What is said where people meet; it comes with what shows it, and not with the page's first script. */

import { computed } from "@preact/signals";
import { type Language, language } from "~/locales";
import { peopleDe } from "~/locales/people-de";
import { type PeopleTexts, peopleEn } from "~/locales/people-en";

const LANGUAGES: Record<Language, PeopleTexts> = { en: peopleEn, de: peopleDe };

export const people = computed(() => LANGUAGES[language.value]);
