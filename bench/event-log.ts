/**
 * The embedded log alone: how many appends (with one run each) and how many whole lives of a run (append, claim, facts)
 * it takes per second, what they cost in CPU on both threads, how far the projection lags, and whether it stays flat.
 *
 *   npx tsx bench/event-log.ts [--seconds 10] [--in-flight 64] [--body 8192] [--life] [--folder DIR]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createIdSource, systemClock } from "../src/base/index.ts";
import type { Envelope } from "../src/event/index.ts";
import type { EventLog, PlannedRun } from "../src/event-log/index.ts";
import { openEmbeddedLog } from "../src/event-log/embedded/index.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "10" },
    "in-flight": { type: "string", default: "64" },
    body: { type: "string", default: "8192" },
    life: { type: "boolean", default: false },
    folder: { type: "string" },
  },
});
const seconds = Number(values.seconds);
const inFlight = Number(values["in-flight"]);
const body = Buffer.alloc(Number(values.body), '{"ref":"refs/heads/main"}');
const newId = createIdSource(systemClock);
const folder = values.folder ?? mkdtempSync(join(tmpdir(), "gtc-bench-log-"));

const HEADERS: Envelope["headers"] = [
  ["host", "hooks.example.com"],
  ["user-agent", "GitHub-Hookshot/044aadd"],
  ["accept", "*/*"],
  ["content-type", "application/json"],
  ["content-length", String(body.length)],
  ["x-github-event", "push"],
  ["x-github-hook-id", "292430182"],
  ["x-github-hook-installation-target-type", "repository"],
  ["x-hub-signature-256", `sha256=${"5".repeat(64)}`],
];

function draft(): { envelope: Envelope; runs: PlannedRun[] } {
  const id = newId();
  const receivedAtMs = Date.now();
  const delivery = newId();
  const envelope: Envelope = {
    id,
    tenant: "demo",
    eventType: "github",
    receivedAtMs,
    method: "POST",
    target: "/events/webhook/demo/github",
    headers: [...HEADERS, ["x-github-delivery", delivery]],
    remoteAddress: "127.0.0.1",
    rawBody: body,
    verdict: { status: "verified", scheme: "sha256", provider: "github", keyName: "secret" },
    dedupe: { value: delivery, source: "header:x-github-delivery", signed: false },
    providerType: "push",
  };
  const run: PlannedRun = {
    id: newId(),
    eventId: id,
    tenant: "demo",
    flow: "on-push",
    flowHash: "b1946ac92492d2347c6235b4d2611184",
    startNode: "start",
    createdAtMs: receivedAtMs,
  };
  return { envelope, runs: [run] };
}

/** What the run room records for a run of three steps with an answer. */
async function live(log: EventLog, run: PlannedRun<unknown>): Promise<void> {
  const step = (ordinal: number, node: string, next?: string) =>
    ({
      type: "step_done",
      runId: run.id,
      ordinal,
      node,
      nodeType: "script",
      status: "succeeded",
      outputJson: '{"commits":3,"text":"Received 3 commits"}',
      ...(next !== undefined && { next }),
      attempt: 1,
      startedAtMs: Date.now(),
      durationMs: 0.4,
    }) as const;
  await log.record([
    { type: "run_started", runId: run.id, attempt: 1, atMs: Date.now() },
    step(0, "start", "second"),
    step(1, "second", "third"),
  ]);
  const answer = { status: 200, headers: {}, body: "ok", by: "flow", atMs: Date.now(), durationMs: 3 } as const;
  await log.record([
    step(2, "third"),
    { type: "answered", eventId: run.eventId, answer },
    { type: "run_ended", runId: run.id, status: "succeeded", atMs: Date.now() },
  ]);
}

const opening = performance.now();
const log = await openEmbeddedLog({ folder, onNotice: (notice) => console.log("notice", notice) });
console.log(`opened in ${(performance.now() - opening).toFixed(0)} ms`);

let appended = 0;
let lived = 0;
const latencies: number[] = [];
const start = performance.now();
const until = start + seconds * 1000;
const cpu = process.cpuUsage();
const loop = performance.eventLoopUtilization();

async function append(): Promise<void> {
  while (performance.now() < until) {
    const from = performance.now();
    const stored = await log.append(draft());
    if (stored.kind !== "stored") throw new Error("a fresh event was called a duplicate");
    latencies.push(performance.now() - from);
    appended += 1;
  }
}

async function work(): Promise<void> {
  for (;;) {
    const request = { limit: 64, nowMs: Date.now(), leaseMs: 60_000, workerId: "w" };
    const claimed = await log.claim(request);
    await Promise.all(claimed.map((each) => live(log, each.run)));
    lived += claimed.length;
    if (claimed.length > 0) continue;
    if (performance.now() >= until) return;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

let before = { appended: 0, lived: 0, at: start, cpu };
const watch = setInterval(() => {
  const now = performance.now();
  const perSecond = (count: number): string => ((count * 1000) / (now - before.at)).toFixed(0).padStart(7);
  const health = log.health();
  const lag = health.status === "ready" ? (health.projectionLagBytes / 1e6).toFixed(1) : health.because;
  const heap = (process.memoryUsage().rss / 1e6).toFixed(0);
  const { user, system } = process.cpuUsage(before.cpu);
  // CPU per event is what shows whether the log stays flat: other programs on the machine move the rates.
  const cpuEach = ((user + system) / Math.max(1, appended - before.appended)).toFixed(0).padStart(4);
  console.log(
    `${perSecond(appended - before.appended)} appends/s ${perSecond(lived - before.lived)} runs/s, ` +
      `${cpuEach} µs CPU per event, lag ${lag} MB, rss ${heap} MB, ${appended} events`,
  );
  before = { appended, lived, at: now, cpu: process.cpuUsage() };
}, 2000);

await Promise.all([...Array.from({ length: inFlight }, append), ...(values.life ? [work()] : [])]);
clearInterval(watch);
const tookMs = performance.now() - start;
const used = process.cpuUsage(cpu);
const utilization = performance.eventLoopUtilization(loop);
const lagMs = performance.now();
const counts = await log.counts();
latencies.sort((a, b) => a - b);
const at = (share: number): string => (latencies[Math.floor(latencies.length * share)] ?? 0).toFixed(2);
console.log({
  appendsPerSecond: Math.round((appended * 1000) / tookMs),
  runsPerSecond: Math.round((lived * 1000) / tookMs),
  p50Ms: at(0.5),
  p99Ms: at(0.99),
  cpuMsPer1000: Math.round((used.user + used.system) / appended),
  mainLoopBusy: utilization.utilization.toFixed(2),
  catchUpMs: Math.round(performance.now() - lagMs),
  events: Object.values(counts.events).reduce((sum, count) => sum + count, 0),
});
await log[Symbol.asyncDispose]();
if (values.folder === undefined) rmSync(folder, { recursive: true });
