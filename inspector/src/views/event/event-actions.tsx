import { useRef, useState, type ReactNode } from "react";
import type { EventDetail } from "../../../../src/admin/contract/index.ts";
import { call, urlOf } from "../../api/client.ts";
import { useTexts } from "../../i18n/i18n.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { GatewayWords } from "../../ui/gateway-words.tsx";
import { FaultNote } from "../../ui/loaded-view.tsx";
import { isOwnClick } from "../../ui/own-click.ts";
import { CompareDialog } from "./compare-dialog.tsx";
import { EditDialog } from "./edit-dialog.tsx";
import { eventTexts } from "./event-texts.ts";
import { RunLink } from "./run-link.tsx";

interface ActionsProps {
  readonly event: EventDetail;
  readonly onReplayed: () => void;
}

type Open = "edit" | "compare" | undefined;

/** What can be done with the event. */
export function EventActions({ event, onReplayed }: ActionsProps) {
  const t = useTexts(eventTexts);
  const [open, setOpen] = useState<Open>();
  const [note, setNote] = useState<ReactNode>();
  const [fault, setFault] = useState<Error>();
  const params = { id: event.id };
  const isReplaying = useRef(false);
  const replay = async (): Promise<void> => {
    if (isReplaying.current) return;
    isReplaying.current = true;
    setFault(undefined);
    try {
      const { runs } = await call("replayEvent", { params });
      setNote(<Replayed runs={runs} />);
      onReplayed();
    } catch (failure) {
      setFault(failure as Error);
    } finally {
      isReplaying.current = false;
    }
  };
  const curl = async (): Promise<string> => {
    const { command, signed, note: why } = await call("eventCurl", { params });
    // Of an event that nobody signed there is nothing to say.
    setNote(!signed && event.verdict === "verified" && <Unsigned why={why} />);
    return command;
  };
  return (
    <>
      <div className="actions" role="group" aria-label={t.actions.label}>
        <button type="button" className="button primary" onClick={(click) => isOwnClick(click) && void replay()}>
          {t.actions.replay}
        </button>
        <button type="button" className="button" onClick={() => setOpen("edit")}>
          {t.actions.edit}
        </button>
        <button type="button" className="button" onClick={() => setOpen("compare")}>
          {t.actions.compare}
        </button>
        <CopyButton label={t.actions.curl} text={curl} />
        <a className="button" href={urlOf("rawBody", params)} download>
          {t.actions.download}
        </a>
      </div>
      <output>{note && <p className="note">{note}</p>}</output>
      {fault && <FaultNote fault={fault} />}
      {open === "edit" && <EditDialog event={event} onClose={() => setOpen(undefined)} />}
      {open === "compare" && <CompareDialog event={event} onClose={() => setOpen(undefined)} />}
    </>
  );
}

/** Says that a replay began, and leads to its run, which stands below the earlier ones. */
function Replayed({ runs }: { readonly runs: readonly { readonly id: string }[] }) {
  const t = useTexts(eventTexts);
  const [first] = runs;
  return (
    <span>
      {t.replayed(runs.length)} {first !== undefined && <RunLink id={first.id}>{t.showRun}</RunLink>}
    </span>
  );
}

function Unsigned({ why }: { readonly why: string | null }) {
  const t = useTexts(eventTexts);
  return (
    <span>
      {t.curlUnsigned} {why !== null && <GatewayWords text={why} />}
    </span>
  );
}
