/** A process that is killed while it drops old events: what is to stay is there, and the log goes on dropping. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { threadEntry } from "../../base/index.ts";
import { openEmbeddedLog } from "./index.ts";
import { testFolder } from "./test-folder.contract.ts";

const OLD = 300;
const NEW = 50;

/** Stores events of long ago, which fill several segments, and new ones behind them; then drops the old ones. */
const CHILD = `
  import { openEmbeddedLog } from ${JSON.stringify(threadEntry(import.meta.url, "./index.ts").href)};
  const log = await openEmbeddedLog({ folder: process.argv[2], segmentBytes: 100000, lockWaitMs: 5000 });
  const append = (id, receivedAtMs) => log.append({
    envelope: { id, tenant: "demo", eventType: "github", receivedAtMs, method: "POST", target: "/", headers: [],
      remoteAddress: "127.0.0.1", rawBody: Buffer.from("x".repeat(1000)), verdict: { status: "unsigned" } },
    runs: [],
  });
  await log.record([{ type: "flow_stored", hash: "h", definitionJson: "{}" }]);
  for (let n = 0; n < ${OLD}; n++) await append("old-" + n, 1);
  for (let n = 0; n < ${NEW}; n++) await append("new-" + n, Date.now());
  await log.dropBefore(1000);
`;

test.each([1, 2])("killed after %i segment(s) had gone", async (segments) => {
  using folder = testFolder();
  const child = join(folder.path, "child.mjs");
  writeFileSync(child, CHILD);
  const preload = new URL("../../../test/support/kill-at.mjs", import.meta.url);
  preload.search = new URLSearchParams({ point: "drop", nth: String(segments) }).toString();
  const process_ = spawn(process.execPath, ["--import", preload.href, child, folder.path], { stdio: "inherit" });
  expect(await once(process_, "exit")).toEqual([null, "SIGKILL"]);
  const log = await openEmbeddedLog({ folder: folder.path, segmentBytes: 100_000, lockWaitMs: 5000 });
  const idsOf = async (): Promise<string[]> => (await log.listEvents({ limit: 1000 })).events.map(({ id }) => id);
  const kept = await idsOf();
  for (let n = 0; n < NEW; n++) expect(kept).toContain(`new-${n}`);
  // What can be listed can be read, and the flows that went with the first segment were written again.
  for (const id of kept) expect((await log.getEnvelope(id))?.rawBody.length, id).toBe(1000);
  expect(await log.flowDefinition("h")).toBe("{}");
  await log.dropBefore(1000);
  const after = await idsOf();
  expect(after.filter((id) => id.startsWith("new-"))).toHaveLength(NEW);
  expect(after.length).toBeLessThan(NEW + OLD / 2);
  await log[Symbol.asyncDispose]();
});
