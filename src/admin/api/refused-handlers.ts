/** Refused requests: what there is, and having them verified again. */
import { defined, GtcError, messageOf } from "../../base/index.ts";
import type { Refusal } from "../../event-log/index.ts";
import type { BulkJobs, JobView } from "../bulk-jobs.ts";
import { bulkJobJson } from "../bulk-job-json.ts";
import type * as Contract from "../contract/index.ts";
import { timeOrNull } from "../json-values.ts";
import { maskRulesOf } from "../mask-rules.ts";
import type { Acceptance, AdminBackend } from "./backend.ts";
import { selectedRefusals, type RefusalSelection } from "./bulk-selection.ts";
import { periodOf } from "./event-handlers.ts";
import { refusalDetailJson, refusalJson, stillRefusedJson } from "./event-json.ts";
import { notFound, type HandlerInput, type Handlers } from "./handler.ts";
import { hiddenValue } from "./hidden-value.ts";

type RefusedHandlers = Pick<
  Handlers,
  | "listRefused"
  | "showRefused"
  | "revealRefused"
  | "acceptRefused"
  | "startAcceptJob"
  | "showAcceptJob"
  | "cancelAcceptJob"
>;

/** What became of the requests of a job; the results are those of the first `MOST_RESULTS`. */
export interface AcceptTally {
  readonly results: Contract.Acceptance[];
  accepted: number;
  duplicates: number;
  stillRefused: number;
}

const MOST_RESULTS = 500;

export function refusedHandlers(jobs: BulkJobs<AcceptTally>): RefusedHandlers {
  return {
    listRefused: async ({ query: { type, q, since, until, ...same }, backend, signal }) => {
      const page = await backend.queries.listRefusals({
        signal,
        ...defined(same),
        limit: same.limit,
        ...defined({ eventType: type, text: q }),
        ...periodOf({ since, until }),
        withoutBodies: true,
      });
      return {
        items: page.items.map(refusalJson),
        next_cursor: page.nextCursor ?? null,
        searched_to: timeOrNull(page.searchedToMs),
      };
    },

    showRefused: async ({ params: { id }, backend }) => {
      const refusal = await found(backend, id);
      const hindrance = refusal.acceptedAs === undefined ? backend.hindranceTo(refusal) : undefined;
      return refusalDetailJson(refusal, hindrance, maskRulesOf(backend));
    },

    revealRefused: async ({ params: { id }, body: { field }, backend, audit }) => {
      const refusal = await found(backend, id);
      const value = await hiddenValue({ ...refusal, rawBody: refusal.bodyStart }, field);
      if (value === undefined) throw new GtcError("GTC_FIELD_NOT_FOUND", { field });
      await audit("reveal", `${field} of refused ${id}`);
      return { field, value };
    },

    acceptRefused: async ({ params: { id }, backend, audit }) => accept(id, backend, audit),

    startAcceptJob: async ({ body, backend, audit, signal }) => {
      const ids = await selectedRefusals(backend, body, signal);
      await audit("bulk_accept", `${ids.length} refused request(s)`);
      return jobJson(jobs.start(ids, body.rate, async (id, tally) => count(tally, await accept(id, backend, audit))));
    },

    showAcceptJob: async ({ params: { id } }) => shown(jobs.show(id), id),

    cancelAcceptJob: async ({ params: { id }, audit }) => {
      shown(jobs.show(id), id);
      await audit("bulk_accept", `cancel ${id}`);
      return shown(jobs.cancel(id), id);
    },
  };
}

/** What is said of requests that were verified again, one after the other. */
export type Accepted = Pick<Contract.AcceptJob, "results" | "failures">;

/**
 * Verifies refused requests again where no gateway runs, oldest first.
 * @throws GtcError GTC_NOTHING_MATCHES
 */
export async function acceptRefusals(backend: Acceptor, selection: RefusalSelection, audit: Audit): Promise<Accepted> {
  const accepted: Accepted = { results: [], failures: [] };
  for (const id of new Set(await selectedRefusals(backend, selection))) {
    try {
      accepted.results.push(await accept(id, backend, audit));
    } catch (fault) {
      accepted.failures.push({ refusal_id: id, message: messageOf(fault) });
    }
  }
  return accepted;
}

type Acceptor = Pick<AdminBackend, "queries" | "accept">;
type Audit = HandlerInput<"acceptRefused">["audit"];

/** Verifies one again. What lets it in is written to the trail before it is stored. */
async function accept(id: string, backend: Acceptor, audit: Audit): Promise<Contract.Acceptance> {
  const refusal = await found(backend, id);
  const acceptance = await backend.accept(refusal, (eventId) => audit("accept_refused", `${id} as event ${eventId}`));
  return acceptanceJson(id, acceptance);
}

async function found({ queries }: Pick<AdminBackend, "queries">, id: string): Promise<Refusal> {
  const refusal = await queries.getRefusal(id);
  if (refusal === undefined) throw notFound("refused request", id);
  return refusal;
}

function acceptanceJson(id: string, acceptance: Acceptance): Contract.Acceptance {
  const { outcome } = acceptance;
  switch (outcome) {
    case "accepted": {
      const runs = acceptance.runs.map((run) => ({ id: run.id, flow: run.flow }));
      return { refusal_id: id, outcome, event_id: acceptance.eventId, runs, why: null };
    }
    case "duplicate":
      return { refusal_id: id, outcome, event_id: acceptance.eventId, runs: [], why: null };
    case "still_refused":
      return { refusal_id: id, outcome, event_id: null, runs: [], why: stillRefusedJson(acceptance) };
    default:
      return outcome satisfies never;
  }
}

function count(tally: AcceptTally, result: Contract.Acceptance): void {
  if (tally.results.length < MOST_RESULTS) tally.results.push(result);
  if (result.outcome === "accepted") tally.accepted += 1;
  else if (result.outcome === "duplicate") tally.duplicates += 1;
  else tally.stillRefused += 1;
}

function shown(job: JobView<AcceptTally> | undefined, id: string): Contract.AcceptJob {
  if (job === undefined) throw notFound("bulk acceptance", id);
  return jobJson(job);
}

function jobJson(job: JobView<AcceptTally>): Contract.AcceptJob {
  const { accepted, duplicates, stillRefused, results } = job.tally;
  return {
    ...bulkJobJson(job),
    accepted,
    duplicates,
    still_refused: stillRefused,
    results: [...results],
    failures: job.failures.map(({ id, message }) => ({ refusal_id: id, message })),
  };
}
