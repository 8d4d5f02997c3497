import { useEffect, useRef, useState } from "react";
import { call } from "../api/client.ts";
import { useTexts } from "../i18n/i18n.tsx";
import { Facts } from "./facts.tsx";
import { FaultNote } from "./loaded-view.tsx";
import "./masked-value.css";
import { maskedTexts } from "./masked-texts.ts";
import { visibleText } from "./visible-text.ts";

/** What has the value: a stored event, or a refused request. */
export interface MaskedOwner {
  readonly operation: "reveal" | "revealRefused";
  readonly id: string;
}

interface MaskedValueProps {
  readonly owner: MaskedOwner;
  /** As the API names it: `header:authorization`, `query:token`, `body:$.card.number`. */
  readonly field: string;
  readonly length?: number;
}

/** A value that is shown when someone asks; that someone did is written to the audit trail. */
export function MaskedValue({ owner: { operation, id }, field, length }: MaskedValueProps) {
  const t = useTexts(maskedTexts);
  const [value, setValue] = useState<string>();
  const [fault, setFault] = useState<Error>();
  const shown = useRef<HTMLSpanElement>(null);
  // The button that had the focus is gone: whoever reads with the keyboard goes on at what it gave.
  useEffect(() => shown.current?.focus(), [value]);
  if (value !== undefined)
    return (
      <span className="revealed" tabIndex={-1} ref={shown}>
        {value === "" ? <em className="quiet">{t.empty}</em> : visibleText(value)}
      </span>
    );
  const reveal = (): void =>
    void call(operation, { params: { id }, body: { field } }).then(
      (answer) => setValue(answer.value),
      (failure: unknown) => setFault(failure as Error),
    );
  return (
    <span className="masked">
      <span aria-hidden="true">••••••••</span>
      {length !== undefined && <span className="quiet"> {t.masked(length)}</span>}
      <button type="button" className="button small" onClick={reveal} aria-label={`${t.reveal} ${field}`}>
        {t.reveal}
      </button>
      {fault && <FaultNote fault={fault} />}
    </span>
  );
}

/** The fields of a body that are blotted out in it. */
export function MaskedPaths({ owner, paths }: { readonly owner: MaskedOwner; readonly paths: readonly string[] }) {
  const t = useTexts(maskedTexts);
  if (paths.length === 0) return null;
  return (
    <>
      <h3>{t.maskedPaths}</h3>
      <Facts facts={paths.map((path) => [path, <MaskedValue key={path} owner={owner} field={`body:${path}`} />])} />
    </>
  );
}
