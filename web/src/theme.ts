/** Light or dark: like the system, unless the person chose. The colours are in style/tokens.css. */

import { signal } from "@preact/signals";
import { remembered } from "~/browser-storage";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const CHOICE = "vireo.theme";

export const theme = signal<Theme>("system");

function use(choice: Theme): void {
  theme.value = choice;
  if (choice === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
}

export function chooseTheme(choice: Theme): void {
  remembered.set(CHOICE, choice);
  use(choice);
}

export function startTheme(): void {
  use(THEMES.find((one) => one === remembered.get(CHOICE)) ?? "system");
}
