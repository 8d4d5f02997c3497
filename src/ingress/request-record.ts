/** What the operator's log, the metrics and the console line say of one request. */
export interface RequestRecord {
  readonly atMs: number;
  readonly method: string;
  readonly tenant: string;
  readonly eventType: string;
  readonly verdict: "verified" | "unsigned" | "refused" | "handshake" | "none";
  readonly status: number;
  readonly durationMs: number;
  readonly bodyBytes: number;
  readonly eventId?: string;
  readonly duplicateOf?: string;
  readonly unmatched?: boolean;
  /** One of many of its kind: it is counted, but neither kept nor worth a line. */
  readonly unkept?: boolean;
  /** Why it was refused, or what else there is to say: for the operator. */
  readonly reason?: string;
  readonly detail?: string;
  readonly hint?: string;
  /** The likely cause of a refused signature, when it was looked for. */
  readonly likely?: { readonly reason: string; readonly certain: boolean };
}
