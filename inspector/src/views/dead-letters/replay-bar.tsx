import type { ReplayJob } from "../../../../src/admin/contract/index.ts";
import { call } from "../../api/client.ts";
import { BulkBar, BulkProgress } from "../../bulk/bulk-bar.tsx";
import { useBulkJob, type BulkCalls } from "../../bulk/use-bulk-job.ts";
import { useTexts } from "../../i18n/i18n.tsx";
import { Link } from "../../shell/router.tsx";
import { deadLettersTexts } from "./dead-letters-texts.ts";

/** Events by their ids, or those of all failed runs that are left to do. */
type Selection = { readonly event_ids: string[] } | { readonly dead_letters: { readonly flow?: string | undefined } };

const REPLAYS: BulkCalls<ReplayJob, Selection> = {
  start: (selection, rate) => call("startReplayJob", { body: { ...selection, rate } }),
  show: (id) => call("showReplayJob", { params: { id } }),
  cancel: (id) => call("cancelReplayJob", { params: { id } }),
};

interface ReplayBarProps {
  readonly eventIds: readonly string[];
  /** All that are left to do, where the list shows only the newest of them. */
  readonly all: Selection | undefined;
}

/** Replays the chosen events. */
export function ReplayBar({ eventIds, all }: ReplayBarProps) {
  const t = useTexts(deadLettersTexts);
  const control = useBulkJob(REPLAYS);
  return (
    <BulkBar
      control={control}
      words={t.bulk}
      count={t.chosenCount(eventIds.length)}
      chosen={eventIds.length === 0 ? undefined : { event_ids: [...eventIds] }}
      all={all}
    >
      {(job) => (
        <>
          <BulkProgress job={job} control={control} state={t.states[job.status]} handled={job.started + job.failed}>
            {job.failed > 0 && <span className="bulk-failed"> {t.notStarted(job.failed)}</span>}
          </BulkProgress>
          {job.failures.length > 0 && (
            <ul>
              {job.failures.map(({ event_id: eventId, message }) => (
                <li key={eventId}>
                  <Link to={`/events/${eventId}`}>{eventId}</Link> {message}
                </li>
              ))}
            </ul>
          )}
        </>
      )}
    </BulkBar>
  );
}
