import { useState } from "react";
import type { EventDetail } from "../../../../src/admin/contract/index.ts";
import { call, urlOf } from "../../api/client.ts";
import { useTexts } from "../../i18n/i18n.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { FaultNote } from "../../ui/loaded-view.tsx";
import { CompareDialog } from "./compare-dialog.tsx";
import { EditDialog } from "./edit-dialog.tsx";
import { eventTexts } from "./event-texts.ts";

interface ActionsProps {
  readonly event: EventDetail;
  readonly onReplayed: () => void;
}

type Open = "edit" | "compare" | undefined;

/** What can be done with the event. */
export function EventActions({ event, onReplayed }: ActionsProps) {
  const t = useTexts(eventTexts);
  const [open, setOpen] = useState<Open>();
  const [note, setNote] = useState<string>();
  const [fault, setFault] = useState<Error>();
  const params = { id: event.id };
  const replay = async (): Promise<void> => {
    setFault(undefined);
    try {
      const { runs } = await call("replayEvent", { params });
      setNote(t.replayed(runs.length));
      onReplayed();
    } catch (failure) {
      setFault(failure as Error);
    }
  };
  return (
    <>
      <div className="actions" role="group" aria-label={t.actions.label}>
        <button type="button" className="button primary" onClick={() => void replay()}>
          {t.actions.replay}
        </button>
        <button type="button" className="button" onClick={() => setOpen("edit")}>
          {t.actions.edit}
        </button>
        <button type="button" className="button" onClick={() => setOpen("compare")}>
          {t.actions.compare}
        </button>
        <CopyButton label={t.actions.curl} text={async () => (await call("eventCurl", { params })).command} />
        <a className="button" href={urlOf("rawBody", params)} download>
          {t.actions.download}
        </a>
      </div>
      <output>{note !== undefined && <p className="note">{note}</p>}</output>
      {fault && <FaultNote fault={fault} />}
      {open === "edit" && <EditDialog event={event} onClose={() => setOpen(undefined)} />}
      {open === "compare" && <CompareDialog event={event} onClose={() => setOpen(undefined)} />}
    </>
  );
}
