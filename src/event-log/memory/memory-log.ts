/**
 * The event log in plain maps, for tests of other rooms and as the model against which the embedded log is compared.
 * It keeps nothing beyond the process; everything else is as the port says.
 */
import { GtcError, systemClock, type Clock, type JsonPiece } from "../../base/index.ts";
import type { Envelope } from "../../event/index.ts";
import { isOpen } from "../derive-status.ts";
import type * as Port from "../event-log.ts";
import { ChangeSignal } from "../change-signal.ts";
import { readFacts, readTexts } from "../fact-json.ts";
import { OutputRoom } from "../output-room.ts";
import { WorkSignal } from "../work-signal.ts";
import { keyOf, matches, statusOf, summaryOf, type MemoryEvent } from "./memory-event.ts";
import { MemoryQueries } from "./memory-queries.ts";
import { resolveRuns } from "./resolve-runs.ts";
import { RunStory } from "../run-story.ts";

export interface MemoryLogOptions {
  readonly clock?: Clock;
  /** How long a dedupe key makes a second event a duplicate, milliseconds. */
  readonly dedupeWindowMs?: number;
  readonly refusalsKept?: number;
}

const DAY_MS = 86_400_000;

/** A log that keeps everything in memory. */
export function createMemoryLog(options: MemoryLogOptions = {}): Port.EventLog {
  return new MemoryLog(options);
}

class MemoryLog implements Port.EventLog {
  readonly queries: MemoryQueries;
  readonly #changes = new ChangeSignal();
  readonly #traffic: Port.TrafficMinute[] = [];
  readonly #windowMs: number;
  readonly #refusalsKept: number;
  readonly #events = new Map<string, MemoryEvent>();
  readonly #runs = new Map<string, RunStory>();
  readonly #originals = new Map<string, MemoryEvent>();
  readonly #definitions = new Map<string, string>();
  readonly #refusals: Port.Refusal[] = [];
  readonly #work: WorkSignal;
  #sequence = 0;
  #closed = false;

  constructor(options: MemoryLogOptions) {
    this.#windowMs = options.dedupeWindowMs ?? 3 * DAY_MS;
    this.#refusalsKept = options.refusalsKept ?? 10_000;
    this.#work = new WorkSignal(options.clock ?? systemClock);
    this.queries = new MemoryQueries({
      events: () =>
        [...this.#events.values()].map((event) => ({
          summary: summaryOf(event),
          envelope: event.envelope,
          cameUnmatched: event.cameUnmatched,
          ...(event.answer !== undefined && { answer: event.answer }),
          runs: event.runs.map((run) => run.detail()),
        })),
      runs: () => [...this.#runs.values()].map((run) => run.detail()),
      refusals: () => this.#refusals,
      traffic: () => this.#traffic,
      signal: this.#changes,
    });
  }

  async append(draft: Port.EventDraft): Promise<Port.Appended> {
    this.#assertOpen();
    const { envelope, refusedBecause } = draft;
    const original = refusedBecause === undefined ? this.#originalOf(envelope) : undefined;
    const event: MemoryEvent = {
      sequence: this.#sequence++,
      envelope,
      ...(refusedBecause !== undefined && { refusedBecause }),
      ...(original !== undefined && { duplicateOf: original.envelope.id }),
      cameUnmatched: refusedBecause === undefined && original === undefined && draft.runs.length === 0,
      runs: [],
    };
    this.#events.set(envelope.id, event);
    this.queries.tell({ type: "event_stored", eventId: envelope.id });
    if (original !== undefined) {
      const duplicate = { kind: "duplicate", eventId: envelope.id, duplicateOf: original.envelope.id } as const;
      return original.answer === undefined ? duplicate : { ...duplicate, answer: original.answer };
    }
    if (refusedBecause === undefined) {
      if (envelope.dedupe !== undefined) this.#originals.set(keyOf(envelope, envelope.dedupe.value), event);
      for (const run of draft.runs) this.#queue(run);
    }
    return { kind: "stored", eventId: envelope.id };
  }

  async record(facts: readonly Port.NewFact[]): Promise<void> {
    this.#assertOpen();
    for (const fact of facts) {
      if (fact.type === "run_queued" && isReplay(fact.run) && !this.#events.has(fact.run.eventId))
        throw new GtcError("GTC_EVENT_NOT_FOUND", { id: fact.run.eventId });
    }
    for (const fact of facts) {
      if (fact.type !== "written_steps") this.#apply(readTexts(fact));
      else
        for (const step of fact.steps)
          for (const each of readFacts(Buffer.from(`[${textOf(step)}]`))) this.#apply(each);
    }
  }

  refuse(refusal: Port.Refusal): void {
    this.#refusals.unshift(refusal);
    this.queries.tell({ type: "refused", refusalId: refusal.id });
    if (this.#refusals.length > this.#refusalsKept) this.#refusals.pop();
  }

  noteAccepted({ refusalId, ...acceptedAs }: Port.AcceptedRefusal): void {
    const at = this.#refusals.findIndex(({ id }) => id === refusalId);
    const refusal = this.#refusals[at];
    if (refusal !== undefined && refusal.acceptedAs === undefined) this.#refusals[at] = { ...refusal, acceptedAs };
  }

  async claim(request: Port.ClaimRequest): Promise<readonly Port.ClaimedRun[]> {
    this.#assertOpen();
    const due: { run: RunStory; atMs: number }[] = [];
    for (const run of this.#runs.values()) {
      const atMs = run.dueAtMs(request.nowMs);
      if (atMs !== undefined && (run.status !== "waiting" || atMs <= request.nowMs)) due.push({ run, atMs });
      // Only the earliest time is kept: whoever was called for it, and finds others that come later, waits for those.
      else if (isOpen(run.status)) this.#work.at(run.leaseUntilMs ?? atMs ?? Infinity);
    }
    due.sort((a, b) => a.atMs - b.atMs || a.run.sequence - b.run.sequence);
    const claimed: Port.ClaimedRun[] = [];
    for (const { run } of due.slice(0, request.limit)) {
      const event = this.#events.get(run.plan.eventId);
      if (event === undefined) continue;
      run.leaseUntilMs = request.nowMs + request.leaseMs;
      this.#work.at(run.leaseUntilMs);
      claimed.push(run.claimed(event.envelope, event.answer?.by === "flow"));
    }
    return claimed;
  }

  onWork(listener: () => void): () => void {
    return this.#work.listen(listener);
  }

  async flowDefinition(hash: string): Promise<string | undefined> {
    return this.#definitions.get(hash);
  }

  async listEvents(filter: Port.EventFilter): Promise<Port.EventPage> {
    const before = filter.cursor === undefined ? Infinity : Number(filter.cursor);
    const matching = [...this.#events.values()]
      .filter((event) => event.sequence < before && matches(summaryOf(event), filter))
      .sort((a, b) => b.sequence - a.sequence);
    const page = matching.slice(0, filter.limit);
    const last = page.at(-1);
    const events = page.map(summaryOf);
    return matching.length > page.length && last !== undefined
      ? { events, nextCursor: String(last.sequence) }
      : { events };
  }

  async getEvent(
    id: string,
    { runIds, mostOutputChars }: Port.DetailScope = {},
  ): Promise<Port.EventDetail | undefined> {
    const event = this.#events.get(id);
    if (event === undefined) return undefined;
    const room = new OutputRoom(mostOutputChars);
    const wanted = event.runs.map((run) => run.detail()).filter(({ run }) => runIds?.includes(run.id) !== false);
    return {
      summary: summaryOf(event),
      envelope: event.envelope,
      ...(event.refusedBecause !== undefined && { refusedBecause: event.refusedBecause }),
      ...(event.answer !== undefined && { answer: event.answer }),
      runs: wanted
        .toReversed()
        .map((run) => room.take(run))
        .reverse(),
    };
  }

  async getEnvelope(eventId: string): Promise<Envelope | undefined> {
    return this.#events.get(eventId)?.envelope;
  }

  async listRefusals(filter: { readonly tenant?: string; readonly limit: number }): Promise<readonly Port.Refusal[]> {
    return this.#refusals
      .filter((refusal) => filter.tenant === undefined || refusal.tenant === filter.tenant)
      .slice(0, filter.limit);
  }

  async counts(): Promise<Port.LogCounts> {
    const events = { received: 0, done: 0, failed: 0, unmatched: 0, refused: 0, duplicate: 0 };
    const runs = { queued: 0, running: 0, waiting: 0, succeeded: 0, failed: 0 };
    for (const event of this.#events.values()) events[statusOf(event)] += 1;
    for (const run of this.#runs.values()) runs[run.status] += 1;
    const failed = [...this.#runs.values()].filter(({ status }) => status === "failed");
    const deadLetters = failed.filter(({ resolvedBy }) => resolvedBy === undefined).length;
    const oldest = [...this.#runs.values()].find((run) => isOpen(run.status))?.plan.createdAtMs;
    return { events, runs, deadLetters, ...(oldest !== undefined && { oldestOpenAtMs: oldest }) };
  }

  health(): Port.LogHealth {
    if (this.#closed) return { status: "unavailable", because: "the log is closed" };
    let backlog = 0;
    for (const run of this.#runs.values()) if (run.dueAtMs(Infinity) !== undefined) backlog += 1;
    return { status: "ready", backlog, projectionLagBytes: 0 };
  }

  async dropBefore(timeMs: number): Promise<number> {
    let dropped = 0;
    for (const [id, event] of this.#events) {
      if (event.envelope.receivedAtMs >= timeMs || statusOf(event) === "received") continue;
      if (event.runs.some((run) => run.dueAtMs(Infinity) !== undefined)) continue;
      this.#events.delete(id);
      for (const run of event.runs) this.#runs.delete(run.plan.id);
      dropped += 1;
    }
    return dropped;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#work.close();
    this.#changes.close();
  }

  #assertOpen(): void {
    if (this.#closed) throw new GtcError("GTC_LOG_UNAVAILABLE", { detail: "the log is closed" });
  }

  #originalOf(envelope: Envelope): MemoryEvent | undefined {
    if (envelope.dedupe === undefined) return undefined;
    const original = this.#originals.get(keyOf(envelope, envelope.dedupe.value));
    if (original === undefined || !this.#events.has(original.envelope.id)) return undefined;
    return envelope.receivedAtMs - original.envelope.receivedAtMs < this.#windowMs ? original : undefined;
  }

  #tellRun(runId: string): void {
    const run = this.#runs.get(runId);
    if (run === undefined) return;
    this.queries.tell({ type: "run_changed", runId, eventId: run.plan.eventId, status: run.status });
  }

  #queue(plan: Port.PlannedRun): boolean {
    const event = this.#events.get(plan.eventId);
    if (event === undefined || this.#runs.has(plan.id)) return false;
    const run = new RunStory(plan, this.#sequence++);
    this.#runs.set(plan.id, run);
    event.runs.push(run);
    this.#work.now();
    return true;
  }

  #applyToRun(fact: Port.RunFact): void {
    const run = this.#runs.get(fact.runId);
    if (run === undefined || !isOpen(run.status)) return;
    run.apply(fact);
    if (fact.type !== "run_ended" || fact.status !== "succeeded") return;
    resolveRuns(run, fact.atMs, {
      runsOf: (eventId) => this.#events.get(eventId)?.runs ?? [],
      run: (id) => this.#runs.get(id),
    });
  }

  #apply(fact: Port.Fact): void {
    switch (fact.type) {
      case "flow_stored":
        if (!this.#definitions.has(fact.hash)) this.#definitions.set(fact.hash, fact.definitionJson);
        return;
      case "run_queued":
        if (this.#queue(fact.run)) this.#tellRun(fact.run.id);
        return;
      case "answered": {
        const event = this.#events.get(fact.eventId);
        if (event === undefined || event.answer !== undefined) return;
        event.answer = fact.answer;
        this.queries.tell({ type: "event_answered", eventId: fact.eventId });
        return;
      }
      case "run_started":
      case "step_done":
      case "run_waiting":
      case "run_ended":
        this.#applyToRun(fact);
        if (fact.type === "run_waiting") this.#work.at(fact.resumeAtMs);
        if (fact.type !== "step_done") this.#tellRun(fact.runId);
        return;
      case "traffic_minute":
        this.#traffic.push(fact);
        return;
      default:
        fact satisfies never;
    }
  }
}

function textOf(piece: JsonPiece): string {
  return typeof piece === "string" ? piece : Buffer.from(piece).toString("utf8");
}

function isReplay({ replayOf, parentRunId }: Port.PlannedRun<unknown>): boolean {
  return replayOf !== undefined && parentRunId === undefined;
}
