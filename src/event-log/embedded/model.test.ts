/** Random sequences of calls, closes and starts: the embedded log answers as the memory log does. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Clock } from "../../base/index.ts";
import type { AnswerRecord } from "../../event/index.ts";
import { answered, ended, Fixtures, started, START_MS, step, waiting } from "../event-log-fixtures.contract.ts";
import type { ClaimedRun, EventDraft, EventLog, Fact, PlannedRun } from "../event-log.ts";
import { createMemoryLog } from "../memory/index.ts";
import { openEmbeddedLog } from "./index.ts";
import { testFolder } from "./test-folder.contract.ts";

const LEASE_MS = 1000;
const WINDOW_MS = 5000;

/** `pick` chooses among what exists at that moment. */
type Command =
  | {
      readonly do: "append";
      readonly runs: number;
      readonly key: number;
      readonly refused: boolean;
      readonly tenant: number;
    }
  | {
      readonly do: "record";
      readonly facts: readonly { readonly kind: number; readonly pick: number; readonly more: number }[];
    }
  | { readonly do: "claim" }
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "reopen" }
  | { readonly do: "compare" };

const small = fc.nat({ max: 1000 });
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("append" as const),
      runs: fc.nat({ max: 3 }),
      key: fc.nat({ max: 6 }),
      refused: fc.nat({ max: 9 }).map((each) => each === 0),
      tenant: fc.nat({ max: 1 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("record" as const),
      facts: fc.array(fc.record({ kind: fc.nat({ max: 8 }), pick: small, more: small }), {
        minLength: 1,
        maxLength: 4,
      }),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ do: "claim" as const }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.nat({ max: 3000 }) }) },
  { weight: 1, arbitrary: fc.constant({ do: "reopen" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "compare" as const }) },
);

/** What the embedded log and the model answered. */
type Answers = readonly [ours: unknown, theirs: unknown];

const NOTHING: Answers = [undefined, undefined];
const FILTERS = [{}, { tenant: "t1" }, { status: "failed" }, { status: "received" }, { status: "duplicate" }] as const;

class Comparison {
  readonly #folder: string;
  readonly #limits: object;
  readonly #make = new Fixtures();
  readonly #drafts: EventDraft[] = [];
  readonly #runs: PlannedRun[] = [];
  #nowMs = START_MS;
  readonly #clock: Clock = { now: () => this.#nowMs, monotonic: () => this.#nowMs };
  readonly #model = createMemoryLog({ clock: this.#clock, dedupeWindowMs: WINDOW_MS });
  #log: EventLog | undefined;

  constructor(folder: string, limits: object) {
    this.#folder = folder;
    this.#limits = limits;
  }

  /** Does it on both; what both answered. */
  async run(command: Command): Promise<Answers> {
    const log = (this.#log ??= await this.#open());
    switch (command.do) {
      case "append":
        return this.#append(log, command);
      case "record": {
        const facts = command.facts.flatMap((fact) => this.#fact(fact.kind, fact.pick, fact.more));
        return [await log.record(facts), await this.#model.record(facts)];
      }
      case "claim": {
        const request = { limit: 1000, nowMs: this.#nowMs, leaseMs: LEASE_MS, workerId: "w" };
        return [told(await log.claim(request)), told(await this.#model.claim(request))];
      }
      case "wait":
        this.#nowMs += command.ms;
        return NOTHING;
      case "reopen":
        await log[Symbol.asyncDispose]();
        this.#log = undefined;
        // The model's leases outlive a start; the embedded log's die with the process.
        this.#nowMs += LEASE_MS;
        return NOTHING;
      case "compare":
        return this.everything();
      default:
        return command satisfies never;
    }
  }

  async everything(): Promise<Answers> {
    const log = (this.#log ??= await this.#open());
    return [await this.#ask(log), await this.#ask(this.#model)];
  }

  async close(): Promise<void> {
    await this.#log?.[Symbol.asyncDispose]();
    await this.#model[Symbol.asyncDispose]();
  }

  async #ask(log: EventLog): Promise<unknown> {
    const counts = await log.counts();
    const lists: unknown[] = [];
    for (const filter of FILTERS) lists.push(await pages(log, filter));
    const events: unknown[] = [];
    for (const { envelope } of this.#drafts) events.push(await log.getEvent(envelope.id));
    return { counts, lists, events, backlog: backlogOf(log) };
  }

  #open(): Promise<EventLog> {
    return openEmbeddedLog({ folder: this.#folder, clock: this.#clock, dedupeWindowMs: WINDOW_MS, ...this.#limits });
  }

  async #append(log: EventLog, { runs, key, refused, tenant }: Extract<Command, { do: "append" }>): Promise<Answers> {
    const over = { receivedAtMs: this.#nowMs, tenant: `t${tenant}` };
    const envelope = key === 0 ? this.#make.envelope(over) : this.#make.keyed(`key-${key}`, over);
    const planned = Array.from({ length: runs }, () => this.#make.run(envelope));
    const draft = { envelope, runs: planned, ...(refused && { refusedBecause: "not JSON" }) };
    this.#drafts.push(draft);
    this.#runs.push(...planned);
    return [await log.append(draft), await this.#model.append(draft)];
  }

  #queued(event: EventDraft["envelope"], over: Partial<PlannedRun>): Fact[] {
    const run = this.#make.run(event, { ...over, createdAtMs: this.#nowMs });
    this.#runs.push(run);
    return [{ type: "run_queued", run }];
  }

  #fact(kind: number, pick: number, more: number): Fact[] {
    const run = this.#runs[pick % this.#runs.length];
    const event = this.#drafts[pick % this.#drafts.length]?.envelope;
    if (run === undefined || event === undefined) return [];
    switch (kind) {
      case 0:
        return [started(run, more % 5)];
      case 1:
        return [step(run, { ordinal: more, next: "second" })];
      case 2:
        return [step(run, { ordinal: more, status: "failed" })];
      case 3:
        return [waiting(run, this.#nowMs + more)];
      case 4:
        return [ended(run, more % 2 === 0 ? "succeeded" : "failed")];
      case 5:
        return [answered(event.id, BY[more % BY.length], String(more))];
      case 6: {
        // Of the event itself, or as if the event were an edited copy of another.
        const original = more % 3 === 0 ? this.#drafts[more % this.#drafts.length]?.envelope : event;
        return this.#queued(event, { replayOf: (original ?? event).id });
      }
      case 7: {
        const parent = this.#drafts.find(({ envelope }) => envelope.id === run.eventId)?.envelope;
        const { replayOf } = run;
        return this.#queued(parent ?? event, { parentRunId: run.id, ...(replayOf !== undefined && { replayOf }) });
      }
      default:
        return [{ type: "run_queued", run }];
    }
  }
}

const BY: readonly AnswerRecord["by"][] = ["flow", "deadline"];

function told(claimed: readonly ClaimedRun[]): unknown {
  return claimed
    .map((each) => ({ ...each, envelope: each.envelope.id }))
    .sort((a, b) => (a.run.id < b.run.id ? -1 : 1));
}

async function pages(log: EventLog, filter: object): Promise<unknown> {
  const found: unknown[] = [];
  let cursor: string | undefined;
  do {
    const page = await log.listEvents({ ...filter, limit: 3, ...(cursor !== undefined && { cursor }) });
    found.push(...page.events);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return found;
}

function backlogOf(log: EventLog): number {
  const health = log.health();
  return health.status === "ready" ? health.backlog : -1;
}

test.each([
  ["as it runs by default", {}, 25],
  [
    "with tiny segments and almost nothing in memory",
    { segmentBytes: 700, hotRuns: 2, hotBytes: 30, waitingRuns: 1 },
    25,
  ],
])("any sequence of calls, %s", async (_how, limits, numRuns) => {
  const sequences = fc.array(command, { minLength: 1, maxLength: 60 });
  const property = fc.asyncProperty(sequences, async (commands) => {
    using folder = testFolder();
    const comparison = new Comparison(folder.path, limits);
    try {
      for (const each of commands) {
        const [ours, theirs] = await comparison.run(each);
        expect(ours).toEqual(theirs);
      }
      const [ours, theirs] = await comparison.everything();
      expect(ours).toEqual(theirs);
    } finally {
      await comparison.close();
    }
  });
  const details = await fc.check(property, { numRuns });
  expect(details.failed, fc.defaultReportMessage(details)).toBe(false);
});
