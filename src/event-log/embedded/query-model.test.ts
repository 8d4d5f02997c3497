/**
 * Random sequences of calls, starts and rebuilds of the index: whatever an operator asks, the embedded log answers as the
 * memory log does. `model.test.ts` does the same for what the gateway asks.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Clock } from "../../base/index.ts";
import type { EventLog } from "../event-log.ts";
import type { Page } from "../event-queries.ts";
import { createMemoryLog } from "../memory/index.ts";
import { openEmbeddedLog } from "./index.ts";
import { FLOWS, MINUTE_MS, pick, RandomCalls } from "./random-calls.contract.ts";
import { testFolder } from "./test-folder.contract.ts";

const WINDOW_MS = 10 * MINUTE_MS;

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
  readonly #calls = new RandomCalls();
  readonly #answers: Answers[] = [];
  readonly #clock: Clock = { now: () => this.#calls.nowMs, monotonic: () => this.#calls.nowMs };
  readonly #model = createMemoryLog({ clock: this.#clock, dedupeWindowMs: WINDOW_MS });
  #log: EventLog | undefined;

  constructor(folder: string, limits: object) {
    this.#folder = folder;
    this.#limits = limits;
  }

  async run([name, one, two, three]: Command): Promise<void> {
    switch (name) {
      case "append":
        return this.#onBoth((log, draft) => log.append(draft), this.#calls.draft(one, two, three));
      case "record":
        return this.#onBoth((log, facts) => log.record(facts), this.#calls.facts(one, two, three));
      case "refuse":
        return this.#onBoth(async (log, refusal) => log.refuse(refusal), this.#calls.refusal(one, two));
      case "accept": {
        const refusalId = pick(this.#calls.refusals, one)?.id;
        const eventId = pick(this.#calls.envelopes, two)?.id;
        if (refusalId === undefined || eventId === undefined) return;
        const accepted = { refusalId, eventId, atMs: this.#calls.nowMs };
        return this.#onBoth(async (log) => log.noteAccepted(accepted), undefined);
      }
      case "minute":
        return this.#onBoth((log, fact) => log.record([fact]), this.#calls.minute(one, two));
      case "wait":
        // Now and then the clock is set back.
        this.#calls.nowMs += one % 5 === 0 ? -3 * MINUTE_MS : two * 60;
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
    const events = this.#calls.eventQuery(one, two, three);
    await this.#same(events, (log) =>
      pages((cursor) => log.queries.listEvents({ limit, ...atOnce, ...events, ...cursor })),
    );
    const runs = this.#calls.runQuery(one, two, three);
    await this.#same(runs, (log) => pages((cursor) => log.queries.listRuns({ limit, ...atOnce, ...runs, ...cursor })));
    const refusals = this.#calls.refusalQuery(one, two, three);
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
    const events = [...ids(this.#calls.envelopes, ({ id }) => id), "unknown"];
    await this.#same(events, async (log) => (await log.queries.eventsById(events)).map(bare));
    const runs = [...ids(this.#calls.runs, ({ id }) => id), "unknown"];
    await this.#same(runs, (log) => log.queries.runsById(runs));
    const refusals = [...ids(this.#calls.refusals, ({ id }) => id), "unknown"];
    await this.#same(refusals, async (log) => (await log.queries.refusalsById(refusals)).map(bare));
    await this.#same(refusals, async (log) => bare((await log.queries.getRefusal(refusals[0]!)) ?? {}));
  }

  async #askNumbers(one: number, two: number, three: number): Promise<void> {
    const bucketMs = MINUTE_MS * [1, 5, 60][one % 3]!;
    const tenant = two % 2 === 0 ? {} : { tenant: `t${two % 3}` };
    const sinceMs = Math.floor(this.#calls.nowMs / MINUTE_MS - (three % 90)) * MINUTE_MS;
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
      dedupeWindowMs: WINDOW_MS,
      ...this.#limits,
    });
    return this.#log;
  }

  async #close(): Promise<void> {
    await this.#log?.[Symbol.asyncDispose]();
    this.#log = undefined;
  }
}

function told(asked: unknown): string {
  return JSON.stringify(asked, (_key, value: unknown) => (value instanceof Uint8Array ? "bytes" : value)) ?? "";
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
        for (const each of commands) {
          await comparison.run(each);
          for (const [asked, ours, theirs] of comparison.take()) expect(ours, told(asked)).toEqual(theirs);
        }
        for (const at of [3, 17, 40, 91]) {
          await comparison.ask(at * 7, at * 11, at * 13);
          for (const [asked, ours, theirs] of comparison.take()) expect(ours, told(asked)).toEqual(theirs);
        }
      } finally {
        await comparison.close();
      }
    });
    const details = await fc.check(property, { numRuns: 8 });
    expect(details.failed, `${fc.defaultReportMessage(details)}\n${String(details.errorInstance)}`).toBe(false);
  },
  60_000,
);
