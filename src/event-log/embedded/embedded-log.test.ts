import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventLogContract } from "../event-log.contract.ts";
import { openEmbeddedLog } from "./index.ts";

for (const [name, limits] of [
  ["embedded", {}],
  ["embedded, one record a segment, almost nothing in memory", { segmentBytes: 1, hotRuns: 2, waitingRuns: 1 }],
] as const) {
  eventLogContract(name, async (options) => {
    const folder = mkdtempSync(join(tmpdir(), "gtc-log-"));
    return {
      durable: true,
      open: () => openEmbeddedLog({ ...options, ...limits, folder }),
      clean: async () => rmSync(folder, { recursive: true }),
    };
  });
}
