/**
 * Whether a change costs processor time: the gateways of two builds under the same load by turns, and what a request took of
 * the acknowledging thread and of all others, as the median of the ratios of neighbours. Speeds of a shared machine move by
 * half within minutes; neighbours see the same machine. `npm run bench:compare -- --with ../other-checkout [--rounds 10]`;
 * the other checkout is built, too. Linux.
 */
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import type * as Servers from "./support/gateway-server.ts";
import { load } from "./support/load.ts";
import { bodies, signed } from "./support/payloads.ts";

const { values } = parseArgs({
  options: {
    with: { type: "string" },
    rounds: { type: "string", default: "10" },
    seconds: { type: "string", default: "1.5" },
  },
});
if (values.with === undefined) {
  console.error("Say with which checkout: npm run bench:compare -- --with ../other-checkout");
  process.exit(2);
}
const seconds = Number(values.seconds);
const rounds = Number(values.rounds);
/** What the projector and the disk have left to do belongs to the load before it. */
const SETTLE_MS = 400;

interface Side {
  readonly pid: number;
  readonly port: number;
}

/** Of one load, microseconds per request. */
interface Cost {
  readonly acknowledging: number;
  readonly others: number;
}

const pairs = new Map<string, { readonly before: Cost; readonly after: Cost }[]>();
for (let round = 0; round < rounds; round++) await addRound(values.with, round % 2 === 1);
for (const [what, costs] of pairs) {
  const told = (of: (cost: Cost) => number): string => {
    const [low, middle, high] = quartiles(costs.map(({ before, after }) => of(after) / of(before)));
    return `${middle} (${low} to ${high})`;
  };
  const main = told((cost) => cost.acknowledging);
  console.log(`${what}: acknowledging thread ${main}, others ${told((cost) => cost.others)} of the other checkout's`);
}

/** Both anew, as two processes of one build differ by a tenth; by turns who is first, as the second finds what the first has left. */
async function addRound(otherCheckout: string, isTurned: boolean): Promise<void> {
  const other = await gatewayOf(otherCheckout);
  const own = await gatewayOf(".");
  const [first, second] = isTurned ? [own, other] : [other, own];
  try {
    for (const kind of ["ack", "flow"]) {
      for (const [name, body] of Object.entries(bodies)) {
        for (const side of [first, second]) await costOf(side, kind, body);
        const costs = [await costOf(first, kind, body), await costOf(second, kind, body)] as const;
        const [before, after] = isTurned ? [costs[1], costs[0]] : costs;
        const what = `${kind}, ${name}`;
        pairs.set(what, [...(pairs.get(what) ?? []), { before, after }]);
      }
    }
  } finally {
    await own.stop();
    await other.stop();
  }
}

async function gatewayOf(checkout: string): Promise<Side & { readonly stop: () => Promise<void> }> {
  const path = resolve(checkout, "bench/support/gateway-server.ts");
  const { createBundle, gatewayServer } = (await import(pathToFileURL(path).href)) as typeof Servers;
  const bundle = await createBundle();
  const gateway = await gatewayServer(bundle.folder);
  const stop = async (): Promise<void> => {
    await gateway[Symbol.asyncDispose]();
    await bundle.remove();
  };
  return { pid: gateway.pid, port: gateway.port, stop };
}

async function costOf({ pid, port }: Side, kind: string, body: Buffer): Promise<Cost> {
  const before = microsOf(pid);
  const path = `/events/webhook/demo/${kind}`;
  const options = { port, path, body, headers: signed(body), connections: 64, seconds };
  const { requests, failed, firstFailure } = await load(options);
  if (failed > 0) throw new Error(`${failed} requests failed, the first with ${firstFailure}`);
  await delay(SETTLE_MS);
  const cost = { acknowledging: 0, others: 0 };
  for (const [thread, micros] of microsOf(pid)) {
    const spent = (micros - (before.get(thread) ?? 0)) / requests;
    if (thread === `${pid}`) cost.acknowledging += spent;
    else cost.others += spent;
  }
  return cost;
}

/** Processor time of each thread so far, microseconds (schedstat, in nanoseconds: docs.kernel.org/scheduler/sched-stats.html). */
function microsOf(pid: number): ReadonlyMap<string, number> {
  const ids = readdirSync(`/proc/${pid}/task`);
  return new Map(
    ids.map((id) => [id, Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, "utf8").split(" ")[0]) / 1000]),
  );
}

function quartiles(ratios: readonly number[]): readonly string[] {
  const sorted = ratios.toSorted((a, b) => a - b);
  return [0.25, 0.5, 0.75].map((part) => (sorted[Math.floor(part * sorted.length)] ?? Number.NaN).toFixed(3));
}
