/**
 * The gateway beside a bare server, alternating in one run: `npm run bench [-- --seconds 30 --rounds 2]`.
 *
 * The bare server is node:http, verifies the HMAC and stores nothing. The gateway verifies, stores durably and answers
 * (case "ack"), or runs branch → script → http_response and gives that answer (case "flow"). Both get the same signed
 * bodies over 64 connections from the same load generator. Printed: requests/s, p50, p99, the server's CPU per 1,000
 * requests, and the ratios of the medians. Counts in the log must equal the acknowledged requests.
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { bareServer } from "./support/bare-server.ts";
import { createBundle, gatewayServer } from "./support/gateway-server.ts";
import { load, type LoadResult } from "./support/load.ts";
import { bodies, signed } from "./support/payloads.ts";
import type { BenchServer } from "./support/server.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "30" },
    rounds: { type: "string", default: "2" },
    connections: { type: "string", default: "64" },
    only: { type: "string" },
  },
});
const seconds = Number(values.seconds);
const rounds = Number(values.rounds);
const connections = Number(values.connections);

interface Measured extends LoadResult {
  readonly cpuMsPer1000: number;
}

console.log(
  `node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown CPU"}, ${connections} connections, ${rounds} × ${seconds} s per case`,
);
const bundle = await createBundle();
try {
  for (const [bodyName, body] of Object.entries(bodies)) {
    for (const kind of ["ack", "flow"] as const) {
      if (values.only !== undefined && values.only !== `${kind}-${bodyName}`) continue;
      await compare(kind, bodyName, body);
    }
  }
  if (values.only === undefined || values.only === "burn") await burnCase();
} finally {
  await bundle.remove();
}

/** Alternates bare server and gateway, and prints both with their ratio. */
async function compare(kind: "ack" | "flow", bodyName: string, body: Buffer): Promise<void> {
  const bare: Measured[] = [];
  const ours: Measured[] = [];
  for (let round = 0; round < rounds; round++) {
    bare.push(await measure(await bareServer(), "/events/webhook/demo/github", body));
    const gateway = await gatewayServer(bundle.folder);
    ours.push(await measure(gateway, `/events/webhook/demo/${kind}`, body));
  }
  const ratio = median(ours, "requestsPerSecond") / median(bare, "requestsPerSecond");
  console.log(`\n${kind}, ${bodyName} (${body.length} bytes)`);
  console.table({ "bare server": row(bare), gtc: row(ours) });
  console.log(`ratio ${ratio.toFixed(2)} of the bare server's throughput`);
}

async function measure(server: BenchServer, path: string, body: Buffer): Promise<Measured> {
  await using running = server;
  await load({ port: running.port, path, body, headers: signed(body), connections, seconds: Math.min(3, seconds) });
  const before = await running.stats();
  const result = await load({ port: running.port, path, body, headers: signed(body), connections, seconds });
  const after = await running.stats();
  if (result.failed > 0)
    throw new Error(`${result.failed} of ${result.requests} requests failed (${result.firstFailure})`);
  const stored = after.stored - before.stored;
  if (running.stores && stored !== result.requests)
    throw new Error(`${result.requests} acknowledged, ${stored} stored`);
  return { ...result, cpuMsPer1000: ((after.cpuMs - before.cpuMs) / result.requests) * 1000 };
}

/** A flow that burns its whole budget, again and again, beside plain acknowledgements: how far does their p99 move? */
async function burnCase(): Promise<void> {
  const body = bodies.small;
  const results: Record<string, Record<string, number>> = {};
  for (const burning of [false, true]) {
    await using gateway = await gatewayServer(bundle.folder);
    const quiet = {
      port: gateway.port,
      path: "/events/webhook/demo/ack",
      body,
      headers: signed(body),
      connections: 8,
      seconds,
      ratePerSecond: 500,
    };
    const burn = { ...quiet, path: "/events/webhook/demo/burn", connections: 2, ratePerSecond: 20 };
    const [result] = await Promise.all([load(quiet), burning ? load(burn) : undefined]);
    results[burning ? "beside burning scripts" : "alone"] = { p50: result.p50Ms, p99: result.p99Ms };
  }
  console.log("\nacknowledgements at 500/s, milliseconds");
  console.table(results);
}

function median(runs: readonly Measured[], key: "requestsPerSecond" | "p50Ms" | "p99Ms" | "cpuMsPer1000"): number {
  const sorted = runs.map((run) => run[key]).sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function row(runs: readonly Measured[]): Record<string, number> {
  return {
    "requests/s": Math.round(median(runs, "requestsPerSecond")),
    "p50 ms": Number(median(runs, "p50Ms").toFixed(2)),
    "p99 ms": Number(median(runs, "p99Ms").toFixed(2)),
    "CPU ms/1000": Number(median(runs, "cpuMsPer1000").toFixed(1)),
  };
}
