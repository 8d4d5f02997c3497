import type { Acceptance } from "../../../../src/admin/contract/index.ts";
import { useTexts } from "../../i18n/i18n.tsx";
import { Link } from "../../shell/router.tsx";
import { Badge } from "../../ui/badge.tsx";
import { Advice, GatewayDetail, Reason } from "../../ui/gateway-words.tsx";
import { TimeAgo } from "../../ui/time.tsx";
import { refusedTexts } from "./refused-texts.ts";

interface AcceptedLineProps {
  readonly outcome: "accepted" | "duplicate";
  readonly eventId: string;
  readonly at?: string | undefined;
}

/** The event that a refused request became. */
export function AcceptedLine({ outcome, eventId, at }: AcceptedLineProps) {
  const t = useTexts(refusedTexts);
  return (
    <>
      <Badge tone="good">{t.outcomes[outcome]}</Badge>{" "}
      {at !== undefined && (
        <>
          <TimeAgo iso={at} />,{" "}
        </>
      )}
      <Link to={`/events/${encodeURIComponent(eventId)}`}>{t.showEvent}</Link>
    </>
  );
}

/** What became of a refused request that was verified again. */
export function OutcomeLine({ outcome: { outcome, event_id: eventId, why } }: { readonly outcome: Acceptance }) {
  const t = useTexts(refusedTexts);
  if (outcome !== "still_refused") return <AcceptedLine outcome={outcome} eventId={eventId ?? ""} />;
  return (
    <>
      <Badge tone="warn">{t.outcomes[outcome]}</Badge> {why !== null && <Why why={why} />}
    </>
  );
}

/** Why it is not accepted, and what to do. */
export function Why({ why: { reason, detail, hint } }: { readonly why: NonNullable<Acceptance["why"]> }) {
  return (
    <>
      <Reason code={reason} /> <GatewayDetail text={detail} /> <Advice reason={reason} hint={hint} />
    </>
  );
}
