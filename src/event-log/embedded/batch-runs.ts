/**
 * What a batch of the projection makes of runs: they are queued, worked on, end, and a replay that succeeds resolves the
 * failed runs whose work it has done.
 *
 * A run resolves a failed one when it is a replay of its event, of the same flow, and was not started by the same run as
 * the failed one (several children of one run are no attempts of each other). What an edited copy of an event resolves
 * is resolved for the event that was copied as well.
 */
import { isOpen } from "../derive-status.ts";
import { durationBucket } from "../duration-histogram.ts";
import type { PlannedRun, RunFact, RunResolution, StepDone } from "../event-log.ts";
import type { BatchRows } from "./batch-rows.ts";
import type { EventKind, RunKind } from "./kinds.ts";
import { runStatusCode, runStatusOf, type EventRow, type RunRow } from "./projection-rows.ts";
import { MIXED_KIND } from "./projection-schema.ts";
import type { ProjectionStore } from "./projection-store.ts";

/** Copies of copies that are followed back. */
const MOST_COPIES = 16;

export class BatchRuns {
  readonly #store: ProjectionStore;
  readonly #rows: BatchRows;

  constructor(store: ProjectionStore, rows: BatchRows) {
    this.#store = store;
    this.#rows = rows;
  }

  /** Queues a run of an event; `position` is that of the record that says so, `index` its place in there. */
  queue(
    run: PlannedRun<unknown>,
    event: EventRow,
    { tenant, eventType }: Pick<EventKind, "tenant" | "eventType">,
    position: number,
    index: number,
  ): void {
    if (this.#rows.run(run.id) !== undefined) return;
    const kind: RunKind = { tenant, eventType, flow: run.flow };
    const id = this.#store.runKinds.idOf(kind);
    this.#store.runKinds.count(id, 1, 0);
    this.#rows.addRun({
      seq: position + index,
      id: run.id,
      event_seq: event.seq,
      queued_at: position,
      kind: id,
      created_at: run.createdAtMs,
      status: runStatusCode("queued"),
      attempts: 0,
      started_at: null,
      ended_at: null,
      resume_at: null,
      facts_at: "[]",
      own: id === MIXED_KIND ? JSON.stringify(kind) : null,
      replay_of: run.replayOf ?? null,
      root_seq: this.#rootOf(run.parentRunId),
      resolved: null,
    });
    this.#rows.count("run:queued", 1);
    event.runs += 1;
    event.open_runs += 1;
    this.#rows.deriveEvent(event);
  }

  apply(fact: RunFact<unknown>, position: number): void {
    const run = this.#rows.run(fact.runId);
    if (run === undefined || !isOpen(runStatusOf(run.status))) return;
    addPosition(run, position);
    run.resume_at = fact.type === "run_waiting" ? fact.resumeAtMs : fact.type === "step_done" ? run.resume_at : null;
    if (fact.type === "step_done") this.#countStep(run, fact);
    if (fact.type === "run_started") {
      run.attempts = Math.max(run.attempts + 1, fact.attempt);
      run.started_at ??= fact.atMs;
    }
    const status = fact.type === "run_ended" ? fact.status : fact.type === "run_waiting" ? "waiting" : "running";
    if (runStatusCode(status) === run.status) return;
    this.#rows.count(`run:${runStatusOf(run.status)}`, -1);
    this.#rows.count(`run:${status}`, 1);
    run.status = runStatusCode(status);
    if (fact.type === "run_ended") this.#end(run, fact.status, fact.atMs);
  }

  #rootOf(parentRunId: string | undefined): number | null {
    const parent = parentRunId === undefined ? undefined : this.#rows.run(parentRunId);
    return parent === undefined ? null : (parent.root_seq ?? parent.seq);
  }

  #countStep(run: RunRow, step: StepDone<unknown>): void {
    const kind = this.#kindOf(run);
    const { stats } = this.#store;
    const { node, startedAtMs: atMs } = step;
    const name = step.status === "succeeded" ? "node-succeeded" : "node-failed";
    stats.count(name, kind.tenant, atMs, durationBucket(step.durationMs), kind.flow, node);
    // A failed step without a way on is tried again, or ends the run as failed: neither is an end of the flow's way.
    if (step.status === "succeeded" || step.next !== undefined) {
      stats.count("next", kind.tenant, atMs, 0, kind.flow, node, step.next ?? "");
    }
  }

  #end(run: RunRow, status: "succeeded" | "failed", atMs: number): void {
    run.ended_at = atMs;
    const { tenant, flow } = this.#kindOf(run);
    const bucket = durationBucket(Math.max(0, atMs - (run.started_at ?? atMs)));
    this.#store.stats.count(status === "succeeded" ? "run-succeeded" : "run-failed", tenant, atMs, bucket, flow);
    const event = this.#rows.eventAt(run.event_seq);
    if (event === undefined) return;
    event.open_runs -= 1;
    if (status === "failed") {
      event.failed_runs += 1;
      this.#rows.noteFailed(run);
    } else if (run.replay_of !== null) {
      this.#resolve(run, flow, { runId: run.id, eventId: event.id, atMs });
    }
    this.#rows.deriveEvent(event);
  }

  #resolve(by: RunRow, flow: string, resolution: RunResolution): void {
    const resolved = JSON.stringify(resolution);
    let eventId = by.replay_of;
    for (let copies = 0; eventId !== null && copies < MOST_COPIES; copies++) {
      const event = this.#rows.event(eventId);
      if (event === undefined) return;
      let copiedFrom: string | null = null;
      for (const failed of this.#rows.unresolvedRuns(event)) {
        if (this.#kindOf(failed).flow !== flow || rootOf(failed) === rootOf(by)) continue;
        failed.resolved = resolved;
        event.resolved_runs += 1;
        this.#rows.count("run:resolved", 1);
        if (failed.replay_of !== eventId) copiedFrom = failed.replay_of;
      }
      this.#rows.deriveEvent(event);
      eventId = copiedFrom;
    }
  }

  #kindOf(run: RunRow): RunKind {
    const own = run.own === null ? this.#store.runKinds.get(run.kind) : (JSON.parse(run.own) as RunKind);
    return own ?? { tenant: "", eventType: "", flow: "" };
  }
}

function rootOf(run: RunRow): number {
  return run.root_seq ?? run.seq;
}

function addPosition(run: RunRow, position: number): void {
  const text = String(position);
  if (run.facts_at === "[]") run.facts_at = `[${text}]`;
  else if (!run.facts_at.endsWith(`${text}]`)) run.facts_at = `${run.facts_at.slice(0, -1)},${text}]`;
}
