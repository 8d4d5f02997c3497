/** The events of the inspector's bench: varied tenants, types and payloads, with a run for three of four. */
import { gzipSync } from "node:zlib";
import { createIdSource, systemClock } from "../../src/base/index.ts";
import type { EventDraft, Fact, PlannedRun } from "../../src/event-log/index.ts";

const newId = createIdSource(systemClock);

const TYPES = ["github", "stripe", "shopify", "slack", "twilio"] as const;
const PROVIDER_TYPES = ["push", "ping", "created", "updated", "deleted", "paid", "failed", "opened"] as const;

/**
 * The event of a number. ~1 KB of body; one event in 50,000 is of a rare tenant, one in 100,000 holds the needle, one in
 * 200 comes compressed, one in 100,000 has its text escaped.
 */
export function draftOf(number: number, receivedAtMs: number): EventDraft {
  const id = newId();
  const tenant = number % 50_000 === 7 ? "rare" : `tenant-${number % 40}`;
  const eventType = TYPES[number % TYPES.length] ?? "github";
  const delivery = newId();
  const note = number % 100_000 === 99_999 ? "Needle-in-the-Hay" : "nothing to see";
  const items = Array.from({ length: 8 }, (_, index) => ({
    id: `item_${number * 31 + index}`,
    price: number % 997,
    note,
  }));
  const text = JSON.stringify({ id: `evt_${newId()}`, number, customer: `cus_${number % 5000}`, items });
  const isPacked = number % 200 === 199;
  const escaped = number % 100_000 === 50_001 ? text.replace("nothing", String.raw`Gr\u00fc\u00dfe`) : text;
  const rawBody = isPacked ? gzipSync(text) : Buffer.from(escaped);
  const envelope: EventDraft["envelope"] = {
    id,
    tenant,
    eventType,
    receivedAtMs,
    method: "POST",
    target: `/events/webhook/${tenant}/${eventType}`,
    headers: [
      ["host", "hooks.example.com"],
      ["content-type", "application/json"],
      ["user-agent", "Sender/1.0"],
      ["x-signature-256", `sha256=${id.replaceAll("-", "").repeat(2)}`],
      ["x-delivery", delivery],
      ...(isPacked ? [["content-encoding", "gzip"] as const] : []),
    ],
    remoteAddress: "192.0.2.1",
    rawBody,
    verdict: { status: "verified", scheme: "sha256", provider: eventType, keyName: number % 10 === 0 ? "old" : "new" },
    dedupe: { value: delivery, source: "header:x-delivery", signed: false },
    providerType: PROVIDER_TYPES[(number >> 3) % PROVIDER_TYPES.length] ?? "push",
  };
  const flow = `on-${eventType}`;
  const run = {
    id: newId(),
    eventId: id,
    tenant,
    flow,
    flowHash: "hash",
    startNode: "start",
    createdAtMs: receivedAtMs,
  };
  return { envelope, runs: number % 4 === 0 ? [] : [run] };
}

/** What is said of its run. One in 500 fails; a replay of every second of those succeeds. */
export function factsOf({ envelope, runs }: EventDraft, number: number): Fact[] {
  const [run] = runs;
  if (run === undefined) return [];
  const atMs = envelope.receivedAtMs;
  const failed = number % 500 === 1;
  const error = { code: "script-error", message: "no", retryable: false };
  return [
    { type: "run_started", runId: run.id, attempt: 1, atMs },
    {
      type: "step_done",
      runId: run.id,
      ordinal: 0,
      node: "start",
      nodeType: "script",
      status: "succeeded",
      outputJson: '{"ok":true}',
      attempt: 1,
      startedAtMs: atMs,
      durationMs: number % 17,
    },
    { type: "run_ended", runId: run.id, status: failed ? "failed" : "succeeded", atMs, ...(failed && { error }) },
    ...(number % 1000 === 1 ? replayOf(run, atMs + 1) : []),
  ];
}

function replayOf(run: PlannedRun, atMs: number): Fact[] {
  const replay = { ...run, id: newId(), replayOf: run.eventId, createdAtMs: atMs };
  return [
    { type: "run_queued", run: replay },
    { type: "run_started", runId: replay.id, attempt: 1, atMs },
    { type: "run_ended", runId: replay.id, status: "succeeded", atMs },
  ];
}
