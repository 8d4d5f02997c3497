import { useEffect, useState } from "react";
import { useTexts } from "../i18n/i18n.tsx";
import { shellTexts } from "../shell/texts.ts";

const SHOWN_MS = 1_600;

/** Copies a text, and says that it did. */
export function CopyButton({
  text,
  label,
  isSmall = false,
}: {
  readonly text: string | (() => Promise<string>);
  readonly label?: string;
  readonly isSmall?: boolean;
}) {
  const t = useTexts(shellTexts);
  const [isDone, setDone] = useState(false);
  useEffect(() => {
    if (!isDone) return undefined;
    const timer = setTimeout(() => setDone(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isDone]);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(typeof text === "string" ? text : await text());
    setDone(true);
  };
  return (
    <button type="button" className={isSmall ? "button small" : "button"} onClick={() => void copy()}>
      <span aria-live="polite">{isDone ? t.copied : (label ?? t.copy)}</span>
    </button>
  );
}
