import { useEffect, useState } from "react";
import { useTexts } from "../i18n/i18n.tsx";
import { shellTexts } from "../shell/texts.ts";
import { copyText } from "./copy-text.ts";

const SHOWN_MS = 1_600;

interface CopyButtonProps {
  /** What is copied, or how it is asked for. */
  readonly text: string | (() => Promise<string>);
  readonly label?: string;
  readonly isSmall?: boolean;
}

type Outcome = { readonly state: "none" | "copied" } | { readonly state: "failed"; readonly why: string };

/** Copies a text, and says that it did, or why it did not. */
export function CopyButton({ text, label, isSmall = false }: CopyButtonProps) {
  const t = useTexts(shellTexts);
  const [outcome, setOutcome] = useState<Outcome>({ state: "none" });
  useEffect(() => {
    if (outcome.state === "none") return undefined;
    const timer = setTimeout(() => setOutcome({ state: "none" }), SHOWN_MS * (outcome.state === "failed" ? 3 : 1));
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = async (): Promise<void> => {
    try {
      await copyText(typeof text === "string" ? text : await text());
      setOutcome({ state: "copied" });
    } catch (fault) {
      setOutcome({ state: "failed", why: fault instanceof Error ? fault.message : String(fault) });
    }
  };
  const words = { none: label ?? t.copy, copied: t.copied, failed: t.copyFailed };
  return (
    <button
      type="button"
      className={isSmall ? "button small" : "button"}
      title={outcome.state === "failed" ? outcome.why : undefined}
      onClick={() => void copy()}
    >
      <span aria-live="polite">{words[outcome.state]}</span>
    </button>
  );
}
