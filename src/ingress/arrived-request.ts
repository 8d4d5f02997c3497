import type { Writable } from "../base/index.ts";
import type { HeaderList } from "../event/index.ts";
import type { RequestRecord } from "./request-record.ts";
import type { Route } from "./source-table.ts";

/** A request that has arrived whole, as the edge hands it in. */
export interface ArrivedRequest {
  readonly route: Route;
  readonly method: string;
  readonly target: string;
  readonly headers: HeaderList;
  readonly remoteAddress: string;
  readonly rawBody: Uint8Array;
  readonly receivedAtMs: number;
  /** Monotonic, for the duration. */
  readonly receivedAt: number;
}

/** What became of a request, for the operator. */
export type Outcome = Omit<
  RequestRecord,
  "atMs" | "method" | "tenant" | "eventType" | "durationMs" | "bodyBytes" | "verdict" | "eventId"
>;

/**
 * The record of a request, from what arrived and what became of it. Written out: copying one object's fields behind those
 * of another is slow, and this is done for every request.
 */
export function recordOf(
  request: ArrivedRequest,
  verdict: RequestRecord["verdict"],
  outcome: Outcome,
  durationMs: number,
  eventId?: string,
): RequestRecord {
  const { status, duplicateOf, unmatched, unkept, reason, detail, hint, likely } = outcome;
  const record: Writable<RequestRecord> = {
    atMs: request.receivedAtMs,
    method: request.method,
    tenant: request.route.tenant,
    eventType: request.route.eventType,
    verdict,
    status,
    durationMs,
    bodyBytes: request.rawBody.length,
  };
  if (eventId !== undefined) record.eventId = eventId;
  if (duplicateOf !== undefined) record.duplicateOf = duplicateOf;
  if (unmatched !== undefined) record.unmatched = unmatched;
  if (unkept !== undefined) record.unkept = unkept;
  if (reason !== undefined) record.reason = reason;
  if (detail !== undefined) record.detail = detail;
  if (hint !== undefined) record.hint = hint;
  if (likely !== undefined) record.likely = likely;
  return record;
}
