import { useState } from "react";
import { call } from "../../api/client.ts";
import { useTexts } from "../../i18n/i18n.tsx";
import { FaultNote } from "../../ui/loaded-view.tsx";
import { visibleText } from "../../ui/visible-text.ts";
import { eventTexts } from "./event-texts.ts";

interface MaskedValueProps {
  readonly eventId: string;
  /** As the API names it: `header:authorization`, `query:token`, `body:$.card.number`. */
  readonly field: string;
  readonly length?: number;
}

/** A value that is shown when someone asks; that someone did is written to the audit trail. */
export function MaskedValue({ eventId, field, length }: MaskedValueProps) {
  const t = useTexts(eventTexts);
  const [value, setValue] = useState<string>();
  const [fault, setFault] = useState<Error>();
  if (value !== undefined) return <span className="revealed">{visibleText(value)}</span>;
  const reveal = (): void =>
    void call("reveal", { params: { id: eventId }, body: { field } }).then(
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
