import type { EventSummary } from "../../../src/admin/contract/index.ts";
import { useTexts } from "../i18n/i18n.tsx";
import { Badge } from "./badge.tsx";
import { stateTexts } from "./state-texts.ts";
import { eventTones } from "./tones.ts";

/** What became of an event. One that failed and was done by a replay since is nothing to get up for, and no success either. */
export function StatusBadge({ event }: { readonly event: Pick<EventSummary, "status" | "resolved_by"> }) {
  const t = useTexts(stateTexts);
  if (event.resolved_by !== null)
    return (
      <Badge tone="quiet" title={t.resolvedWhy}>
        {t.resolved}
      </Badge>
    );
  return <Badge tone={eventTones[event.status]}>{t.statuses[event.status]}</Badge>;
}
