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
export type Outcome = Omit<RequestRecord, "atMs" | "method" | "tenant" | "eventType" | "durationMs" | "bodyBytes">;

/** The record of a request, from what arrived and what became of it. */
export function recordOf(request: ArrivedRequest, outcome: Outcome, durationMs: number): RequestRecord {
  return {
    atMs: request.receivedAtMs,
    method: request.method,
    tenant: request.route.tenant,
    eventType: request.route.eventType,
    durationMs,
    bodyBytes: request.rawBody.length,
    ...outcome,
  };
}
