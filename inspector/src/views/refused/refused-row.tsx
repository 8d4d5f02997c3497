import type { Refusal } from "../../../../src/admin/contract/index.ts";
import { useTexts } from "../../i18n/i18n.tsx";
import { Link } from "../../shell/router.tsx";
import { Badge } from "../../ui/badge.tsx";
import { Prose } from "../../ui/prose.tsx";
import { TimeAgo } from "../../ui/time.tsx";
import { visibleText } from "../../ui/visible-text.ts";
import { RefusedDetails } from "./refused-details.tsx";
import { refusedTexts } from "./refused-texts.ts";

interface RefusedRowProps {
  readonly refusal: Refusal;
  readonly isOpen: boolean;
  /** Where a click leads: to its details, or back to the list. */
  readonly to: string;
}

/** A refused request: since when, why, the most likely mistake, and what to do. */
export function RefusedRow({ refusal, isOpen, to }: RefusedRowProps) {
  const t = useTexts(refusedTexts);
  const { id, tenant, event_type: type, reason, detail, hint, likely } = refusal;
  return (
    <li data-row data-refusal={id}>
      <div className="refusal-head">
        <Link to={to} aria-expanded={isOpen} className="refusal-link">
          {visibleText(tenant)} <span className="quiet">/</span> {visibleText(type)}
        </Link>
        <Badge tone="bad">{reason}</Badge>
        <span className="quiet refusal-when">
          <TimeAgo iso={refusal.received_at} />
        </span>
      </div>
      <p>{visibleText(detail)}</p>
      {likely !== null && (
        <p className="refusal-likely">
          <span title={likely.certain ? t.certainNote : undefined}>
            <Badge tone={likely.certain ? "good" : "warn"}>{likely.certain ? t.certain : t.likely}</Badge>
          </span>{" "}
          {likely.reason}
        </p>
      )}
      <p>
        <span className="quiet">{t.fix}:</span> <Prose text={hint} />
      </p>
      {isOpen && <RefusedDetails id={id} />}
    </li>
  );
}
