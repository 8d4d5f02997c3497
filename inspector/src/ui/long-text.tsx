/**
 * Text of any length: the first part of it, and more on demand. A payload of megabytes laid out as one block stops the page
 * for seconds; in parts that the browser lays out when they come into sight (`content-visibility`) it does not.
 */
import { useMemo, useState } from "react";
import { byteSize } from "../i18n/format.ts";
import { useLanguage, useTexts } from "../i18n/i18n.tsx";
import { shellTexts } from "../shell/texts.ts";
import { splitText } from "./split-text.ts";
import { visibleText } from "./visible-text.ts";

/** Parts that are shown at first, and with each press of the button. */
const PARTS = 8;

interface LongTextProps {
  readonly text: string;
  /** The name of the text for screen readers; one that scrolls is reached with the keyboard. */
  readonly label: string;
  readonly isTall?: boolean;
}

export function LongText({ text, label, isTall = false }: LongTextProps) {
  const t = useTexts(shellTexts);
  const { language } = useLanguage();
  const parts = useMemo(() => splitText(text), [text]);
  const [shown, setShown] = useState(PARTS);
  const rest = parts.slice(shown).reduce((sum, part) => sum + part.length, 0);
  return (
    <div className="long-text">
      <pre className={isTall ? "code tall" : "code"} tabIndex={0} aria-label={label} role="group">
        {parts.slice(0, shown).map((part, index) => (
          // Parts have no name but their place.
          // oxlint-disable-next-line react/no-array-index-key
          <span key={index} className="text-part">
            {visibleText(part)}
          </span>
        ))}
      </pre>
      {rest > 0 && (
        <button type="button" className="button small" onClick={() => setShown(shown + PARTS)}>
          {t.showMore(byteSize(rest, language))}
        </button>
      )}
    </div>
  );
}
