/** What operators do: replay, edit and replay, replay many, and send a request as a sender would. */
import { defined, GtcError } from "../../base/index.ts";
import type { PlannedRun } from "../../event-log/index.ts";
import { curlCommand, signRequest, type SignedRequest } from "../../signature/index.ts";
import type * as Contract from "../contract/index.ts";
import type { BulkJobs, JobView } from "../bulk-jobs.ts";
import { bulkJobJson } from "../bulk-job-json.ts";
import { maskRulesOf } from "../mask-rules.ts";
import type { AdminBackend, SourceView } from "./backend.ts";
import { selectedEvents } from "./bulk-selection.ts";
import { copiedType } from "./copied-type.ts";
import { DeadLetterReplays } from "./dead-letter-replays.ts";
import { editedCopy, editedParts, OF_CONNECTION } from "./edited-copy.ts";
import { notFound, type Handlers } from "./handler.ts";

type ReplayHandlers = Pick<
  Handlers,
  | "replayEvent"
  | "replayEdited"
  | "startReplayJob"
  | "showReplayJob"
  | "cancelReplayJob"
  | "eventCurl"
  | "sourceCurl"
  | "testSource"
>;

const SAMPLE = '{"message": "Hello from the inspector"}';

/** How many events of a job were started again; one that no flow handles today was not. */
export interface ReplayTally {
  started: number;
}

export function replayHandlers(jobs: BulkJobs<ReplayTally>): ReplayHandlers {
  const letters = new DeadLetterReplays();
  return {
    replayEvent: async ({ params: { id }, backend, audit }) => {
      await audit("replay", id);
      return replayedJson(id, id, await backend.replay(id));
    },

    replayEdited: async ({ params: { id }, body: edits, backend, audit }) => {
      const original = await backend.log.getEnvelope(id);
      if (original === undefined) throw new GtcError("GTC_EVENT_NOT_FOUND", { id });
      const { copy, leftOut } = await editedCopy(original, edits, maskRulesOf(backend));
      const { sourceOf: anySource } = backend.bundle();
      const providerType = await copiedType(original, copy, anySource(original.tenant, original.eventType));
      await audit("replay_edited", `${id}, edited: ${editedParts(edits)}`);
      const stored = await backend.storeCopy(original, { ...copy, ...defined({ providerType }) });
      return { ...replayedJson(stored.eventId, id, stored.runs), left_out: [...leftOut] };
    },

    startReplayJob: async ({ body, backend, audit, signal }) => {
      const ids = await selectedEvents(backend, body, signal);
      const { queries } = backend;
      const replay = (id: string): Promise<readonly PlannedRun[]> => backend.replay(id);
      const isOfLetters = body.event_ids === undefined && body.dead_letters !== undefined;
      const flow = body.dead_letters?.flow;
      await audit("bulk_replay", `${ids.length} event(s)`);
      const job = jobs.start(ids, body.rate, async (id, tally) => {
        const runs = await (isOfLetters ? letters.replay(id, flow, { queries, replay }) : replay(id));
        if (runs.length === 0) throw new Error("No flow handles it today.");
        tally.started += 1;
      });
      return replayJobJson(job);
    },

    showReplayJob: async ({ params: { id } }) => found(jobs.show(id), id),

    cancelReplayJob: async ({ params: { id }, audit }) => {
      found(jobs.show(id), id);
      await audit("bulk_replay", `cancel ${id}`);
      return found(jobs.cancel(id), id);
    },

    eventCurl: async ({ params: { id }, backend, audit }) => {
      const envelope = await backend.log.getEnvelope(id);
      if (envelope === undefined) throw new GtcError("GTC_EVENT_NOT_FOUND", { id });
      await audit("download", `curl of ${id}`);
      const source = sourceOf(backend, envelope.tenant, envelope.eventType);
      const headers = envelope.headers.filter(([name]) => !OF_CONNECTION.has(name));
      const url = backend.bundle().publicBaseUrl + envelope.target;
      return signedCurl(source, { method: envelope.method, url, headers, rawBody: envelope.rawBody }, backend);
    },

    sourceCurl: async ({ params, backend, audit }) => {
      const source = knownSource(backend, params.tenant, params.event_type);
      await audit("download", `curl of ${params.tenant}/${params.event_type}`);
      return signedCurl(source, sampleFor(source), backend);
    },

    testSource: async ({ params, backend, audit }) => {
      const source = knownSource(backend, params.tenant, params.event_type);
      await audit("test", `${params.tenant}/${params.event_type}`);
      const { request } = signedBy(source, sampleFor(source), backend);
      const { pathname, search } = new URL(request.url);
      const answer = await backend.send({ target: pathname + search, headers: request.headers, body: request.rawBody });
      return { ...answer, event_id: eventIdIn(answer.body) };
    },
  };
}

function found(job: JobView<ReplayTally> | undefined, id: string): Contract.ReplayJob {
  if (job === undefined) throw notFound("bulk replay", id);
  return replayJobJson(job);
}

function replayJobJson(job: JobView<ReplayTally>): Contract.ReplayJob {
  const failures = job.failures.map(({ id, message }) => ({ event_id: id, message }));
  return { ...bulkJobJson(job), started: job.tally.started, failures };
}

function replayedJson(eventId: string, replayOf: string, runs: readonly PlannedRun[]) {
  return { event_id: eventId, replay_of: replayOf, runs: runs.map(({ id, flow }) => ({ id, flow })) };
}

function sourceOf({ bundle }: AdminBackend, tenant: string, eventType: string): SourceView | undefined {
  return bundle().sources.find((source) => source.tenant === tenant && source.eventType === eventType);
}

function knownSource(backend: AdminBackend, tenant: string, eventType: string): SourceView {
  const source = sourceOf(backend, tenant, eventType);
  if (source === undefined) throw notFound("source", `${tenant}/${eventType}`);
  return source;
}

function sampleFor({ url }: SourceView): SignedRequest {
  return { method: "POST", url, headers: [["content-type", "application/json"]], rawBody: Buffer.from(SAMPLE) };
}

interface SignResult {
  readonly request: SignedRequest;
  readonly signed: boolean;
  readonly note: string | null;
}

/** The request as the source's sender would sign it now, with the first secret that is still good. */
function signedBy(source: SourceView | undefined, request: SignedRequest, { clock }: AdminBackend): SignResult {
  const nowMs = clock.now();
  const { config, keys = [] } = source?.scheme ?? {};
  const key = keys.find(({ notAfterMs = Infinity }) => notAfterMs > nowMs);
  if (config === undefined || key === undefined)
    return { request, signed: false, note: "Nothing is configured to sign it with." };
  const result = signRequest(config, key, request, { nowMs, id: `test-${nowMs}` });
  return "fault" in result
    ? { request, signed: false, note: result.fault }
    : { request: result.request, signed: true, note: null };
}

function signedCurl(
  source: SourceView | undefined,
  request: SignedRequest,
  backend: AdminBackend,
): Contract.SignedCurl {
  const { request: ready, signed, note } = signedBy(source, request, backend);
  return { command: curlCommand({ ...ready, headers: ready.headers.map(asTyped) }), signed, note };
}

/** The command is text in UTF-8, a header's value has a byte in each character: so the shell gives curl the same bytes. */
function asTyped([name, value]: SignedRequest["headers"][number]): SignedRequest["headers"][number] {
  const bytes = Buffer.from(value, "latin1");
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes) ? [name, text] : [name, value];
}

function eventIdIn(body: string): string | null {
  const [, id = null] = /"event_id":\s*"([0-9a-f-]{36})"/.exec(body) ?? [];
  return id;
}
