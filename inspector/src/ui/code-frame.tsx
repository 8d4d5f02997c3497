import { useTexts } from "../i18n/i18n.tsx";
import { shellTexts } from "../shell/texts.ts";
import { visibleText } from "./visible-text.ts";

/** The place of a mistake in a file. It is read along its lines, so it scrolls, and is reached with the keyboard. */
export function CodeFrame({ text }: { readonly text: string }) {
  const t = useTexts(shellTexts);
  return (
    <pre tabIndex={0} role="group" aria-label={t.codeFrame}>
      {visibleText(text)}
    </pre>
  );
}
