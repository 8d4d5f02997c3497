/**
 * The inspector's queries on a large log: stores events with runs (varied tenants, types, payloads), then prints how long
 * lists, filters and searches take, and what they do to appends that go on meanwhile.
 *
 *   npx tsx bench/inspector.ts [--events 1000000] [--days 30] [--rounds 15] [--append-rate 1000] [--folder DIR]
 *
 * The events are spread evenly over so many days, up to now. A folder that holds that many from before is used as it is.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { DurationHistogram, type Page } from "../src/event-log/index.ts";
import { openEmbeddedLog } from "../src/event-log/embedded/index.ts";
import { draftOf, factsOf } from "./support/inspector-events.ts";

const { values } = parseArgs({
  options: {
    events: { type: "string", default: "1000000" },
    days: { type: "string", default: "30" },
    rounds: { type: "string", default: "15" },
    "append-rate": { type: "string", default: "1000" },
    folder: { type: "string" },
  },
});
const wanted = Number(values.events);
const rounds = Number(values.rounds);
const appendRate = Number(values["append-rate"]);
const folder = values.folder ?? mkdtempSync(join(tmpdir(), "gtc-bench-inspector-"));
const days = Number(values.days);
const DAY_MS = 86_400_000;

let made = 0;

function chunks<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  );
}

const log = await openEmbeddedLog({ folder, onNotice: (notice) => console.log("notice", notice) });
const { queries } = log;
let someDelivery = "";
let middleMs = 0;

const appendTimes = new DurationHistogram();

async function timed(act: () => Promise<unknown>): Promise<void> {
  const from = performance.now();
  await act();
  appendTimes.add(performance.now() - from);
}

async function fill(): Promise<void> {
  const start = performance.now();
  const firstMs = Date.now() - days * DAY_MS;
  const receivedAt = (number: number): number => Math.floor(firstMs + (number * days * DAY_MS) / wanted);
  while (made < wanted) {
    const drafts = Array.from({ length: Math.min(1000, wanted - made) }, (_, index) =>
      draftOf(made + index, receivedAt(made + index)),
    );
    made += drafts.length;
    await Promise.all(drafts.map((each) => timed(() => log.append(each))));
    const first = made - drafts.length;
    const facts = drafts.map((each, index) => factsOf(each, first + index));
    await Promise.all(chunks(facts, 8).map((some) => log.record(some.flat())));
    if (middleMs === 0 && made >= wanted / 2) {
      middleMs = receivedAt(made);
      someDelivery = drafts[0]?.envelope.dedupe?.value ?? "";
    }
  }
  const minuteMs = Math.floor(Date.now() / 60_000) * 60_000;
  const acknowledgements = appendTimes.take();
  await log.record([{ type: "traffic_minute", minuteMs, tenants: [{ tenant: "tenant-0", acknowledgements }] }]);
  const storedMs = performance.now() - start;
  await log.counts();
  const behindMs = performance.now() - start - storedMs;
  const perSecond = Math.round((wanted * 1000) / storedMs);
  const { journalBytes, projectionBytes } = await queries.storage();
  console.log(
    `${wanted} events with their runs stored in ${(storedMs / 1000).toFixed(1)} s (${perSecond}/s), projection caught up in ` +
      `${behindMs.toFixed(0)} ms; journal ${(journalBytes / 1e6).toFixed(0)} MB, projection ${(projectionBytes / 1e6).toFixed(0)} MB`,
  );
}

/** The middle of what was stored by an earlier run. */
async function findMiddle(): Promise<void> {
  middleMs = Date.now() - (days * DAY_MS) / 2;
  const { items } = await queries.listEvents({ limit: 1, untilMs: middleMs });
  someDelivery = items[0]?.deliveryId ?? "";
}

interface Case {
  readonly name: string;
  readonly ask: () => Promise<Page<unknown>>;
}

function cases(): Case[] {
  const list = (query: object): Promise<Page<unknown>> => queries.listEvents({ limit: 50, ...query });
  const runs = (query: object): Promise<Page<unknown>> => queries.listRuns({ limit: 50, ...query });
  const hour = 3_600_000;
  const traffic = async (periodMs: number, bucketMs: number, tenant?: string): Promise<Page<unknown>> => {
    const untilMs = Date.now();
    const query = { sinceMs: untilMs - periodMs, untilMs, bucketMs, ...(tenant !== undefined && { tenant }) };
    return { items: await queries.traffic(query) };
  };
  return [
    { name: "newest 50", ask: () => list({}) },
    { name: "tenant", ask: () => list({ tenant: "tenant-7" }) },
    { name: "rare tenant", ask: () => list({ tenant: "rare" }) },
    { name: "absent tenant", ask: () => list({ tenant: "nobody" }) },
    { name: "tenant and type that never meet", ask: () => list({ tenant: "tenant-0", eventType: "stripe" }) },
    { name: "provider type", ask: () => list({ providerType: "paid" }) },
    { name: "status failed", ask: () => list({ status: "failed" }) },
    { name: "status duplicate (none)", ask: () => list({ status: "duplicate" }) },
    { name: "status done, tenant", ask: () => list({ status: "done", tenant: "tenant-7" }) },
    { name: "verdict", ask: () => list({ verdict: "verified" }) },
    { name: "flow", ask: () => list({ flow: "on-slack" }) },
    { name: "an hour in the middle", ask: () => list({ sinceMs: middleMs - hour, untilMs: middleMs }) },
    { name: "delivery id", ask: () => list({ deliveryId: someDelivery }) },
    { name: "absent delivery id", ask: () => list({ deliveryId: "never-sent" }) },
    { name: "failed runs", ask: () => runs({ status: "failed" }) },
    { name: "failed runs that nobody did again", ask: () => runs({ resolved: false }) },
    { name: "runs of a flow", ask: () => runs({ flow: "on-slack" }) },
    { name: "runs of an hour in the middle", ask: () => runs({ sinceMs: middleMs - hour, untilMs: middleMs }) },
    { name: "waiting runs (none)", ask: () => runs({ status: "waiting" }) },
    { name: "numbers, 6 h by the minute", ask: () => traffic(6 * hour, 60_000) },
    { name: "numbers, a day by 15 minutes", ask: () => traffic(24 * hour, 15 * 60_000) },
    { name: "numbers, 30 days by 6 hours", ask: () => traffic(30 * DAY_MS, 6 * hour) },
    { name: "numbers of a tenant, 30 days", ask: () => traffic(30 * DAY_MS, 6 * hour, "tenant-7") },
    {
      name: "numbers of a flow, 30 days",
      ask: () =>
        queries
          .flowStats({ flow: "on-slack", sinceMs: Date.now() - 30 * DAY_MS, untilMs: Date.now() })
          .then(({ nodes }) => ({ items: nodes })),
    },
    { name: "search, common text", ask: () => list({ text: "nothing to see" }) },
    { name: "search, needle of a rare tenant", ask: () => list({ text: "needle", tenant: "rare" }) },
    { name: "search, rare text", ask: () => list({ text: "needle-in-the-hay", timeLimitMs: 10_000 }) },
    { name: "search, text that is escaped", ask: () => list({ text: "Grüße to see", timeLimitMs: 10_000 }) },
    { name: "search, absent text", ask: () => list({ text: "nowhere-at-all", timeLimitMs: 10_000 }) },
    { name: "search, absent text, page of 1 s", ask: () => list({ text: "nowhere-at-all" }) },
  ];
}

function spread(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1).padStart(8);
  return `p50 ${at(0.5)}  p95 ${at(0.95)}  p99 ${at(0.99)}  max ${at(1)} ms`;
}

async function ask({ name, ask: run }: Case): Promise<void> {
  const times: number[] = [];
  const cpu = process.cpuUsage();
  let answer: Page<unknown> = { items: [] };
  for (let round = 0; round < (name.startsWith("search") ? Math.min(3, rounds) : rounds); round++) {
    const from = performance.now();
    answer = await run();
    times.push(performance.now() - from);
  }
  const { user, system } = process.cpuUsage(cpu);
  const cpuMs = ((user + system) / 1000 / times.length).toFixed(1).padStart(7);
  const cut = answer.searchedToMs === undefined ? "" : " (cut by its time)";
  console.log(`${name.padEnd(34)} ${spread(times)}  CPU ${cpuMs} ms  ${answer.items.length} rows${cut}`);
}

/** Appends at a steady rate until it is told to stop; how long each took. */
async function appending(until: () => boolean): Promise<readonly number[]> {
  const times: number[] = [];
  const start = performance.now();
  const underway: Promise<unknown>[] = [];
  for (let sent = 0; !until();) {
    const due = ((performance.now() - start) * appendRate) / 1000;
    for (; sent < due; sent++) {
      const from = performance.now();
      underway.push(log.append(draftOf(made++, Date.now())).then(() => times.push(performance.now() - from)));
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await Promise.all(underway);
  return times;
}

/** Every way to choose some of the filters, each asked once: what the slowest take. */
async function askCombinations(name: string, filters: object, run: (query: object) => Promise<Page<unknown>>) {
  const subsets = Object.entries(filters).reduce<object[]>(
    (all, [key, value]) => [...all, ...all.map((each) => ({ ...each, [key]: value as unknown }))],
    [{}],
  );
  const times: { ms: number; query: object }[] = [];
  for (const query of subsets) {
    const from = performance.now();
    await run(query);
    times.push({ ms: performance.now() - from, query });
  }
  const slowest = times.toSorted((a, b) => b.ms - a.ms)[0];
  console.log(`${name} ${spread(times.map(({ ms }) => ms))}  slowest: ${JSON.stringify(slowest?.query)}`);
}

const { events: known } = await log.counts();
made = Object.values(known).reduce((sum, count) => sum + count, 0);
if (made < wanted) await fill();
else await findMiddle();
for (const each of cases()) await ask(each);
const period = { sinceMs: middleMs - 5 * 3_600_000, untilMs: middleMs };
await askCombinations(
  "256 combinations of event filters ",
  {
    tenant: "tenant-6",
    eventType: "stripe",
    providerType: "paid",
    status: "failed",
    verdict: "verified",
    flow: "on-stripe",
    ...period,
  },
  (query) => queries.listEvents({ limit: 50, ...query }),
);
await askCombinations(
  "128 combinations of run filters   ",
  { tenant: "tenant-6", eventType: "stripe", flow: "on-stripe", status: "failed", resolved: false, ...period },
  (query) => queries.listRuns({ limit: 50, ...query }),
);

const after = (ms: number): (() => boolean) => {
  const endMs = performance.now() + ms;
  return () => performance.now() >= endMs;
};
const loads = [
  { name: "no query", chosen: [], times: [] as number[], asked: 0 },
  {
    name: "lists, one after another",
    chosen: cases().filter((each) => !each.name.startsWith("search")),
    times: [] as number[],
    asked: 0,
  },
  {
    name: "searches, one after another",
    chosen: cases().filter((each) => each.name.startsWith("search, absent")),
    times: [] as number[],
    asked: 0,
  },
];
// In turns, so that other work on the machine meets all of them.
for (let turn = 0; turn < 4; turn++) {
  for (const load of loads) {
    const isOver = after(2500);
    const asking = (async () => {
      while (!isOver() && load.chosen.length > 0) {
        for (const each of load.chosen) if (!isOver()) await each.ask().then(() => (load.asked += 1));
      }
    })();
    load.times.push(...(await appending(isOver)));
    await asking;
  }
}
console.log(`\nappends at ${appendRate}/s meanwhile, 10 s each in four turns:`);
for (const { name, times, asked } of loads) console.log(`${name.padEnd(34)} ${spread(times)}  (${asked} queries)`);
await log[Symbol.asyncDispose]();
if (values.folder === undefined) rmSync(folder, { recursive: true });
