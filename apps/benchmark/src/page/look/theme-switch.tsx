/** The switch between the system's setting, light and dark. */

import { type Theme, theme, THEMES } from "./theme.js";

const WORDS: Readonly<Record<Theme, string>> = { system: "Auto", light: "Light", dark: "Dark" };

export function ThemeSwitch() {
  return (
    <fieldset class="segments theme">
      <legend class="hidden">Theme</legend>
      {THEMES.map((each) => (
        <label key={each}>
          <input
            type="radio"
            name="theme"
            value={each}
            checked={theme.value === each}
            onChange={() => (theme.value = each)}
          />
          <span>{WORDS[each]}</span>
        </label>
      ))}
    </fieldset>
  );
}
