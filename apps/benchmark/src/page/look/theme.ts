/** Light or dark: what the system says, until the reader says otherwise. Kept in this browser; no cookie. */

import { computed, effect, signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";

const KEY = "convene.theme";
export const THEMES: readonly Theme[] = ["system", "light", "dark"];

/** The reader's choice. */
export const theme = signal<Theme>("system");

const systemDark = signal(false);

/** Whether the page is dark now: for what is painted, which no style sheet reaches. */
export const darkNow = computed(() => (theme.value === "system" ? systemDark.value : theme.value === "dark"));

/** Before anything is drawn, so that nothing flashes. */
export function startTheme(): void {
  theme.value = THEMES.find((one) => one === stored()) ?? "system";
  const system = matchMedia("(prefers-color-scheme: dark)");
  systemDark.value = system.matches;
  system.addEventListener("change", ({ matches }) => (systemDark.value = matches));
  effect(() => {
    const { dataset } = document.documentElement;
    if (theme.value === "system") delete dataset["theme"];
    else dataset["theme"] = theme.value;
    try {
      localStorage.setItem(KEY, theme.value);
    } catch {
      // A browser that stores nothing: the choice holds until the page is left.
    }
  });
}

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
