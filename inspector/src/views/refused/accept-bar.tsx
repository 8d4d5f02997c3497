import type { Acceptance, AcceptJob } from "../../../../src/admin/contract/index.ts";
import { call } from "../../api/client.ts";
import { BulkBar, BulkProgress } from "../../bulk/bulk-bar.tsx";
import { useBulkJob, type BulkCalls } from "../../bulk/use-bulk-job.ts";
import { useTexts } from "../../i18n/i18n.tsx";
import { Link } from "../../shell/router.tsx";
import { OutcomeLine } from "./outcome-line.tsx";
import { queryOf, type RefusedFilters } from "./refused-filters.ts";
import { refusedTexts } from "./refused-texts.ts";

/** Requests by their ids, or all that match. */
type Selection = { readonly refusal_ids: string[] } | { readonly filter: Omit<RefusedFilters, "accepted"> };

const ACCEPTANCES: BulkCalls<AcceptJob, Selection> = {
  start: (selection, rate) => call("startAcceptJob", { body: { ...selection, rate } }),
  show: (id) => call("showAcceptJob", { params: { id } }),
  cancel: (id) => call("cancelAcceptJob", { params: { id } }),
};

interface AcceptBarProps {
  /** Of the chosen ones, oldest first. */
  readonly ids: readonly string[];
  readonly filters: RefusedFilters;
  readonly onResults: (results: readonly Acceptance[]) => void;
}

/** Has the chosen requests verified again, and accepts those that verify. */
export function AcceptBar({ ids, filters, onResults }: AcceptBarProps) {
  const { accepted, ...filter } = queryOf(filters);
  const t = useTexts(refusedTexts);
  const control = useBulkJob(ACCEPTANCES, ({ results }) => onResults(results));
  return (
    <BulkBar
      control={control}
      words={t.bulk}
      count={t.chosenCount(ids.length)}
      chosen={ids.length === 0 ? undefined : { refusal_ids: [...ids] }}
      // Where those are listed that were accepted, "all" would be others than are seen.
      all={accepted === "true" ? undefined : { filter }}
    >
      {(job) => (
        <>
          <BulkProgress job={job} control={control} state={t.states[job.status]} handled={handledBy(job)}>
            <Counts job={job} />
          </BulkProgress>
          <Results job={job} />
        </>
      )}
    </BulkBar>
  );
}

function handledBy({ accepted, duplicates, still_refused: stillRefused, failed }: AcceptJob): number {
  return accepted + duplicates + stillRefused + failed;
}

function Counts({ job }: { readonly job: AcceptJob }) {
  const { counts } = useTexts(refusedTexts);
  const { accepted, duplicates, still_refused: stillRefused, failed } = job;
  const parts = [
    ...(accepted > 0 ? [counts.accepted(accepted)] : []),
    ...(duplicates > 0 ? [counts.duplicates(duplicates)] : []),
    ...(stillRefused > 0 ? [counts.stillRefused(stillRefused)] : []),
    ...(failed > 0 ? [counts.failed(failed)] : []),
  ];
  return parts.length === 0 ? null : `: ${parts.join(", ")}`;
}

function Results({ job }: { readonly job: AcceptJob }) {
  const t = useTexts(refusedTexts);
  const { results, failures, total } = job;
  if (results.length + failures.length === 0) return null;
  const isCut = results.length + failures.length < Math.min(handledBy(job), total);
  return (
    <details>
      <summary>{isCut ? t.firstResults(results.length) : t.results}</summary>
      <ul>
        {results.map((outcome) => (
          <li key={outcome.refusal_id}>
            <RefusalLink id={outcome.refusal_id} /> <OutcomeLine outcome={outcome} />
          </li>
        ))}
        {failures.map(({ refusal_id: id, message }) => (
          <li key={id}>
            <RefusalLink id={id} /> {message}
          </li>
        ))}
      </ul>
    </details>
  );
}

function RefusalLink({ id }: { readonly id: string }) {
  return (
    <Link to={`/refused/${encodeURIComponent(id)}`}>
      <code>{id}</code>
    </Link>
  );
}
