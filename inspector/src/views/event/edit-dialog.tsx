import { useState, type SubmitEvent } from "react";
import type { EventDetail } from "../../../../src/admin/contract/index.ts";
import { call, urlOf } from "../../api/client.ts";
import { useTexts } from "../../i18n/i18n.tsx";
import { navigate } from "../../shell/router.tsx";
import { Modal, ModalActions } from "../../ui/modal.tsx";
import { changedPairs, pairsOf, type Pair } from "./edited-pairs.ts";
import { eventTexts } from "./event-texts.ts";
import { PairEditor } from "./pair-editor.tsx";

interface DialogProps {
  readonly event: EventDetail;
  readonly onClose: () => void;
}

/** Sends a changed copy through today's flows. What is not touched stays as it came, also where it is masked here. */
export function EditDialog({ event, onClose }: DialogProps) {
  const t = useTexts(eventTexts);
  const isWhole = event.body.text !== null && event.body.masked_paths.length === 0 && !event.body.truncated;
  const original = event.body.kind === "empty" ? "" : isWhole ? event.body.text : undefined;
  const [body, setBody] = useState(original ?? undefined);
  const [headers, setHeaders] = useState(() => pairsOf(event.headers));
  const [query, setQuery] = useState(() => pairsOf(event.query));
  const [fault, setFault] = useState<Error>();
  const [isSending, setSending] = useState(false);
  const send = (submitted: SubmitEvent<HTMLFormElement>): void => {
    submitted.preventDefault();
    setSending(true);
    const changed = {
      ...(body !== undefined && body !== original && { body }),
      ...changedPairs("headers", event.headers, headers),
      ...changedPairs("query", event.query, query),
    };
    call("replayEdited", { params: { id: event.id }, body: changed }).then(
      ({ event_id: id }) => navigate(`/events/${id}`),
      (failure: unknown) => {
        setFault(failure as Error);
        setSending(false);
      },
    );
  };
  return (
    <Modal title={t.editTitle} onClose={onClose}>
      <form onSubmit={send} className="edit">
        <p className="quiet">{t.editHint}</p>
        <BodyEditor event={event} body={body} setBody={setBody} />
        <PairSection title={t.query} pairs={query} change={setQuery} />
        <PairSection title={t.headers} pairs={headers} change={setHeaders} />
        <ModalActions submit={t.send} isDisabled={isSending} fault={fault} onCancel={onClose} />
      </form>
    </Modal>
  );
}

interface BodyEditorProps {
  readonly event: EventDetail;
  /** Undefined while it stays as it came. */
  readonly body: string | undefined;
  readonly setBody: (body: string) => void;
}

function BodyEditor({ event, body, setBody }: BodyEditorProps) {
  const t = useTexts(eventTexts);
  const [fault, setFault] = useState<Error>();
  const isText = event.body.text !== null;
  // The download is named in the audit trail, as everything that shows what is masked.
  const load = async (): Promise<void> => {
    try {
      const response = await fetch(urlOf("rawBody", { id: event.id }), { credentials: "same-origin" });
      if (!response.ok) throw new Error(`HTTP ${String(response.status)}`);
      setBody(await response.text());
    } catch (failure) {
      setFault(failure as Error);
    }
  };
  if (body === undefined)
    return (
      <div className="edit-body">
        <h3>{t.body}</h3>
        <p className="quiet">{isText ? t.bodyKept : t.bodyBinary}</p>
        {isText && (
          <button type="button" className="button small" onClick={() => void load()}>
            {t.bodyLoad}
          </button>
        )}
        {fault && <p className="quiet">{fault.message}</p>}
      </div>
    );
  return (
    <label className="edit-body">
      <span>{t.body}</span>
      <textarea
        className="mono"
        rows={14}
        cols={84}
        spellCheck={false}
        value={body}
        onChange={({ target }) => setBody(target.value)}
      />
    </label>
  );
}

interface PairSectionProps {
  readonly title: string;
  readonly pairs: readonly Pair[];
  readonly change: (pairs: readonly Pair[]) => void;
}

function PairSection({ title, pairs, change }: PairSectionProps) {
  return (
    <details>
      <summary>
        <h3>
          {title} <span className="quiet">{pairs.length}</span>
        </h3>
      </summary>
      <PairEditor name={title} pairs={pairs} change={change} />
    </details>
  );
}
