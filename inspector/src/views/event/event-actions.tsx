import { useEffect, useRef, useState, type SubmitEvent } from "react";
import type { EventDetail } from "../../../../src/admin/contract/index.ts";
import { call, urlOf } from "../../api/client.ts";
import { useTexts } from "../../i18n/i18n.tsx";
import { addressWith, navigate } from "../../shell/router.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { FaultNote } from "../../ui/loaded-view.tsx";
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
        <CopyButton label={t.actions.curl} text={async () => (await call("eventCurl", { params })).command} />
        <a className="button" href={urlOf("rawBody", params)} download>
          {t.actions.download}
        </a>
        <button type="button" className="button" onClick={() => setOpen("compare")}>
          {t.actions.compare}
        </button>
      </div>
      <output>{note !== undefined && <p className="note">{note}</p>}</output>
      {fault && <FaultNote fault={fault} />}
      {open === "edit" && <EditDialog event={event} onClose={() => setOpen(undefined)} />}
      {open === "compare" && <CompareDialog event={event} onClose={() => setOpen(undefined)} />}
    </>
  );
}

interface DialogProps {
  readonly event: EventDetail;
  readonly onClose: () => void;
}

function useModal() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return dialog;
}

function EditDialog({ event, onClose }: DialogProps) {
  const t = useTexts(eventTexts);
  const dialog = useModal();
  const [fault, setFault] = useState<Error>();
  const send = (submitted: SubmitEvent<HTMLFormElement>): void => {
    submitted.preventDefault();
    const body = new FormData(submitted.currentTarget).get("body");
    call("replayEdited", { params: { id: event.id }, body: { body: typeof body === "string" ? body : "" } }).then(
      ({ event_id: id }) => navigate(`/events/${id}`),
      (failure: unknown) => setFault(failure as Error),
    );
  };
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby="edit-title" onClose={onClose}>
      <form onSubmit={send}>
        <h2 id="edit-title">{t.editTitle}</h2>
        <p className="quiet">{t.editHint}</p>
        <label>
          {t.editBody}
          <textarea
            name="body"
            className="mono"
            rows={18}
            cols={80}
            spellCheck={false}
            defaultValue={event.body.text ?? ""}
          />
        </label>
        {fault && <FaultNote fault={fault} />}
        <div className="actions">
          <button type="submit" className="button primary">
            {t.send}
          </button>
          <button type="button" className="button" onClick={() => dialog.current?.close()}>
            {t.cancel}
          </button>
        </div>
      </form>
    </dialog>
  );
}

function CompareDialog({ event, onClose }: DialogProps) {
  const t = useTexts(eventTexts);
  const dialog = useModal();
  const compare = (submitted: SubmitEvent<HTMLFormElement>): void => {
    submitted.preventDefault();
    const other = new FormData(submitted.currentTarget).get("with");
    if (typeof other === "string") navigate(addressWith(`/events/${event.id}`, { with: other.trim() }));
    dialog.current?.close();
  };
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby="compare-title" onClose={onClose}>
      <form onSubmit={compare}>
        <h2 id="compare-title">{t.compareTitle}</h2>
        <label>
          {t.compareId}
          <input name="with" className="mono" required size={40} spellCheck={false} />
        </label>
        <div className="actions">
          <button type="submit" className="button primary">
            {t.compareStart}
          </button>
          <button type="button" className="button" onClick={() => dialog.current?.close()}>
            {t.cancel}
          </button>
        </div>
      </form>
    </dialog>
  );
}
