import { useState, type SubmitEvent } from "react";
import type { EventDetail } from "../../../../src/admin/contract/index.ts";
import { call, urlOf } from "../../api/client.ts";
import { useTexts } from "../../i18n/i18n.tsx";
import { navigate } from "../../shell/router.tsx";
import { Modal, ModalActions } from "../../ui/modal.tsx";
import { changedPairs, pairsOf, type Pair } from "./edited-pairs.ts";
import { eventTexts } from "./event-texts.ts";
import { withLineEnds } from "./line-ends.ts";
import { PairEditor } from "./pair-editor.tsx";

interface DialogProps {
  readonly event: EventDetail;
  readonly onClose: () => void;
}

/** Sends a changed copy through today's flows. What is not touched stays as it came, also where it is masked here. */
export function EditDialog({ event, onClose }: DialogProps) {
  const t = useTexts(eventTexts);
  const [original, setOriginal] = useState(() => wholeText(event.body));
  const [typed, setTyped] = useState(original);
  const [headers, setHeaders] = useState(() => pairsOf("headers", event.headers));
  const [query, setQuery] = useState(() => pairsOf("query", event.query));
  const [fault, setFault] = useState<Error>();
  const [isSending, setSending] = useState(false);
  const send = (submitted: SubmitEvent<HTMLFormElement>): void => {
    submitted.preventDefault();
    setSending(true);
    const body = typed && withLineEnds(original ?? "", typed);
    const changed = {
      ...(body !== original && { body }),
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
        <BodyEditor
          event={event}
          body={typed}
          change={setTyped}
          onLoaded={(text) => {
            setOriginal(text);
            setTyped(text);
          }}
        />
        <PairSection title={t.query} pairs={query} change={setQuery} />
        <PairSection title={t.headers} pairs={headers} change={setHeaders} />
        <ModalActions submit={t.send} isDisabled={isSending} fault={fault} />
      </form>
    </Modal>
  );
}

/** The body as it came; undefined where not all of it is shown. */
function wholeText({ kind, text, masked_paths: masked, truncated }: EventDetail["body"]): string | undefined {
  if (kind === "empty") return "";
  return masked.length > 0 || truncated ? undefined : (text ?? undefined);
}

interface BodyEditorProps {
  readonly event: EventDetail;
  /** Undefined while it stays as it came. */
  readonly body: string | undefined;
  readonly change: (body: string) => void;
  readonly onLoaded: (body: string) => void;
}

function BodyEditor({ event, body, change, onLoaded }: BodyEditorProps) {
  const t = useTexts(eventTexts);
  const [fault, setFault] = useState<Error>();
  const isText = event.body.text !== null;
  // What is downloaded is as it came: of a compressed one that is nothing to read.
  const canLoad = isText && event.body.content_encoding === null;
  // The download is named in the audit trail, as everything that shows what is masked.
  const load = async (): Promise<void> => {
    try {
      const response = await fetch(urlOf("rawBody", { id: event.id }), { credentials: "same-origin" });
      if (!response.ok) throw new Error(`HTTP ${String(response.status)}`);
      // `text()` would take a byte order mark away.
      onLoaded(new TextDecoder("utf-8", { ignoreBOM: true }).decode(await response.arrayBuffer()));
    } catch (failure) {
      setFault(failure as Error);
    }
  };
  if (body === undefined)
    return (
      <div className="edit-body">
        <h3>{t.body}</h3>
        <p className="quiet">{isText ? t.bodyKept : t.bodyBinary}</p>
        {canLoad && (
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
        onChange={({ target }) => change(target.value)}
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
