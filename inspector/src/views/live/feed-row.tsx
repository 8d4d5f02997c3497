import type { Refusal } from "../../../../src/admin/contract/index.ts";
import { byteSize, duration } from "../../i18n/format.ts";
import { useLanguage, useTexts } from "../../i18n/i18n.tsx";
import { Link } from "../../shell/router.tsx";
import { Badge } from "../../ui/badge.tsx";
import { stateTexts } from "../../ui/state-texts.ts";
import { StatusBadge } from "../../ui/status-badge.tsx";
import { TimeAgo } from "../../ui/time.tsx";
import { runTones, statusTone, verdictTones } from "../../ui/tones.ts";
import { visibleText } from "../../ui/visible-text.ts";
import { mistakeOf } from "../../ui/gateway-words.tsx";
import { isReasonCode, reasonTexts } from "../../ui/reason-texts.ts";
import { byFlow, type FeedRow } from "./feed.ts";

/** One request: a link to everything about it. */
export function FeedRowLink({ row }: { readonly row: FeedRow }) {
  return row.kind === "event" ? <EventRow row={row} /> : <RefusalRow row={row} />;
}

function EventRow({ row: { event } }: { readonly row: FeedRow & { kind: "event" } }) {
  const t = useTexts(stateTexts);
  const { language } = useLanguage();
  const { answer } = event;
  return (
    <Link to={`/events/${encodeURIComponent(event.id)}`} className="feed-row">
      <span className="feed-time">
        <TimeAgo iso={event.received_at} />
      </span>
      <span className="feed-source">
        <b>{visibleText(event.event_type)}</b> <span className="quiet">{event.tenant}</span>
        {event.test && <Badge tone="busy">{t.test}</Badge>}
        {event.accepted_from && <Badge tone="busy">{t.acceptedLater}</Badge>}
      </span>
      <span className="feed-state">
        <Badge tone={verdictTones[event.verdict]}>{t.verdicts[event.verdict]}</Badge>
        <StatusBadge event={event} />
      </span>
      <span className="feed-answer">
        <Badge tone={statusTone(answer.status)}>{answer.status}</Badge>
        {answer.duration_ms !== null && <span className="quiet">{duration(answer.duration_ms, language)}</span>}
      </span>
      <span className="feed-runs">
        {byFlow(event.runs).map(({ flow, status, times }) => (
          <span key={flow} className="feed-run" data-tone={runTones[status]} title={`${flow}: ${t.runs[status]}`}>
            {flow}
            {times > 1 && <span className="quiet"> ×{times}</span>}
          </span>
        ))}
      </span>
      <span className="feed-delivery mono quiet">{visibleText(event.delivery_id ?? "")}</span>
      <span className="feed-size quiet">{byteSize(event.body_bytes, language)}</span>
    </Link>
  );
}

function RefusalRow({ row: { refusal } }: { readonly row: FeedRow & { kind: "refusal" } }) {
  const t = useTexts(stateTexts);
  const { language } = useLanguage();
  return (
    <Link to={`/refused/${encodeURIComponent(refusal.id)}`} className="feed-row">
      <span className="feed-time">
        <TimeAgo iso={refusal.received_at} />
      </span>
      <span className="feed-source">
        <b>{visibleText(refusal.event_type)}</b> <span className="quiet">{visibleText(refusal.tenant)}</span>
      </span>
      <span className="feed-state">
        <Badge tone="bad">{t.verdicts.refused}</Badge>
        {refusal.accepted_as && <Badge tone="busy">{t.acceptedLater}</Badge>}
      </span>
      <span className="feed-answer">
        <Badge tone={statusTone(refusal.http_status)}>{refusal.http_status}</Badge>
      </span>
      <WhyRefused refusal={refusal} />
      <span className="feed-size quiet">{byteSize(refusal.body_bytes, language)}</span>
    </Link>
  );
}

/** In the reader's words: the mistake, where one was found, else the reason. The code and what was seen are at hand. */
function WhyRefused({ refusal: { reason, likely, detail } }: { readonly refusal: Refusal }) {
  const names = useTexts(reasonTexts);
  const code = mistakeOf(likely)?.reason ?? reason;
  return (
    <span className="feed-runs feed-reason" title={`${code}: ${visibleText(detail)}`}>
      {isReasonCode(code) ? names[code] : code}
    </span>
  );
}
