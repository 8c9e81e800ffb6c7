/** Light or dark: the system's setting, until the reader chooses. The choice is stored in this browser, without a cookie. */

import { computed, effect, signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";

const KEY = "convene.theme";
export const THEMES: readonly Theme[] = ["system", "light", "dark"];

/** The reader's choice. */
export const theme = signal<Theme>("system");

const systemDark = signal(false);

/** Whether the page is dark now. Painted canvases need this, because no style sheet reaches them. */
export const darkNow = computed(() => (theme.value === "system" ? systemDark.value : theme.value === "dark"));

/** Sets the theme before anything is drawn, so that nothing flashes. */
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
      // This browser stores nothing, so the choice holds until the reader leaves the page.
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
