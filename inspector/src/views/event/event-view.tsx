import type { EventDetail } from "../../../../src/admin/contract/index.ts";
import { call } from "../../api/client.ts";
import { useLive } from "../../api/use-live.tsx";
import { useLoaded } from "../../api/use-loaded.ts";
import { useTexts } from "../../i18n/i18n.tsx";
import { useKeys } from "../../shell/keyboard.ts";
import { useTitle } from "../../shell/use-title.ts";
import { lastList, Link, navigate, useAddress } from "../../shell/router.tsx";
import type { ViewProps } from "../../shell/routes.ts";
import { Badge } from "../../ui/badge.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { LoadedView } from "../../ui/loaded-view.tsx";
import { Prose } from "../../ui/prose.tsx";
import { stateTexts } from "../../ui/state-texts.ts";
import { StatusBadge } from "../../ui/status-badge.tsx";
import { TimeAgo } from "../../ui/time.tsx";
import { visibleText } from "../../ui/visible-text.ts";
import { Comparison } from "./comparison.tsx";
import { EventActions } from "./event-actions.tsx";
import { eventTexts } from "./event-texts.ts";
import "./event.css";
import { RequestCard } from "./request-card.tsx";
import { RunCard } from "./run-card.tsx";
import { RunLink } from "./run-link.tsx";
import { AnswerCard, DedupeCard, VerificationCard } from "./verdict-cards.tsx";

/** Everything about one event: what came, what was made of it, what was done. */
export default function EventView({ rest: id }: ViewProps) {
  const { loaded, reload } = useLoaded(id, (signal) => call("showEvent", { params: { id }, signal }));
  const other = useAddress().search.get("with");
  useLive((message) => {
    if (message.type === "gap") reload();
    if (message.type === "event" && message.event.id === id) reload();
    if (message.type === "run" && message.run.event_id === id) reload();
  });
  useKeys({ Escape: () => navigate(lastList()) });
  return (
    <div className="event">
      {loaded.state !== "ready" && <UnknownHead isFailed={loaded.state === "failed"} />}
      <LoadedView loaded={loaded} reload={reload}>
        {(event) => (
          <>
            <EventHead event={event} />
            <ResolvedNote event={event} />
            <EventActions key={event.id} event={event} onReplayed={reload} />
            {other !== null && <Comparison event={event} otherId={other} />}
            <div className="event-columns">
              <EventRuns event={event} />
              <div className="event-side">
                <VerificationCard event={event} />
                <AnswerCard event={event} />
                <DedupeCard event={event} />
              </div>
              <RequestCard key={event.id} event={event} />
            </div>
          </>
        )}
      </LoadedView>
    </div>
  );
}

/** The way back stands also where there is nothing to go back from. */
function UnknownHead({ isFailed }: { readonly isFailed: boolean }) {
  const t = useTexts(eventTexts);
  return (
    <header className="event-head">
      <Link to={lastList()}>← {t.back}</Link>
      <h1 className={isFailed ? undefined : "visually-hidden"}>{isFailed ? t.unknown : t.event}</h1>
    </header>
  );
}

function EventHead({ event }: { readonly event: EventDetail }) {
  const t = useTexts(eventTexts);
  const states = useTexts(stateTexts);
  useTitle(`${event.event_type} · ${event.tenant}`);
  return (
    <header className="event-head">
      <Link to={lastList()}>← {t.back}</Link>
      <h1>
        {event.event_type} <span className="quiet">{event.tenant}</span>
        <StatusBadge event={event} />
        {event.test && <Badge tone="busy">{states.test}</Badge>}
      </h1>
      <p className="quiet event-id">
        <TimeAgo iso={event.received_at} /> <code>{event.id}</code> <CopyButton text={event.id} isSmall />
        {event.delivery_id !== null && (
          <span>
            {t.fields.delivery}: <code>{visibleText(event.delivery_id)}</code>
          </span>
        )}
      </p>
    </header>
  );
}

/** Who opens a failed event first wants to know whether there is anything left to do. */
function ResolvedNote({ event: { id, resolved_by: by } }: { readonly event: EventDetail }) {
  const t = useTexts(eventTexts);
  if (by === null) return null;
  return (
    <p className="note" data-tone="good">
      <span>
        {by.event_id === id ? (
          <RunLink id={by.run_id}>{t.resolvedByReplay}</RunLink>
        ) : (
          <Link to={`/events/${by.event_id}`}>{t.resolvedByCopy}</Link>
        )}{" "}
        {t.resolvedSince} <TimeAgo iso={by.at} />.
      </span>
    </p>
  );
}

function EventRuns({ event }: { readonly event: EventDetail }) {
  const t = useTexts(eventTexts);
  return (
    <div className="event-runs">
      <h2 className="visually-hidden">{t.runs}</h2>
      {event.run_details.length === 0 && <NoRuns event={event} />}
      {event.run_details.map((run) => (
        <RunCard key={run.id} run={run} />
      ))}
    </div>
  );
}

/** Why nothing was done, and what to do about it. */
function NoRuns({ event: { status, event_type: type } }: { readonly event: EventDetail }) {
  const t = useTexts(eventTexts);
  const why = status === "duplicate" || status === "refused" ? t.noRuns[status] : t.noRuns.unmatched(visibleText(type));
  return (
    <p className="note">
      <span>
        <Prose text={why} />
      </span>
    </p>
  );
}
