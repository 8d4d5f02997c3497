/**
 * The port of the event log: the one place where events and runs are kept. Adapters: `memory/` (tests) and `embedded/`
 * (a journal of facts and its SQLite projection); all run `event-log.contract.ts`.
 *
 * Invariants every adapter keeps:
 * 1. What `append` or `record` resolved is on disk and survives a kill at any later instruction.
 * 2. An event and the runs that it starts are one fact: there is never an acknowledged event whose runs are missing.
 * 3. Facts of one run are kept in the order in which they were recorded.
 * 4. At most one worker holds a run's claim at a time; a claim is released by `run_ended` or `run_waiting`, by its
 *    lease running out, or by the adapter being closed (embedded: claims die with the process).
 * 5. A second event with the same tenant, event type and dedupe key inside the window is stored as a duplicate with
 *    `duplicateOf`, and starts no run; two concurrent appends of one key are one original and one duplicate.
 * 6. When the log cannot write, `append` and `record` reject with GTC_LOG_UNAVAILABLE; nothing that was rejected is
 *    ever reported as stored later, and reading goes on working.
 */
import type { AnyText, JsonPiece } from "../base/index.ts";
import type { AnswerRecord, Envelope } from "../event/index.ts";
import type { HistogramEntry } from "./duration-histogram.ts";
import type { EventQueries } from "./event-queries.ts";

export interface EventLog extends AsyncDisposable {
  /** What an operator asks; none of it delays an append. */
  readonly queries: EventQueries;

  /** Stores the event with its planned runs, durably. @throws GtcError GTC_LOG_UNAVAILABLE. */
  append(draft: EventDraft): Promise<Appended>;
  /**
   * Stores facts, durably and in order.
   * @throws GtcError GTC_LOG_UNAVAILABLE, GTC_RECORD_TOO_LARGE; GTC_EVENT_NOT_FOUND for a replay of an event that is gone.
   */
  record(facts: readonly NewFact[]): Promise<void>;
  /** Keeps a refused request in a bounded ring; best effort, never blocks, never throws. */
  refuse(refusal: Refusal): void;
  /** Notes at a refused request as which event it was accepted later; best effort, never blocks, never throws. */
  noteAccepted(accepted: AcceptedRefusal): void;

  /** Hands out runs that are due (queued, or waiting with `resumeAtMs <= nowMs`), oldest first, at most `limit`. */
  claim(request: ClaimRequest): Promise<readonly ClaimedRun[]>;
  /** Calls back (coalesced) when there may be work: a run was queued, or a waiting run came due. Returns the release. */
  onWork(listener: () => void): () => void;

  /** The definition text (JSON) stored by `flow_stored`. @throws GtcError GTC_LOG_UNAVAILABLE when that cannot be known now */
  flowDefinition(hash: string): Promise<string | undefined>;

  listEvents(filter: EventFilter): Promise<EventPage>;
  /** Everything about one event; undefined when it is unknown or already dropped. */
  getEvent(id: string, scope?: DetailScope): Promise<EventDetail | undefined>;
  /** The run's event with its body, for a replay or an async child. */
  getEnvelope(eventId: string): Promise<Envelope | undefined>;
  listRefusals(filter: { readonly tenant?: string; readonly limit: number }): Promise<readonly Refusal[]>;
  counts(): Promise<LogCounts>;
  health(): LogHealth;

  /** Drops what is older than the limit and no longer needed by a run. Returns how many events went. */
  dropBefore(timeMs: number): Promise<number>;
}

export interface EventDraft {
  readonly envelope: Envelope;
  /** Empty: no flow handles the event; it is kept as `unmatched`. */
  readonly runs: readonly PlannedRun[];
  /** Set when a verified request was refused for its content (e.g. a body that claims JSON and is not): kept as `refused`, no runs. */
  readonly refusedBecause?: string;
  /** Its runs can begin while it is not stored yet. A log may let them; where it does not, they are handed out as ever. */
  readonly early?: EarlyRuns;
}

/**
 * Runs of an event that begin before it is stored; what they have done by the time that it is written is one fact with it.
 * They are claimed by whoever began them, without a lease, until they wait or have ended.
 */
export interface EarlyRuns {
  /**
   * Called when the event is known to be no duplicate, just before it is written; the log waits for the facts.
   * Undefined: they do not begin, and there is nothing to wait for. Never rejects.
   */
  begin(): Promise<readonly NewFact[]> | undefined;
  /** Called once, after `begin`, when the event and these facts are on disk. */
  stored(): void;
  /** Called once, after `begin`, instead of `stored`. */
  rejected(error: Error): void;
}

export type Appended =
  | { readonly kind: "stored"; readonly eventId: string }
  | {
      readonly kind: "duplicate";
      readonly eventId: string;
      readonly duplicateOf: string;
      readonly answer?: AnswerRecord;
    };

export interface PlannedRun<Text = string> {
  readonly id: string;
  readonly eventId: string;
  readonly tenant: string;
  readonly flow: string;
  /** Content hash of the definition with which the run begins and, after a crash, goes on. */
  readonly flowHash: string;
  /** The node at which the run starts. */
  readonly startNode: string;
  /** The run that started this one through an `async` node. */
  readonly parentRunId?: string;
  /** The run at the top of its family, which the event or a replay began; absent: itself. */
  readonly rootRunId?: string;
  /** How many runs stand above it; absent: none. */
  readonly depth?: number;
  /** Payload given by an `async` node, as JSON; absent: the event's own payload. */
  readonly payloadJson?: Text;
  /** The event of which this run is a replay. */
  readonly replayOf?: string;
  readonly createdAtMs: number;
}

/** What can be said of runs and answers after an event was stored. */
export type Fact<Text = string> =
  | { readonly type: "flow_stored"; readonly hash: string; readonly definitionJson: string }
  | { readonly type: "run_queued"; readonly run: PlannedRun<Text> }
  | { readonly type: "run_started"; readonly runId: string; readonly attempt: number; readonly atMs: number }
  | StepDone<Text>
  | {
      readonly type: "run_waiting";
      readonly runId: string;
      readonly resumeAtMs: number;
      readonly error: RunError;
    }
  | {
      readonly type: "run_ended";
      readonly runId: string;
      readonly status: "succeeded" | "failed";
      readonly error?: RunError;
      readonly atMs: number;
    }
  | { readonly type: "answered"; readonly eventId: string; readonly answer: AnswerRecord<Text> }
  | TrafficMinute;

/** The facts that speak of one run. */
export type RunFact<Text = string> = Extract<Fact<Text>, { readonly runId: string }>;

/** How quickly the requests of one minute were answered, and how full the log was at its end: what no other fact tells. */
export interface TrafficMinute {
  readonly type: "traffic_minute";
  /** Where the minute begins, milliseconds since the epoch. */
  readonly minuteMs: number;
  readonly tenants: readonly {
    readonly tenant: string;
    /** From arrival to answer. */
    readonly acknowledgements: readonly HistogramEntry[];
  }[];
  /** Absent in what was recorded before there were samples, and where none could be taken. */
  readonly sample?: GaugeSample;
}

/** The work that was left and the disk, at one moment. */
export interface GaugeSample {
  readonly queued: number;
  readonly running: number;
  readonly waiting: number;
  /** How long ago the oldest run that had not ended was queued; absent: all had ended. */
  readonly oldestMs?: number;
  readonly journalBytes: number;
  readonly projectionBytes: number;
  readonly freeBytes: number;
}

export interface StepDone<Text = string> {
  readonly type: "step_done";
  readonly runId: string;
  /** 0, 1, 2 … within the run. */
  readonly ordinal: number;
  readonly node: string;
  readonly nodeType: string;
  readonly status: "succeeded" | "failed";
  /** JSON text; present when succeeded. */
  readonly outputJson?: Text;
  /** The node to which the run goes next; absent: the run ends here. */
  readonly next?: string;
  readonly error?: RunError;
  readonly printed?: readonly string[];
  readonly attempt: number;
  readonly startedAtMs: number;
  readonly durationMs: number;
}

/**
 * Steps of one run as the JSON of their facts, which `writeStep` made. The thread that did them has written them: a log that keeps JSON need
 * not have them read and written again.
 */
export interface WrittenSteps {
  readonly type: "written_steps";
  readonly runId: string;
  readonly steps: readonly JsonPiece[];
}

/** What can be recorded; read again, written steps are steps like any other, and large texts are texts. */
export type NewFact = Fact<AnyText> | WrittenSteps;

export interface RunError {
  /** Stable kebab-case kind, e.g. `script-error`, `timeout`. */
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly node?: string;
  /** Code frame or more, as text. */
  readonly detail?: string;
}

export interface ClaimRequest {
  readonly limit: number;
  readonly nowMs: number;
  readonly leaseMs: number;
  readonly workerId: string;
}

/** Its large texts are as they lie in the log: the thread that goes on with the run reads them. */
export interface ClaimedRun {
  readonly run: PlannedRun<AnyText>;
  readonly envelope: Envelope;
  /** How many times the run has been tried before: 0 for a new one. */
  readonly attempts: number;
  /** Tries that a failure ended: only these count against the flow's `max_attempts`. */
  readonly failedTries: number;
  /** Succeeded steps so far, in order: a resumed run goes on after them. */
  readonly steps: readonly StepDone<AnyText>[];
  /** Whether the event already has an answer from a flow. */
  readonly answered: boolean;
}

export type EventStatus = "received" | "done" | "failed" | "unmatched" | "refused" | "duplicate";
export type RunStatus = "queued" | "running" | "waiting" | "succeeded" | "failed";

export interface EventFilter {
  readonly tenant?: string;
  readonly eventType?: string;
  readonly status?: EventStatus;
  readonly sinceMs?: number;
  readonly limit: number;
  /** From the page before; newest first. */
  readonly cursor?: string;
}

export interface EventPage {
  readonly events: readonly EventSummary[];
  readonly nextCursor?: string;
}

export interface EventSummary {
  readonly id: string;
  readonly tenant: string;
  readonly eventType: string;
  readonly receivedAtMs: number;
  readonly status: EventStatus;
  readonly verdict: Envelope["verdict"];
  readonly providerType?: string;
  readonly duplicateOf?: string;
  readonly bodyBytes: number;
  /** Only of a failed event, when nothing that failed of it is left: the replay that did the last of it. */
  readonly resolvedBy?: RunResolution;
  readonly runs: readonly { readonly id: string; readonly flow: string; readonly status: RunStatus }[];
}

export interface EventDetail {
  readonly summary: EventSummary;
  readonly envelope: Envelope;
  readonly refusedBecause?: string;
  /** Absent: nothing else than our own 202 was recorded. */
  readonly answer?: AnswerRecord;
  readonly runs: readonly RunDetail[];
}

/** What is read of an event's runs: their outputs may be very large together. */
export interface DetailScope {
  /** Only these runs; absent: all. */
  readonly runIds?: readonly string[];
  /** Outputs are given of the newest runs, up to so many characters together; those of the others are left out. */
  readonly mostOutputChars?: number;
}

export interface RunDetail {
  readonly run: PlannedRun;
  readonly status: RunStatus;
  readonly attempts: number;
  readonly error?: RunError;
  readonly resumeAtMs?: number;
  readonly startedAtMs?: number;
  readonly endedAtMs?: number;
  /** Every recorded step, failed tries included, in order. */
  readonly steps: readonly StepDone[];
  /** The steps that succeeded lack their outputs, as `DetailScope` asks for it. */
  readonly outputsLeftOut?: true;
  /** Only of a failed run. */
  readonly resolvedBy?: RunResolution;
}

/**
 * The run that did later what a failed one should have done: a replay of its event (or of an edited copy) that ran the
 * same flow and succeeded.
 */
export interface RunResolution {
  readonly runId: string;
  /** Of that run: another one than the failed run's when an edited copy was sent. */
  readonly eventId: string;
  readonly atMs: number;
}

export interface Refusal {
  readonly id: string;
  readonly receivedAtMs: number;
  /** As in the path; may name no tenant of the bundle. */
  readonly tenant: string;
  readonly eventType: string;
  readonly method: string;
  readonly target: string;
  readonly headers: Envelope["headers"];
  readonly remoteAddress: string;
  readonly status: number;
  readonly reason: string;
  readonly detail: string;
  readonly hint: string;
  /** The likely cause of a refused signature, when it was looked for. */
  readonly likely?: { readonly reason: string; readonly certain: boolean };
  readonly bodyBytes: number;
  /** The start of the body, at most some KiB: when that is all of it, a signature can be tried again. */
  readonly bodyStart: Uint8Array;
  /** It verified later, and an operator had it accepted. */
  readonly acceptedAs?: Omit<AcceptedRefusal, "refusalId">;
}

export interface AcceptedRefusal {
  readonly refusalId: string;
  readonly eventId: string;
  readonly atMs: number;
}

export interface LogCounts {
  readonly events: Readonly<Record<EventStatus, number>>;
  readonly runs: Readonly<Record<RunStatus, number>>;
  /** Failed runs whose work no replay has done. */
  readonly deadLetters: number;
  /** When the oldest run that has not ended was queued; absent: all have ended. */
  readonly oldestOpenAtMs?: number;
}

export type LogHealth =
  | { readonly status: "ready"; readonly backlog: number; readonly projectionLagBytes: number }
  | { readonly status: "unavailable"; readonly because: string };
