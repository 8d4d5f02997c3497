/** A process that is killed while it appends: every id that it had printed as acknowledged is found again. */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { threadEntry } from "../../base/index.ts";
import { openEmbeddedLog } from "./index.ts";
import { testFolder } from "./test-folder.contract.ts";

const ROUNDS = 6;

/** Appends with 16 in flight, records facts of every run, and prints each id once it is acknowledged. */
const CHILD = `
  import { openEmbeddedLog } from ${JSON.stringify(threadEntry(import.meta.url, "./index.ts").href)};
  const [folder, round] = process.argv.slice(2);
  const log = await openEmbeddedLog({ folder, segmentBytes: 300000, lockWaitMs: 5000 });
  let count = 0;
  const loop = async () => {
    for (;;) {
      const id = "event-" + round + "-" + count++;
      const envelope = { id, tenant: "demo", eventType: "github", receivedAtMs: Date.now(), method: "POST", target: "/",
        headers: [], remoteAddress: "127.0.0.1", rawBody: Buffer.from(id.repeat(100)), verdict: { status: "unsigned" },
        dedupe: { value: id, source: "header:x", signed: false } };
      const run = { id: "run-" + id, eventId: id, tenant: "demo", flow: "f", flowHash: "h", startNode: "s", createdAtMs: Date.now() };
      await log.append({ envelope, runs: [run] });
      process.stdout.write("event " + id + "\\n");
      await log.record([{ type: "run_started", runId: run.id, attempt: 1, atMs: 1 },
        { type: "run_ended", runId: run.id, status: "succeeded", atMs: 2 }]);
      process.stdout.write("ended " + id + "\\n");
    }
  };
  for (let each = 0; each < 16; each++) loop();
`;

function childFile(folder: string, source: string): string {
  const path = join(folder, "child.mjs");
  writeFileSync(path, source);
  return path;
}

async function runUntilKilled(
  folder: string,
  round: number,
  lines: number,
): Promise<{ events: string[]; ended: string[] }> {
  const child = spawn(process.execPath, [childFile(folder, CHILD), folder, String(round)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const events: string[] = [];
  const ended: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const [kind, id] = line.split(" ") as ["event" | "ended", string];
    (kind === "event" ? events : ended).push(id);
    if (events.length === lines) child.kill("SIGKILL");
  }
  return { events, ended };
}

test("kill -9 under load loses nothing that was acknowledged, however often", async () => {
  using folder = testFolder();
  const acknowledged: string[] = [];
  const finished = new Set<string>();
  for (let round = 0; round < ROUNDS; round++) {
    const { events, ended } = await runUntilKilled(folder.path, round, 50 + round * 331);
    acknowledged.push(...events);
    for (const id of ended) finished.add(id);
    const log = await openEmbeddedLog({ folder: folder.path, segmentBytes: 300_000, lockWaitMs: 5000 });
    const stored = new Map((await log.listEvents({ limit: 1_000_000 })).events.map((event) => [event.id, event]));
    for (const id of acknowledged) expect(stored.get(id), id).toBeDefined();
    for (const id of finished) expect(stored.get(id)!.status, id).toBe("done");
    // What had not ended is handed out again, and nothing else.
    const claimed = await log.claim({ limit: 100_000, nowMs: Date.now(), leaseMs: 1000, workerId: "w" });
    const open = [...stored.values()].filter((event) => event.status === "received").map((event) => event.id);
    expect(claimed.map((each) => each.run.eventId).sort()).toEqual(open.sort());
    const last = acknowledged.at(-1)!;
    expect(Buffer.from((await log.getEnvelope(last))!.rawBody).toString()).toBe(last.repeat(100));
    const again = { ...(await log.getEnvelope(last))!, id: `again-${round}` };
    expect(await log.append({ envelope: again, runs: [] })).toMatchObject({ kind: "duplicate", duplicateOf: last });
    await log.record(open.map((id) => ({ type: "run_ended", runId: `run-${id}`, status: "succeeded", atMs: 3 })));
    await log[Symbol.asyncDispose]();
  }
  expect(acknowledged.length).toBeGreaterThan(5000);
});

test("a second process on the same folder is told who has it", async () => {
  using folder = testFolder();
  const log = await openEmbeddedLog({ folder: folder.path });
  await expect(openEmbeddedLog({ folder: folder.path, lockWaitMs: 0 })).rejects.toMatchObject({
    code: "GTC_BUNDLE_LOCKED",
    details: { path: folder.path, pid: String(process.pid) },
  });
  const other = spawn(process.execPath, [childFile(folder.path, CHILD.replace("5000", "0")), folder.path, "0"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  for await (const chunk of other.stderr) said += String(chunk);
  expect(said).toContain(`process ${process.pid}`);
  await log[Symbol.asyncDispose]();
  await (await openEmbeddedLog({ folder: folder.path, lockWaitMs: 0 }))[Symbol.asyncDispose]();
});
