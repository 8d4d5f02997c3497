/** What the gateway says, which is English whatever the language of the page, and what the page knows to say of it. */
import type { Verification } from "../../../src/admin/contract/index.ts";
import { useLanguage, useTexts } from "../i18n/i18n.tsx";
import { GERMAN_ADVICE } from "./german-advice.ts";
import { Prose } from "./prose.tsx";
import { isReasonCode, reasonTexts } from "./reason-texts.ts";
import { visibleText } from "./visible-text.ts";

/** A sentence of the gateway, marked as English for screen readers and translators. */
export function GatewayWords({ text }: { readonly text: string }) {
  return (
    <span lang="en">
      <Prose text={text} />
    </span>
  );
}

/** What was found, which may quote what a stranger sent. */
export function GatewayDetail({ text }: { readonly text: string }) {
  return <span lang="en">{visibleText(text)}</span>;
}

/** What a code means; nothing where it is not known. */
export function ReasonName({ code }: { readonly code: string }) {
  const names = useTexts(reasonTexts);
  return isReasonCode(code) && <span className="quiet">{names[code]}</span>;
}

/** A code with what it means. */
export function Reason({ code }: { readonly code: string }) {
  return (
    <>
      <code>{code}</code> <ReasonName code={code} />
    </>
  );
}

/** The mistake behind a refusal, where one was found that the reason does not say already. */
export function mistakeOf(likely: Verification["likely"]): NonNullable<Verification["likely"]> | undefined {
  return likely === null || likely.reason === "as_reported" ? undefined : likely;
}

interface AdviceProps {
  /** Why it was refused, or the mistake that was found behind it. */
  readonly reason: string;
  readonly hint: string;
}

/** What to do about it: in German in front of what the gateway says. */
export function Advice({ reason, hint }: AdviceProps) {
  const { language } = useLanguage();
  const isTranslated = language === "de" && isReasonCode(reason);
  if (!isTranslated) return <GatewayWords text={hint} />;
  return (
    <>
      <Prose text={GERMAN_ADVICE[reason]} />
      {hint !== "" && (
        <>
          {" "}
          <span className="quiet">
            <GatewayWords text={hint} />
          </span>
        </>
      )}
    </>
  );
}
