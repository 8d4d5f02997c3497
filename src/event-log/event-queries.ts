/**
 * What an operator asks of the log: lists by filter and cursor, text search, numbers for charts, and what changed since
 * a moment. It is a port of its own beside `EventLog`, since none of it may delay an append: adapters answer it from
 * other threads or connections, under a time limit.
 *
 * Invariants every adapter keeps:
 * 1. Lists are newest first; a cursor goes on exactly after the last row, also when newer rows came in between.
 * 2. A page that stopped at its time limit says how far it looked (`searchedToMs`) and has a cursor to go on from.
 * 3. `sequence` grows with every change, survives a restart, and a change is reported once to whoever asks from an
 *    earlier sequence; when it is older than what is kept, the page says `gap` rather than leaving something out.
 */
import type { AcceptedFrom } from "../event/index.ts";
import type {
  EventStatus,
  EventSummary,
  GaugeSample,
  PlannedRun,
  Refusal,
  RunError,
  RunResolution,
  RunStatus,
} from "./event-log.ts";

export interface EventQueries {
  listEvents(query: EventQuery): Promise<Page<EventRowView>>;
  /** Rows of events by id, in the order asked for; unknown and dropped ones are left out. */
  eventsById(ids: readonly string[]): Promise<readonly EventRowView[]>;
  listRuns(query: RunQuery): Promise<Page<RunRowView>>;
  /** Rows of runs by id, in the order asked for; unknown and dropped ones are left out. */
  runsById(ids: readonly string[]): Promise<readonly RunRowView[]>;
  listRefusals(query: RefusalQuery): Promise<Page<Refusal>>;
  getRefusal(id: string): Promise<Refusal | undefined>;
  /** Refused requests without their bodies; those that are gone are left out. */
  refusalsById(ids: readonly string[]): Promise<readonly Refusal[]>;

  /** Numbers per bucket of time, oldest first, empty buckets included. */
  traffic(query: TrafficQuery): Promise<readonly TrafficBucket[]>;
  /** Runs of a flow in a period, and each of its nodes. */
  flowStats(query: FlowStatsQuery): Promise<FlowStats>;
  /** Per tenant, event type, verdict and secret: how often and when last. */
  sourceUse(): Promise<readonly SourceUse[]>;
  storage(): Promise<StorageUse>;

  /**
   * What changed after a sequence, oldest first: at most about `limit` changes. Several changes of one run in one page
   * are one, with its status at the page's end. Whoever serves many viewers asks once for all of them.
   */
  changesSince(sequence: number, limit: number): Promise<ChangePage>;
  /** The sequence from which to ask for what comes after this call. */
  latestSequence(): Promise<number>;
  /** Calls back, coalesced, when there is something new. Costs nothing while nobody listens. Returns the release. */
  onChange(listener: () => void): () => void;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor?: string;
  /** Present when the page was cut short: everything received after this time was looked at. */
  readonly searchedToMs?: number;
}

interface Period {
  readonly sinceMs?: number;
  /** Exclusive. */
  readonly untilMs?: number;
}

interface Paged {
  readonly limit: number;
  readonly cursor?: string;
  /** The most time a page may take, milliseconds; default 1,000. */
  readonly timeLimitMs?: number;
  /** Ends the work early; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface EventQuery extends Period, Paged {
  readonly tenant?: string;
  readonly eventType?: string;
  readonly providerType?: string;
  readonly status?: EventStatus;
  /** Of failed events: those of which replays have done all that had failed (true) or not (false). Others have neither. */
  readonly resolved?: boolean;
  readonly verdict?: "verified" | "unsigned";
  /** Events that started a run of this flow. */
  readonly flow?: string;
  /** The sender's own id of the delivery. */
  readonly deliveryId?: string;
  /** Case-insensitive; in header values, in the target or in the body's text, unpacked and without escapes (see `TextMatch`). */
  readonly text?: string;
}

export interface EventRowView extends EventSummary {
  /** The sequence of the change that stored it. */
  readonly sequence: number;
  readonly deliveryId?: string;
  /** Of an event that was refused as it came. */
  readonly acceptedFrom?: AcceptedFrom;
  readonly method: string;
  /** Who answered first and what; absent: our own 202. */
  readonly answer?: { readonly status: number; readonly by: string; readonly durationMs: number };
}

export interface RunQuery extends Period, Paged {
  readonly tenant?: string;
  readonly flow?: string;
  /** `failed` are the dead letters. */
  readonly status?: RunStatus;
  readonly eventType?: string;
  /** Of failed runs: those whose work a replay has done (true) or nobody yet (false). Others have neither. */
  readonly resolved?: boolean;
}

export interface RunRowView {
  /** Without its payload, as those of a page may be very large together. */
  readonly run: Omit<PlannedRun, "payloadJson">;
  readonly eventType: string;
  readonly status: RunStatus;
  readonly attempts: number;
  readonly error?: RunError;
  readonly startedAtMs?: number;
  readonly endedAtMs?: number;
  readonly resumeAtMs?: number;
  /** Only of a failed run. */
  readonly resolvedBy?: RunResolution;
}

export interface RefusalQuery extends Period, Paged {
  readonly tenant?: string;
  readonly eventType?: string;
  readonly reason?: string;
  /** Those that were accepted later (true) or not (false). */
  readonly accepted?: boolean;
  /** Leaves `bodyStart` empty where no text is searched: a list needs none of the bodies. */
  readonly withoutBodies?: true;
  readonly text?: string;
}

export interface TrafficQuery {
  readonly sinceMs: number;
  readonly untilMs: number;
  /** A whole number of minutes. */
  readonly bucketMs: number;
  readonly tenant?: string;
}

export interface Percentiles {
  readonly count: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

/** Requests are `verified`, `unsigned` or `refused`; `duplicates` and `unmatched` are some of the first two. */
export interface TrafficBucket {
  /** A multiple of `bucketMs`. */
  readonly startMs: number;
  readonly verified: number;
  readonly unsigned: number;
  /** Before they were stored, or for what they contained. */
  readonly refused: number;
  /** The refused ones by their reason; `content`: stored, and refused for what they contained. */
  readonly refusedBy: Readonly<Record<string, number>>;
  readonly duplicates: number;
  /** Events for which there was no flow when they came. */
  readonly unmatched: number;
  readonly runsSucceeded: number;
  readonly runsFailed: number;
  /** From a request's arrival to its answer; absent where nothing was measured. */
  readonly acknowledgement?: Percentiles;
  /** From a run's start to its end. */
  readonly runs?: Percentiles;
  /**
   * The worst of the samples that were taken, one a minute: that with the most open runs, the highest age, the least
   * free space. They are of the whole log, whatever tenant is asked for; absent where none was taken.
   */
  readonly gauges?: GaugeSample;
}

export interface FlowStatsQuery {
  readonly flow: string;
  readonly tenant?: string;
  readonly sinceMs: number;
  readonly untilMs: number;
}

export interface FlowStats {
  readonly runs: { readonly succeeded: number; readonly failed: number; readonly durations?: Percentiles };
  readonly nodes: readonly NodeStats[];
}

export interface NodeStats {
  readonly node: string;
  readonly succeeded: number;
  readonly failed: number;
  readonly durations?: Percentiles;
  /** How often the run went on to which node; `""`: it ended there. */
  readonly next: Readonly<Record<string, number>>;
}

export interface SourceUse {
  readonly tenant: string;
  readonly eventType: string;
  readonly verdict: "verified" | "unsigned";
  /** The name of the secret that verified; absent when unsigned. */
  readonly keyName?: string;
  readonly count: number;
  readonly lastReceivedAtMs: number;
}

export interface StorageUse {
  readonly journalBytes: number;
  readonly projectionBytes: number;
  readonly freeBytes: number;
  readonly oldestEventAtMs?: number;
}

/** What changed, as little as a list needs to ask for more. */
export type Change =
  | { readonly sequence: number; readonly type: "event_stored"; readonly eventId: string }
  | { readonly sequence: number; readonly type: "event_answered"; readonly eventId: string }
  | {
      readonly sequence: number;
      readonly type: "run_changed";
      readonly runId: string;
      readonly eventId: string;
      readonly status: RunStatus;
    }
  | { readonly sequence: number; readonly type: "refused"; readonly refusalId: string };

export interface ChangePage {
  readonly changes: readonly Change[];
  /** From where to ask next. */
  readonly sequence: number;
  /** Changes before the first of this page are no longer known. */
  readonly gap: boolean;
}
