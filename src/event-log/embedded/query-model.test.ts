/**
 * Random sequences of calls, starts and rebuilds of the index: whatever an operator asks, the embedded log answers as the
 * memory log does. `model.test.ts` does the same for what the gateway asks.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Clock } from "../../base/index.ts";
import type { Envelope } from "../../event/index.ts";
import { answer, failure, Fixtures, START_MS, step } from "../event-log-fixtures.contract.ts";
import type { EventDraft, EventLog, Fact, PlannedRun, Refusal } from "../event-log.ts";
import type { EventQuery, Page, RefusalQuery, RunQuery } from "../event-queries.ts";
import { createMemoryLog } from "../memory/index.ts";
import { openEmbeddedLog } from "./index.ts";
import { testFolder } from "./test-folder.contract.ts";

const MINUTE_MS = 60_000;
const FLOWS = ["on-push", "other", "third"];
const TEXTS = ["Ada", "Grüße", "a~b", "x/y z", "nothing"];

/** What is done, and three numbers to choose with. */
type Command = readonly [name: CommandName, one: number, two: number, three: number];
type CommandName = "append" | "record" | "refuse" | "accept" | "minute" | "wait" | "reopen" | "rebuild" | "ask";

const number = fc.nat({ max: 9999 });
const named = (weight: number, name: CommandName) => ({
  weight,
  arbitrary: fc.tuple(fc.constant(name), number, number, number),
});
const command: fc.Arbitrary<Command> = fc.oneof(
  named(8, "append"),
  named(12, "record"),
  named(3, "refuse"),
  named(2, "accept"),
  named(2, "minute"),
  named(3, "wait"),
  named(1, "reopen"),
  named(1, "rebuild"),
  named(3, "ask"),
);

/** What the embedded log and the model answered. */
type Answers = readonly [asked: unknown, ours: unknown, theirs: unknown];

class Comparison {
  readonly #folder: string;
  readonly #limits: object;
  readonly #make = new Fixtures();
  readonly #envelopes: Envelope[] = [];
  readonly #runs: PlannedRun[] = [];
  readonly #refusals: Refusal[] = [];
  readonly #answers: Answers[] = [];
  #nowMs = START_MS;
  readonly #clock: Clock = { now: () => this.#nowMs, monotonic: () => this.#nowMs };
  readonly #model = createMemoryLog({ clock: this.#clock, dedupeWindowMs: 10 * MINUTE_MS });
  #log: EventLog | undefined;

  constructor(folder: string, limits: object) {
    this.#folder = folder;
    this.#limits = limits;
  }

  async run([name, one, two, three]: Command): Promise<void> {
    switch (name) {
      case "append":
        return this.#onBoth((log, draft) => log.append(draft), this.#draft(one, two, three));
      case "record":
        return this.#onBoth((log, facts) => log.record(facts), this.#facts(one, two, three));
      case "refuse":
        return this.#onBoth(async (log, refusal) => log.refuse(refusal), this.#refusal(one, two));
      case "accept": {
        const refusalId = pick(this.#refusals, one)?.id;
        const eventId = pick(this.#envelopes, two)?.id;
        if (refusalId === undefined || eventId === undefined) return;
        const accepted = { refusalId, eventId, atMs: this.#nowMs };
        return this.#onBoth(async (log) => log.noteAccepted(accepted), undefined);
      }
      case "minute":
        return this.#onBoth((log, fact) => log.record([fact]), this.#minute(one, two));
      case "wait":
        // Now and then the clock is set back.
        this.#nowMs += one % 5 === 0 ? -3 * MINUTE_MS : two * 60;
        return;
      case "reopen":
        return this.#close();
      case "rebuild":
        await this.#close();
        for (const end of ["", "-wal", "-shm"]) rmSync(join(this.#folder, `projection.sqlite${end}`), { force: true });
        return;
      case "ask":
        return this.ask(one, two, three);
      default:
        name satisfies never;
    }
  }

  async ask(one: number, two: number, three: number): Promise<void> {
    const limit = 1 + (three % 4);
    const atOnce = two % 7 === 0 ? { timeLimitMs: 0 } : {};
    const events = this.#eventQuery(one, two, three);
    await this.#same(events, (log) =>
      pages((cursor) => log.queries.listEvents({ limit, ...atOnce, ...events, ...cursor })),
    );
    const runs = this.#runQuery(one, two, three);
    await this.#same(runs, (log) => pages((cursor) => log.queries.listRuns({ limit, ...atOnce, ...runs, ...cursor })));
    const refusals = this.#refusalQuery(one, two, three);
    await this.#same(refusals, (log) =>
      pages((cursor) => log.queries.listRefusals({ limit, ...atOnce, ...refusals, ...cursor })),
    );
    await this.#askByIds(one, two);
    await this.#askNumbers(one, two, three);
  }

  /** What was answered since the last call. */
  take(): readonly Answers[] {
    return this.#answers.splice(0);
  }

  async close(): Promise<void> {
    await this.#close();
    await this.#model[Symbol.asyncDispose]();
  }

  async #askByIds(one: number, two: number): Promise<void> {
    const ids = <T>(all: readonly T[], idOf: (each: T) => string): string[] =>
      [one, two, one + two, one].flatMap((each) => all.slice(each % (all.length + 1)).slice(0, 1)).map(idOf);
    const events = [...ids(this.#envelopes, ({ id }) => id), "unknown"];
    await this.#same(events, async (log) => (await log.queries.eventsById(events)).map(bare));
    const runs = [...ids(this.#runs, ({ id }) => id), "unknown"];
    await this.#same(runs, (log) => log.queries.runsById(runs));
    const refusals = [...ids(this.#refusals, ({ id }) => id), "unknown"];
    await this.#same(refusals, async (log) => (await log.queries.refusalsById(refusals)).map(bare));
    await this.#same(refusals, async (log) => bare((await log.queries.getRefusal(refusals[0]!)) ?? {}));
  }

  async #askNumbers(one: number, two: number, three: number): Promise<void> {
    const bucketMs = MINUTE_MS * [1, 5, 60][one % 3]!;
    const tenant = two % 2 === 0 ? {} : { tenant: `t${two % 3}` };
    const sinceMs = Math.floor(this.#nowMs / MINUTE_MS - (three % 90)) * MINUTE_MS;
    const period = { sinceMs, untilMs: sinceMs + MINUTE_MS * (1 + (one % 100)) };
    await this.#same([bucketMs, tenant, period], (log) => log.queries.traffic({ ...period, ...tenant, bucketMs }));
    await this.#same([tenant, period], async (log) => {
      const { runs, nodes } = await log.queries.flowStats({ flow: pick(FLOWS, one)!, ...tenant, ...period });
      return { runs, nodes: nodes.toSorted((a, b) => (a.node < b.node ? -1 : 1)) };
    });
    await this.#same("use", async (log) =>
      (await log.queries.sourceUse()).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
    );
    await this.#same("oldest", async (log) => (await log.queries.storage()).oldestEventAtMs);
    await this.#same("counts", (log) => log.counts());
    await this.#same("changes", (log) => changed(log, 1 + (two % 9)));
  }

  async #same(asked: unknown, ask: (log: EventLog) => Promise<unknown>): Promise<void> {
    const ours = await ask(await this.#open());
    this.#answers.push([asked, ours, await ask(this.#model)]);
  }

  async #onBoth<T>(act: (log: EventLog, given: T) => Promise<unknown>, given: T): Promise<void> {
    this.#answers.push([given, await act(await this.#open(), given), await act(this.#model, given)]);
  }

  async #open(): Promise<EventLog> {
    this.#log ??= await openEmbeddedLog({
      folder: this.#folder,
      clock: this.#clock,
      dedupeWindowMs: 10 * MINUTE_MS,
      ...this.#limits,
    });
    return this.#log;
  }

  async #close(): Promise<void> {
    await this.#log?.[Symbol.asyncDispose]();
    this.#log = undefined;
  }

  #draft(one: number, two: number, three: number): EventDraft {
    const isLate = three % 9 === 0;
    const isPacked = three % 5 === 0;
    const rawBody = Buffer.from(BODIES[one % BODIES.length]!);
    const over: Partial<Envelope> = {
      tenant: `t${one % 3}`,
      eventType: `type-${two % 2}`,
      ...(three % 4 === 0 && { providerType: `provider-${one % 2}` }),
      ...(two % 5 === 0 && { method: "PUT" }),
      receivedAtMs: this.#nowMs - (isLate ? 10 * MINUTE_MS : 0),
      verdict: verdictOf(two, isLate),
      ...(isLate && { acceptedFrom: { refusalId: "refusal-1", atMs: this.#nowMs } }),
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
    this.#envelopes.push(envelope);
    return { envelope, runs, ...(one % 11 === 0 && { refusedBecause: "not JSON" }) };
  }

  #planned(envelope: Envelope, over: Partial<PlannedRun>): PlannedRun {
    const run = this.#make.run(envelope, { createdAtMs: this.#nowMs, ...over });
    this.#runs.push(run);
    return run;
  }

  /** Some of one run, or one that is queued later. */
  #facts(one: number, two: number, three: number): readonly Fact[] {
    const run = pick(this.#runs, one);
    const envelope = pick(this.#envelopes, one);
    if (envelope === undefined) return [];
    const atMs = this.#nowMs;
    if (three % 10 === 0)
      return [{ type: "answered", eventId: envelope.id, answer: answer(two % 2 ? "flow" : "deadline") }];
    if (three % 10 < 3) {
      // Of the event itself, or as if the event were an edited copy of another.
      const replayOf = two % 3 === 0 ? pick(this.#envelopes, two)!.id : envelope.id;
      return [{ type: "run_queued", run: this.#planned(envelope, { flow: pick(FLOWS, two)!, replayOf }) }];
    }
    if (run === undefined) return [];
    const parent = this.#envelopes.find(({ id }) => id === run.eventId)!;
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

  #refusal(one: number, two: number): Refusal {
    const refusal = this.#make.refusal({
      receivedAtMs: this.#nowMs,
      tenant: `t${one % 3}`,
      eventType: `type-${two % 2}`,
      reason: two % 3 === 0 ? "signature-mismatch" : "unknown-tenant",
      detail: pick(TEXTS, one)!,
      bodyStart: Buffer.from(pick(TEXTS, two)!),
    });
    this.#refusals.push(refusal);
    return refusal;
  }

  #minute(one: number, two: number): Fact {
    const minuteMs = Math.floor(this.#nowMs / MINUTE_MS) * MINUTE_MS;
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

  #eventQuery(one: number, two: number, three: number): Partial<EventQuery> {
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

  #runQuery(one: number, two: number, three: number): Partial<RunQuery> {
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

  #refusalQuery(one: number, two: number, three: number): Partial<RefusalQuery> {
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
    const sinceMs = (pick(this.#envelopes, at)?.receivedAtMs ?? START_MS) + (at % 2);
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

function pick<T>(all: readonly T[], at: number): T | undefined {
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

/** Rows without what each log numbers in its own way. */
function bare(row: object): object {
  const { sequence: _sequence, bodyStart, ...rest } = row as { sequence?: number; bodyStart?: Uint8Array };
  return bodyStart === undefined ? rest : { ...rest, body: Buffer.from(bodyStart).toString("latin1") };
}

async function pages<T extends object>(
  ask: (cursor: { cursor?: string }) => Promise<Page<T>>,
): Promise<readonly object[]> {
  const rows: object[] = [];
  for (let cursor: { cursor?: string } = {}; ;) {
    const page = await ask(cursor);
    rows.push(...page.items.map(bare));
    if (page.nextCursor === undefined) return rows;
    cursor = { cursor: page.nextCursor };
  }
}

/** What changed since the beginning, each once, in the order in which it changed first. */
async function changed(log: EventLog, limit: number): Promise<readonly string[]> {
  const all = new Set<string>();
  for (let sequence = 0; ;) {
    const page = await log.queries.changesSince(sequence, limit);
    for (const change of page.changes) {
      const id = change.type === "refused" ? change.refusalId : change.eventId;
      all.add(`${change.type} ${change.type === "run_changed" ? change.runId : ""} ${id}`);
    }
    if (page.sequence === sequence) return [...all].sort();
    sequence = page.sequence;
  }
}

test.each([
  ["as it runs by default", {}],
  ["with tiny segments", { segmentBytes: 900 }],
])(
  "whatever an operator asks, %s",
  async (_how, limits) => {
    const sequences = fc.array(command, { minLength: 1, maxLength: 60 });
    const property = fc.asyncProperty(sequences, async (commands) => {
      using folder = testFolder();
      const comparison = new Comparison(folder.path, limits);
      try {
        for (const each of commands) await comparison.run(each);
        for (const at of [3, 17, 40, 91]) await comparison.ask(at * 7, at * 11, at * 13);
      } finally {
        await comparison.close();
      }
    });
    const details = await fc.check(property, { numRuns: 8 });
    expect(details.failed, `${fc.defaultReportMessage(details)}\n${String(details.errorInstance)}`).toBe(false);
  },
  60_000,
);
