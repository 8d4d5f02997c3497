import type { Acceptance, Refusal } from "../../../../src/admin/contract/index.ts";
import { useTexts } from "../../i18n/i18n.tsx";
import { Link } from "../../shell/router.tsx";
import { Badge } from "../../ui/badge.tsx";
import { Advice, GatewayDetail, mistakeOf, Reason, ReasonName } from "../../ui/gateway-words.tsx";
import { TimeAgo } from "../../ui/time.tsx";
import { visibleText } from "../../ui/visible-text.ts";
import { AcceptedLine, OutcomeLine } from "./outcome-line.tsx";
import { RefusedDetails } from "./refused-details.tsx";
import { refusedTexts } from "./refused-texts.ts";

interface RefusedRowProps {
  readonly refusal: Refusal;
  readonly isOpen: boolean;
  /** Where a click leads: to its details, or back to the list. */
  readonly to: string;
  readonly choice: Choice;
  /** What was heard when it was verified again. */
  readonly outcome: Acceptance | undefined;
}

interface Choice {
  readonly isChosen: boolean;
  readonly isPossible: boolean;
  readonly toggle: () => void;
}

/** A refused request: since when, why, the most likely mistake, what to do, and what became of it. */
export function RefusedRow({ refusal, isOpen, to, choice, outcome }: RefusedRowProps) {
  const t = useTexts(refusedTexts);
  const { id, tenant, event_type: type, reason, detail, hint, likely, accepted_as: accepted } = refusal;
  const mistake = mistakeOf(likely);
  // The list may be older than what was just done.
  const isAccepted = accepted !== null || (outcome !== undefined && outcome.outcome !== "still_refused");
  return (
    <li data-row data-refusal={id} data-accepted={!choice.isPossible || undefined}>
      <div className="refusal-head">
        <input
          type="checkbox"
          className="choose-one"
          checked={choice.isChosen && choice.isPossible}
          disabled={!choice.isPossible}
          onChange={choice.toggle}
          aria-label={t.select(`${tenant} / ${type}`)}
        />
        <Link to={to} aria-expanded={isOpen} className="refusal-link">
          {visibleText(tenant)} <span className="quiet">/</span> {visibleText(type)}
        </Link>
        <Badge tone="bad">{reason}</Badge>
        <ReasonName code={reason} />
        <span className="quiet refusal-when">
          <TimeAgo iso={refusal.received_at} />
        </span>
      </div>
      {accepted !== null && (
        <p>
          <AcceptedLine outcome="accepted" eventId={accepted.event_id} at={accepted.accepted_at} />
        </p>
      )}
      {accepted === null && outcome !== undefined && (
        <p>
          <OutcomeLine outcome={outcome} />
        </p>
      )}
      <p>
        <GatewayDetail text={detail} />
      </p>
      {mistake !== undefined && <Likely likely={mistake} />}
      {!isAccepted && (
        <p>
          <span className="quiet">{t.fix}:</span> <Advice reason={mistake?.reason ?? reason} hint={hint} />
        </p>
      )}
      {isOpen && <RefusedDetails id={id} />}
    </li>
  );
}

function Likely({ likely: { reason, certain } }: { readonly likely: NonNullable<Refusal["likely"]> }) {
  const t = useTexts(refusedTexts);
  return (
    <p className="refusal-likely">
      <span title={certain ? t.certainNote : undefined}>
        <Badge tone={certain ? "good" : "warn"}>{certain ? t.certain : t.likely}</Badge>
      </span>{" "}
      <Reason code={reason} />
    </p>
  );
}
