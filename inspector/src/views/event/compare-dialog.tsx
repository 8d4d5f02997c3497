import { useState, type SubmitEvent } from "react";
import type { EventDetail, EventSummary } from "../../../../src/admin/contract/index.ts";
import { call } from "../../api/client.ts";
import { useLoaded } from "../../api/use-loaded.ts";
import { useTexts } from "../../i18n/i18n.tsx";
import { addressWith, navigate } from "../../shell/router.tsx";
import { Badge } from "../../ui/badge.tsx";
import { FaultNote } from "../../ui/loaded-view.tsx";
import { closeModal, Modal, ModalActions } from "../../ui/modal.tsx";
import { stateTexts } from "../../ui/state-texts.ts";
import { StatusBadge } from "../../ui/status-badge.tsx";
import { TimeAgo } from "../../ui/time.tsx";
import { visibleText } from "../../ui/visible-text.ts";
import { eventTexts } from "./event-texts.ts";
import { hasReplays, relatedEvents, type Related } from "./related-events.ts";

const RECENT = 20;

interface DialogProps {
  readonly event: EventDetail;
  readonly onClose: () => void;
}

/** What it can be compared with: first what it has to do with, then the newest of its kind, or any by its id. */
export function CompareDialog({ event, onClose }: DialogProps) {
  const t = useTexts(eventTexts);
  const [chosen, setChosen] = useState("");
  const { tenant, event_type: type } = event;
  const { loaded } = useLoaded(event.id, (signal) =>
    call("listEvents", { query: { tenant, type, limit: RECENT }, signal }),
  );
  const related = relatedEvents(event);
  const listed = loaded.state === "ready" ? loaded.value.items : [];
  const recent = listed.filter(({ id }) => id !== event.id && !related.some((one) => one.id === id));
  const compare = (submitted: SubmitEvent<HTMLFormElement>): void => {
    submitted.preventDefault();
    navigate(addressWith(`/events/${event.id}`, { with: chosen.trim() }));
    closeModal(submitted.currentTarget);
  };
  const choice = { chosen, choose: setChosen };
  return (
    <Modal title={t.compareTitle} onClose={onClose}>
      <form onSubmit={compare} className="compare">
        {hasReplays(event) && (
          <Choices title={t.compareItself}>
            <Choice id={event.id} {...choice}>
              {t.compareReplays}
            </Choice>
          </Choices>
        )}
        {related.length > 0 && (
          <Choices title={t.compareRelated}>
            {related.map(({ id, how }) => (
              <Choice key={id} id={id} {...choice}>
                <RelatedLabel id={id} how={how} />
              </Choice>
            ))}
          </Choices>
        )}
        <Choices title={t.compareRecent}>
          {loaded.state === "failed" && <FaultNote fault={loaded.fault} />}
          {loaded.state === "ready" && recent.length === 0 && <p className="quiet">{t.compareNone}</p>}
          {recent.map((one) => (
            <Choice key={one.id} id={one.id} {...choice}>
              <RecentLabel event={one} />
            </Choice>
          ))}
        </Choices>
        <label>
          {t.compareId}
          <input
            className="mono"
            required
            size={40}
            spellCheck={false}
            value={chosen}
            onChange={({ target }) => setChosen(target.value)}
          />
        </label>
        <ModalActions submit={t.compareStart} isDisabled={chosen.trim() === ""} />
      </form>
    </Modal>
  );
}

function Choices({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  return (
    <fieldset className="choices">
      <legend>{title}</legend>
      {children}
    </fieldset>
  );
}

interface ChoiceProps {
  readonly id: string;
  readonly chosen: string;
  readonly choose: (id: string) => void;
  readonly children: React.ReactNode;
}

function Choice({ id, chosen, choose, children }: ChoiceProps) {
  return (
    <label className="choice">
      <input type="radio" name="with" checked={chosen === id} onChange={() => choose(id)} />
      {children}
    </label>
  );
}

function RelatedLabel({ id, how }: Related) {
  const t = useTexts(eventTexts);
  return (
    <>
      <span>{t.related[how]}</span> <code className="quiet">{id}</code>
    </>
  );
}

function RecentLabel({ event }: { readonly event: EventSummary }) {
  const t = useTexts(stateTexts);
  return (
    <>
      <span className="choice-time">
        <TimeAgo iso={event.received_at} />
      </span>
      <StatusBadge event={event} />
      {event.test && <Badge tone="busy">{t.test}</Badge>}
      <code className="quiet">{visibleText(event.delivery_id ?? event.id)}</code>
    </>
  );
}
