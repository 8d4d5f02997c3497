/** What a reader chose: language and colours, kept in this browser; else what the browser prefers. */
import { preferredLanguage, type Language } from "../i18n/i18n.tsx";

export type Theme = "system" | "light" | "dark";

/** Storage can be forbidden by the browser; then a choice lasts as long as the page. */
function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Not kept, and nothing else is wrong.
  }
}

export function readLanguage(): Language {
  const kept = read("gtc:language");
  return kept === "en" || kept === "de" ? kept : preferredLanguage(navigator.languages);
}

export function keepLanguage(language: Language): void {
  keep("gtc:language", language);
}

export function readTheme(): Theme {
  const kept = read("gtc:theme");
  return kept === "light" || kept === "dark" ? kept : "system";
}

/** Shows the page in these colours, and keeps the choice. */
export function applyTheme(theme: Theme): void {
  keep("gtc:theme", theme);
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}
