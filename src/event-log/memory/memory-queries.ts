/** The queries over what the memory log holds: plain filters, for tests of other rooms and as a model. */
import type { AnswerRecord, Envelope } from "../../event/index.ts";
import type { ChangeSignal } from "../change-signal.ts";
import { durationBucket, percentilesOf } from "../duration-histogram.ts";
import type { EventSummary, Refusal, RunDetail, TrafficMinute } from "../event-log.ts";
import type * as Port from "../event-queries.ts";
import { TextMatch } from "../text-match.ts";
import { TrafficTable } from "../traffic-table.ts";

export interface KeptEvent {
  readonly summary: EventSummary;
  readonly envelope: Envelope;
  readonly cameUnmatched: boolean;
  readonly answer?: AnswerRecord;
  readonly runs: readonly RunDetail[];
}

/** What the queries look at. */
export interface MemoryView {
  /** In the order in which they were stored. */
  readonly events: () => readonly KeptEvent[];
  /** In the order in which they were queued. */
  readonly runs: () => readonly RunDetail[];
  /** Newest first. */
  readonly refusals: () => readonly Refusal[];
  readonly traffic: () => readonly TrafficMinute[];
  readonly signal: ChangeSignal;
}

type ChangeTold = Port.Change extends infer C ? (C extends Port.Change ? Omit<C, "sequence"> : never) : never;

const MOST_CHANGES = 100_000;

export class MemoryQueries implements Port.EventQueries {
  readonly #view: MemoryView;
  readonly #storedAt = new Map<string, number>();
  #changes: Port.Change[] = [];
  #sequence = 0;

  constructor(view: MemoryView) {
    this.#view = view;
  }

  /** Writes down what changed. */
  tell(change: ChangeTold): void {
    const sequence = ++this.#sequence;
    if (change.type === "event_stored") this.#storedAt.set(change.eventId, sequence);
    this.#changes.push({ ...change, sequence });
    if (this.#changes.length > MOST_CHANGES) this.#changes = this.#changes.slice(MOST_CHANGES / 2);
    this.#view.signal.notify();
  }

  async listEvents(query: Port.EventQuery): Promise<Port.Page<Port.EventRowView>> {
    query.signal?.throwIfAborted();
    const rows = this.#view.events().filter((event) => matchesEvent(event, query));
    return page(
      rows.toReversed().map((event) => this.#row(event)),
      query,
    );
  }

  async eventsById(ids: readonly string[]): Promise<readonly Port.EventRowView[]> {
    const byId = new Map(this.#view.events().map((event) => [event.summary.id, event]));
    return ids.flatMap((id) => {
      const event = byId.get(id);
      return event === undefined ? [] : [this.#row(event)];
    });
  }

  async listRuns(query: Port.RunQuery): Promise<Port.Page<Port.RunRowView>> {
    query.signal?.throwIfAborted();
    const runs = this.#runs().filter((run) => matchesRun(run, query));
    return page(runs.toReversed(), query);
  }

  async runsById(ids: readonly string[]): Promise<readonly Port.RunRowView[]> {
    const byId = new Map(this.#runs().map((row) => [row.run.id, row]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  }

  async listRefusals(query: Port.RefusalQuery): Promise<Port.Page<Refusal>> {
    query.signal?.throwIfAborted();
    const matching = this.#view.refusals().filter((refusal) => matchesRefusal(refusal, query));
    const isBare = query.withoutBodies === true && query.text === undefined;
    return page(isBare ? matching.map(withoutBody) : matching, query);
  }

  async getRefusal(id: string): Promise<Refusal | undefined> {
    return this.#view.refusals().find((refusal) => refusal.id === id);
  }

  async refusalsById(ids: readonly string[]): Promise<readonly Refusal[]> {
    const byId = new Map(this.#view.refusals().map((refusal) => [refusal.id, refusal]));
    return ids.flatMap((id) => byId.get(id) ?? []).map(withoutBody);
  }

  async traffic(query: Port.TrafficQuery): Promise<readonly Port.TrafficBucket[]> {
    const table = new TrafficTable(query);
    const isAsked = (tenant: string): boolean => query.tenant === undefined || query.tenant === tenant;
    for (const { summary, cameUnmatched, runs } of this.#view.events()) {
      if (!isAsked(summary.tenant)) continue;
      const { receivedAtMs, status, verdict } = summary;
      if (status === "refused") table.add("refused", receivedAtMs, 0, 1);
      else table.add(verdict.status, receivedAtMs, 0, 1);
      if (status === "duplicate") table.add("duplicates", receivedAtMs, 0, 1);
      if (cameUnmatched) table.add("unmatched", receivedAtMs, 0, 1);
      for (const run of runs) {
        if (run.endedAtMs !== undefined) table.add(`run-${run.status}`, run.endedAtMs, bucketOf(run), 1);
      }
    }
    for (const { minuteMs, tenants, sample } of this.#view.traffic()) {
      if (sample !== undefined) table.addSample(minuteMs, sample);
      for (const { tenant, acknowledgements } of tenants) {
        if (!isAsked(tenant)) continue;
        for (const [mostMs, count] of acknowledgements)
          table.add("acknowledgement", minuteMs, durationBucket(mostMs), count);
      }
    }
    for (const { tenant, receivedAtMs, reason } of this.#view.refusals()) {
      if (isAsked(tenant)) table.addRefused(receivedAtMs, reason, 1);
    }
    return table.buckets();
  }

  async flowStats(query: Port.FlowStatsQuery): Promise<Port.FlowStats> {
    const isIn = (atMs: number): boolean => atMs >= query.sinceMs && atMs < query.untilMs;
    const runs = this.#view
      .events()
      .filter(({ summary }) => query.tenant === undefined || summary.tenant === query.tenant)
      .flatMap((event) => event.runs)
      .filter((run) => run.run.flow === query.flow);
    const ended = runs.filter((run) => run.endedAtMs !== undefined && isIn(run.endedAtMs));
    const steps = runs.flatMap((run) => run.steps).filter((step) => isIn(step.startedAtMs));
    const nodes = [...new Set(steps.map((step) => step.node))].map((node) => {
      const own = steps.filter((step) => step.node === node);
      const next = new Map<string, number>();
      for (const step of own) {
        const to = step.next ?? "";
        if (step.status === "succeeded" || step.next !== undefined) next.set(to, (next.get(to) ?? 0) + 1);
      }
      return {
        node,
        ...outcomes(own),
        ...durations(own.map((step) => durationBucket(step.durationMs))),
        next: Object.fromEntries(next),
      };
    });
    return { runs: { ...outcomes(ended), ...durations(ended.map(bucketOf)) }, nodes };
  }

  async sourceUse(): Promise<readonly Port.SourceUse[]> {
    const uses = new Map<string, Port.SourceUse>();
    for (const { summary } of this.#view.events()) {
      const { tenant, eventType, verdict, receivedAtMs } = summary;
      if (verdict.status === "refused") continue;
      const keyName = verdict.status === "verified" ? verdict.keyName : undefined;
      const key = JSON.stringify([tenant, eventType, verdict.status, keyName]);
      const known = uses.get(key);
      uses.set(key, {
        tenant,
        eventType,
        verdict: verdict.status,
        ...(keyName !== undefined && { keyName }),
        count: (known?.count ?? 0) + 1,
        lastReceivedAtMs: Math.max(known?.lastReceivedAtMs ?? 0, receivedAtMs),
      });
    }
    return [...uses.values()];
  }

  async storage(): Promise<Port.StorageUse> {
    const oldest = this.#view.events()[0]?.summary.receivedAtMs;
    return {
      journalBytes: 0,
      projectionBytes: 0,
      freeBytes: 0,
      ...(oldest !== undefined && { oldestEventAtMs: oldest }),
    };
  }

  async changesSince(sequence: number, limit: number): Promise<Port.ChangePage> {
    const changes = this.#changes.filter((change) => change.sequence > sequence).slice(0, limit);
    const last = new Map<string, Port.Change>();
    for (const change of changes) if (change.type === "run_changed") last.set(change.runId, change);
    return {
      changes: changes.filter((change) => change.type !== "run_changed" || last.get(change.runId) === change),
      sequence: changes.at(-1)?.sequence ?? Math.min(sequence, this.#sequence),
      gap: sequence > this.#sequence || sequence < (this.#changes[0]?.sequence ?? 1) - 1,
    };
  }

  async latestSequence(): Promise<number> {
    return this.#sequence;
  }

  onChange(listener: () => void): () => void {
    return this.#view.signal.listen(listener);
  }

  #runs(): Port.RunRowView[] {
    const types = new Map(this.#view.events().map(({ summary }) => [summary.id, summary.eventType]));
    return this.#view.runs().map(({ steps: _steps, ...run }) => {
      const { payloadJson: _payload, ...plan } = run.run;
      return { ...run, run: plan, eventType: types.get(run.run.eventId) ?? "" };
    });
  }

  #row({ summary, envelope, answer }: KeptEvent): Port.EventRowView {
    return {
      ...summary,
      sequence: this.#storedAt.get(summary.id) ?? 0,
      method: envelope.method,
      ...(envelope.dedupe !== undefined && { deliveryId: envelope.dedupe.value }),
      ...(envelope.acceptedFrom !== undefined && { acceptedFrom: envelope.acceptedFrom }),
      ...(answer !== undefined && { answer: { status: answer.status, by: answer.by, durationMs: answer.durationMs } }),
    };
  }
}

function matchesEvent({ summary, envelope }: KeptEvent, query: Port.EventQuery): boolean {
  const match = query.text === undefined ? undefined : new TextMatch(query.text);
  return (
    isAt(summary.receivedAtMs, query) &&
    (query.tenant === undefined || summary.tenant === query.tenant) &&
    (query.eventType === undefined || summary.eventType === query.eventType) &&
    (query.providerType === undefined || summary.providerType === query.providerType) &&
    (query.status === undefined || summary.status === query.status) &&
    (query.resolved === undefined ||
      (summary.status === "failed" && query.resolved === (summary.resolvedBy !== undefined))) &&
    (query.verdict === undefined || summary.verdict.status === query.verdict) &&
    (query.flow === undefined || summary.runs.some((run) => run.flow === query.flow)) &&
    (query.deliveryId === undefined || envelope.dedupe?.value === query.deliveryId) &&
    (match === undefined || match.isIn(envelope, envelope.rawBody))
  );
}

function matchesRun(row: Port.RunRowView, query: Port.RunQuery): boolean {
  return (
    isAt(row.run.createdAtMs, query) &&
    (query.tenant === undefined || row.run.tenant === query.tenant) &&
    (query.flow === undefined || row.run.flow === query.flow) &&
    (query.status === undefined || row.status === query.status) &&
    (query.eventType === undefined || row.eventType === query.eventType) &&
    (query.resolved === undefined || (row.status === "failed" && query.resolved === (row.resolvedBy !== undefined)))
  );
}

function matchesRefusal(refusal: Refusal, query: Port.RefusalQuery): boolean {
  const match = query.text === undefined ? undefined : new TextMatch(query.text);
  return (
    isAt(refusal.receivedAtMs, query) &&
    (query.tenant === undefined || refusal.tenant === query.tenant) &&
    (query.eventType === undefined || refusal.eventType === query.eventType) &&
    (query.reason === undefined || refusal.reason === query.reason) &&
    (query.accepted === undefined || (refusal.acceptedAs !== undefined) === query.accepted) &&
    (match === undefined || match.isInRefusal(refusal))
  );
}

function withoutBody(refusal: Refusal): Refusal {
  return { ...refusal, bodyStart: new Uint8Array(0) };
}

function isAt(atMs: number, { sinceMs, untilMs }: { readonly sinceMs?: number; readonly untilMs?: number }): boolean {
  return (sinceMs === undefined || atMs >= sinceMs) && (untilMs === undefined || atMs < untilMs);
}

/** Rows newest first; the cursor is how many of them, from the oldest, are left. */
function page<T>(rows: readonly T[], query: { readonly limit: number; readonly cursor?: string }): Port.Page<T> {
  const from = query.cursor === undefined ? 0 : Math.max(0, rows.length - Number(query.cursor));
  const items = rows.slice(from, from + query.limit);
  const left = rows.length - from - items.length;
  return left > 0 ? { items, nextCursor: String(left) } : { items };
}

function bucketOf(run: RunDetail): number {
  const endedAtMs = run.endedAtMs ?? 0;
  return durationBucket(Math.max(0, endedAtMs - (run.startedAtMs ?? endedAtMs)));
}

function outcomes(all: readonly { readonly status: string }[]): { succeeded: number; failed: number } {
  const succeeded = all.filter((each) => each.status === "succeeded").length;
  return { succeeded, failed: all.length - succeeded };
}

function durations(buckets: readonly number[]): { durations?: Port.Percentiles } {
  const counts = new Map<number, number>();
  for (const bucket of buckets) counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  const found = percentilesOf(counts);
  return found === undefined ? {} : { durations: found };
}
