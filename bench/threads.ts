/**
 * Where a request's CPU goes: the gateway under full load, CPU per request of each of its threads, and its page faults,
 * from /proc (Linux). `npm run bench:threads [-- --seconds 5]`. The acknowledging thread, the runner and the projector
 * stand out; the small ones are V8's and libuv's. Before each body the bare server gets the same load: what its thread
 * takes, divided by what the acknowledging thread takes, is how fast that is apart from waiting for a processor.
 */
import { readdirSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { bareServer } from "./support/bare-server.ts";
import { createBundle, gatewayServer } from "./support/gateway-server.ts";
import { load } from "./support/load.ts";
import { bodies, signed } from "./support/payloads.ts";
import { cpuMsOf } from "./support/server.ts";

const { values } = parseArgs({ options: { seconds: { type: "string", default: "5" } } });
const seconds = Number(values.seconds);
const LEAST_SHOWN_US = 2;

const bundle = await createBundle();
try {
  await using gateway = await gatewayServer(bundle.folder);
  const { pid } = gateway;
  for (const [name, body] of Object.entries(bodies)) {
    const bareUs = await bareMicros(body);
    console.log(`bare server, ${name}: ${bareUs.toFixed(0)} µs per request`);
    for (const kind of ["ack", "flow"]) {
      const options = {
        port: gateway.port,
        path: `/events/webhook/demo/${kind}`,
        body,
        headers: signed(body),
        connections: 64,
      };
      await load({ ...options, seconds: 2 });
      const before = threadsOf(pid);
      const mainBefore = mainOf(pid);
      const faultsBefore = pageFaultsOf(pid);
      const { requests, requestsPerSecond, p50Ms } = await load({ ...options, seconds });
      const after = threadsOf(pid);
      const faults = (pageFaultsOf(pid) - faultsBefore) / requests;
      const mainUs = ((mainOf(pid) - mainBefore) / requests) * 1000;
      const micros = [...after].map(([id, ms]) => ((ms - (before.get(id) ?? 0)) / requests) * 1000);
      const shown = micros.filter((us) => us >= LEAST_SHOWN_US).toSorted((a, b) => b - a);
      const total = shown.reduce((sum, us) => sum + us, 0);
      console.log(
        `${kind}, ${name}: ${Math.round(requestsPerSecond)}/s, p50 ${p50Ms.toFixed(1)} ms; µs per request by thread: ${shown.map((us) => us.toFixed(0)).join(" ")} (${total.toFixed(0)} in all); acknowledging thread ${(bareUs / mainUs).toFixed(2)} as fast as the bare server; ${faults.toFixed(2)} page faults`,
      );
    }
  }
} finally {
  await bundle.remove();
}

/** CPU of the bare server's thread per request, microseconds. */
async function bareMicros(body: Buffer): Promise<number> {
  await using server = await bareServer();
  const options = { port: server.port, path: "/", body, headers: signed(body), connections: 64 };
  await load({ ...options, seconds: 2 });
  const before = mainOf(server.pid);
  const { requests } = await load({ ...options, seconds });
  return ((mainOf(server.pid) - before) / requests) * 1000;
}

/** CPU of the thread that answers so far, milliseconds. */
function mainOf(pid: number): number {
  return threadsOf(pid).get(`${pid}`) ?? 0;
}

/** Page faults of the process so far that needed no disk (proc(5), field 10 of stat). */
function pageFaultsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[7]);
}

/** CPU of each thread so far, milliseconds, by its id. */
function threadsOf(pid: number): ReadonlyMap<string, number> {
  const ids = readdirSync(`/proc/${pid}/task`);
  return new Map(ids.map((id) => [id, cpuMsOf(readFileSync(`/proc/${pid}/task/${id}/stat`, "utf8"))]));
}
