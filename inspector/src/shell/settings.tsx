import { useState } from "react";
import { useLanguage, useTexts } from "../i18n/i18n.tsx";
import { applyTheme, readTheme, type Theme } from "./preferences.ts";
import { shellTexts } from "./texts.ts";

/** Language, colours and the way out, behind one button: the bar has no room for them on a phone. */
export function Settings({ onLogOut }: { readonly onLogOut: () => void }) {
  const t = useTexts(shellTexts);
  const { language, choose } = useLanguage();
  const [theme, setTheme] = useState<Theme>(readTheme);
  const chooseTheme = (chosen: Theme): void => {
    applyTheme(chosen);
    setTheme(chosen);
  };
  return (
    <>
      <button type="button" className="button bare" popoverTarget="settings">
        {t.settings}
      </button>
      <div id="settings" popover="auto" className="settings" aria-label={t.settings} role="dialog">
        <label>
          <span>{t.language}</span>
          <select value={language} onChange={({ target }) => choose(target.value === "de" ? "de" : "en")}>
            <option value="en">English</option>
            <option value="de">Deutsch</option>
          </select>
        </label>
        <label>
          <span>{t.theme.name}</span>
          <select value={theme} onChange={({ target }) => chooseTheme(target.value as Theme)}>
            <option value="system">{t.theme.system}</option>
            <option value="light">{t.theme.light}</option>
            <option value="dark">{t.theme.dark}</option>
          </select>
        </label>
        <button type="button" className="button" onClick={onLogOut}>
          {t.logout}
        </button>
      </div>
    </>
  );
}
