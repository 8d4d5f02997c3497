/** What `query-model.test.ts` stores and asks, made from three numbers each; it remembers what there is to choose from. */
import { gzipSync } from "node:zlib";
import type { Envelope } from "../../event/index.ts";
import { answer, failure, Fixtures, START_MS, step } from "../event-log-fixtures.contract.ts";
import type { EventDraft, Fact, PlannedRun, Refusal } from "../event-log.ts";
import type { EventQuery, RefusalQuery, RunQuery } from "../event-queries.ts";

export const MINUTE_MS = 60_000;
export const FLOWS = ["on-push", "other", "third"];
const TEXTS = ["Ada", "Grüße", "a~b", "x/y z", "nothing"];

export class RandomCalls {
  readonly #make = new Fixtures();
  readonly envelopes: Envelope[] = [];
  readonly runs: PlannedRun[] = [];
  readonly refusals: Refusal[] = [];
  nowMs = START_MS;

  draft(one: number, two: number, three: number): EventDraft {
    const isLate = three % 9 === 0;
    const isPacked = three % 5 === 0;
    const rawBody = Buffer.from(BODIES[one % BODIES.length]!);
    const over: Partial<Envelope> = {
      tenant: `t${one % 3}`,
      eventType: `type-${two % 2}`,
      ...(three % 4 === 0 && { providerType: `provider-${one % 2}` }),
      ...(two % 5 === 0 && { method: "PUT" }),
      receivedAtMs: this.nowMs - (isLate ? 10 * MINUTE_MS : 0),
      verdict: verdictOf(two, isLate),
      ...(isLate && { acceptedFrom: { refusalId: "refusal-1", atMs: this.nowMs } }),
      headers: [
        ["content-type", one % 2 === 0 ? "application/json" : "application/x-www-form-urlencoded"],
        ...(isPacked ? [["content-encoding", "gzip"] as const] : []),
      ],
      rawBody: isPacked ? gzipSync(rawBody) : rawBody,
      ...(one % 4 === 0 && { target: "/events/webhook?name=a%7Eb+Gr%C3%BC%C3%9Fe" }),
    };
    const envelope = two % 3 === 0 ? this.#make.envelope(over) : this.#make.keyed(`key-${two % 5}`, over);
    const runs = Array.from({ length: three % 4 }, (_, index) =>
      this.#planned(envelope, { flow: pick(FLOWS, one + index)! }),
    );
    this.envelopes.push(envelope);
    return { envelope, runs, ...(one % 11 === 0 && { refusedBecause: "not JSON" }) };
  }

  #planned(envelope: Envelope, over: Partial<PlannedRun>): PlannedRun {
    const run = this.#make.run(envelope, { createdAtMs: this.nowMs, ...over });
    this.runs.push(run);
    return run;
  }

  /** Some of one run, or one that is queued later. */
  facts(one: number, two: number, three: number): readonly Fact[] {
    const run = pick(this.runs, one);
    const envelope = pick(this.envelopes, one);
    if (envelope === undefined) return [];
    const atMs = this.nowMs;
    if (three % 10 === 0)
      return [{ type: "answered", eventId: envelope.id, answer: answer(two % 2 ? "flow" : "deadline") }];
    if (three % 10 < 3) {
      // Of the event itself, or as if the event were an edited copy of another.
      const replayOf = two % 3 === 0 ? pick(this.envelopes, two)!.id : envelope.id;
      return [{ type: "run_queued", run: this.#planned(envelope, { flow: pick(FLOWS, two)!, replayOf }) }];
    }
    if (run === undefined) return [];
    const parent = this.envelopes.find(({ id }) => id === run.eventId)!;
    const { replayOf } = run;
    const runId = run.id;
    const over = { node: `node-${two % 3}`, startedAtMs: atMs, durationMs: two / 10 };
    const next = two % 2 === 0 ? {} : { next: `node-${one % 3}` };
    const every: readonly Fact[] = [
      { type: "run_started", runId, attempt: 1 + (two % 3), atMs },
      step(run, { ...over, ...next }),
      step(run, { ...over, status: "failed", error: failure, ...(two % 7 === 0 ? next : {}) }),
      { type: "run_waiting", runId, resumeAtMs: atMs + two, error: failure },
      two % 4 === 0
        ? {
            type: "run_queued",
            run: this.#planned(parent, {
              parentRunId: runId,
              flow: pick(FLOWS, three)!,
              ...(replayOf !== undefined && { replayOf }),
            }),
          }
        : step(run, { ...over, ordinal: 1 }),
      { type: "run_started", runId, attempt: 2, atMs: atMs + 5 },
      two % 2 === 0
        ? { type: "run_ended", runId, status: "succeeded", atMs: atMs + two }
        : { type: "run_ended", runId, status: "failed", error: failure, atMs: atMs + two },
    ];
    const from = two % every.length;
    return every.slice(from, from + 1 + (three % every.length));
  }

  refusal(one: number, two: number): Refusal {
    const refusal = this.#make.refusal({
      receivedAtMs: this.nowMs,
      tenant: `t${one % 3}`,
      eventType: `type-${two % 2}`,
      reason: two % 3 === 0 ? "signature-mismatch" : "unknown-tenant",
      detail: pick(TEXTS, one)!,
      bodyStart: Buffer.from(pick(TEXTS, two)!),
    });
    this.refusals.push(refusal);
    return refusal;
  }

  minute(one: number, two: number): Fact {
    const minuteMs = Math.floor(this.nowMs / MINUTE_MS) * MINUTE_MS;
    const sample = {
      queued: one % 4,
      running: two % 4,
      waiting: 1,
      journalBytes: one,
      projectionBytes: two,
      freeBytes: one,
    };
    return {
      type: "traffic_minute",
      minuteMs,
      tenants: [0, 1].map((tenant) => ({ tenant: `t${tenant}`, acknowledgements: [[1 + two / 100, 1 + (one % 5)]] })),
      ...(two % 2 === 0 && { sample: { ...sample, ...(one % 3 === 0 && { oldestMs: two }) } }),
    };
  }

  eventQuery(one: number, two: number, three: number): Partial<EventQuery> {
    const statuses = ["received", "done", "failed", "unmatched", "refused", "duplicate"] as const;
    const of = chooser(one, two, three);
    return {
      ...of(3, (at) => ({ tenant: `t${at % 4}` })),
      ...of(3, (at) => ({ eventType: `type-${at % 3}` })),
      ...of(7, (at) => ({ providerType: `provider-${at % 2}` })),
      ...of(3, (at) => ({ status: pick(statuses, at)! })),
      ...of(5, (at) => ({ resolved: at % 2 === 0 })),
      ...of(5, (at) => ({ verdict: at % 2 === 0 ? ("verified" as const) : ("unsigned" as const) })),
      ...of(4, (at) => ({ flow: pick(FLOWS, at)! })),
      ...of(7, (at) => ({ deliveryId: `key-${at % 6}` })),
      ...of(4, (at) => ({ text: pick(TEXTS, at)! })),
      ...of(4, (at) => this.#period(at)),
    };
  }

  runQuery(one: number, two: number, three: number): Partial<RunQuery> {
    const statuses = ["queued", "running", "waiting", "succeeded", "failed"] as const;
    const of = chooser(one, two, three);
    return {
      ...of(3, (at) => ({ tenant: `t${at % 4}` })),
      ...of(4, (at) => ({ eventType: `type-${at % 3}` })),
      ...of(3, (at) => ({ flow: pick(FLOWS, at)! })),
      ...of(3, (at) => ({ status: pick(statuses, at)! })),
      ...of(4, (at) => ({ resolved: at % 2 === 0 })),
      ...of(4, (at) => this.#period(at)),
    };
  }

  refusalQuery(one: number, two: number, three: number): Partial<RefusalQuery> {
    const of = chooser(one, two, three);
    return {
      ...of(3, (at) => ({ tenant: `t${at % 4}` })),
      ...of(4, (at) => ({ eventType: `type-${at % 3}` })),
      ...of(4, (at) => ({ reason: at % 2 === 0 ? "signature-mismatch" : "unknown-tenant" })),
      ...of(3, (at) => ({ accepted: at % 2 === 0 })),
      ...of(3, () => ({ withoutBodies: true as const })),
      ...of(3, (at) => ({ text: pick(TEXTS, at)! })),
      ...of(4, (at) => this.#period(at)),
    };
  }

  #period(at: number): { readonly sinceMs?: number; readonly untilMs?: number } {
    const sinceMs = (pick(this.envelopes, at)?.receivedAtMs ?? START_MS) + (at % 2);
    const untilMs = sinceMs + at * 40;
    return [{ sinceMs }, { untilMs }, { sinceMs, untilMs }][at % 3]!;
  }
}

const BODIES = [
  '{"name":"Ada","path":"x/y z"}',
  String.raw`{"name":"gr\u00fc\u00dfe","path":"x\/y z"}`,
  "name=Gr%C3%BC%C3%9Fe&path=x%2Fy+z&home=a%7Eb",
  "Grüße an a~b",
];

function verdictOf(number: number, isLate: boolean): Envelope["verdict"] {
  const verified = { status: "verified", scheme: "sha256", keyName: number % 2 === 0 ? "old" : "new" } as const;
  if (isLate) return { ...verified, afterRefusal: true };
  return number % 4 === 0 ? { status: "unsigned" } : verified;
}

export function pick<T>(all: readonly T[], at: number): T | undefined {
  return all[at % all.length];
}

/** Each call of what it returns chooses anew: one time in so many what it is given, else nothing. */
function chooser(one: number, two: number, three: number) {
  let state = one + two * 10_000 + three * 7919;
  return <T extends object>(oneIn: number, make: (at: number) => T): T | undefined => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    const at = state >>> 8;
    return at % oneIn === 0 ? make(Math.floor(at / oneIn)) : undefined;
  };
}
