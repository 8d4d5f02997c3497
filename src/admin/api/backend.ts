/** What the admin API works with. The composition root hands it in; nothing here knows adapters or the command line. */
import type { Clock } from "../../base/index.ts";
import type { Envelope, HeaderList } from "../../event/index.ts";
import type { EventLog, EventQueries, PlannedRun, Refusal } from "../../event-log/index.ts";
import type { FlowSet } from "../../flow/index.ts";
import type { SchemeConfig, SigningKey } from "../../signature/index.ts";
import type { AuditTrail } from "../audit-trail.ts";

export interface AdminBackend {
  readonly log: EventLog;
  readonly queries: EventQueries;
  readonly clock: Clock;
  readonly version: string;
  readonly startedAtMs: number;
  /** The bundle of now. */
  readonly bundle: () => BundleView;
  readonly replay: (eventId: string) => Promise<readonly PlannedRun[]>;
  /** Stores an edited copy of an event as an operator's test and runs today's flows on it. */
  readonly storeCopy: (original: Envelope, copy: EventCopy) => Promise<StoredCopy>;
  /**
   * Verifies a refused request again and stores it when it verifies now. `beforeStored` is awaited with the event's id.
   * @throws GtcError GTC_LOG_UNAVAILABLE
   */
  readonly accept: (refusal: Refusal, beforeStored: (eventId: string) => Promise<void>) => Promise<Acceptance>;
  /** Why a refused request would not even be verified again; undefined: it would. */
  readonly hindranceTo: (refusal: Refusal) => StillRefused | undefined;
  /** Sends a request to the gateway's own webhook port, as a sender would. */
  readonly send: (request: OwnRequest) => Promise<{ readonly status: number; readonly body: string }>;
  readonly doctor: () => Promise<readonly DoctorFinding[]>;
  /** JSON paths whose values are masked. */
  readonly maskPaths: readonly string[];
  readonly audit: AuditTrail;
}

export interface BundleView {
  readonly folder: string;
  readonly name: string;
  readonly tenants: readonly string[];
  readonly publicBaseUrl: string;
  readonly flows: FlowSet;
  /** The URL table. */
  readonly sources: readonly SourceView[];
  /** The source of an event type that the table does not name; undefined for a tenant that receives nothing. */
  readonly sourceOf: (tenant: string, eventType: string) => SourceView | undefined;
}

export interface SourceView {
  readonly tenant: string;
  readonly eventType: string;
  readonly url: string;
  readonly verified: boolean;
  readonly verifiedBy: string;
  readonly flows: readonly string[];
  /** Absent: nothing is configured. */
  readonly scheme?: { readonly config: SchemeConfig; readonly keys: readonly SigningKey[] };
}

export interface EventCopy {
  readonly body: Uint8Array;
  readonly headers: HeaderList;
  /** Path and query. */
  readonly target: string;
  /** What happened, in the provider's words. */
  readonly providerType?: string;
}

export interface StoredCopy {
  readonly eventId: string;
  readonly runs: readonly PlannedRun[];
}

/** What became of a refused request that was verified again. */
export type Acceptance =
  | { readonly outcome: "accepted"; readonly eventId: string; readonly runs: readonly PlannedRun[] }
  | { readonly outcome: "duplicate"; readonly eventId: string }
  | ({ readonly outcome: "still_refused" } & StillRefused);

export interface StillRefused {
  readonly reason: string;
  readonly detail: string;
  readonly hint: string;
  readonly likely?: Refusal["likely"];
}

export interface OwnRequest {
  readonly target: string;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
}

export interface DoctorFinding {
  readonly level: "ok" | "note" | "warning" | "error";
  readonly check: string;
  readonly where: string;
  readonly message: string;
  readonly fix?: string;
  readonly frame?: string;
}
