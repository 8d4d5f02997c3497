import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventQueriesContract } from "../event-queries.contract.ts";
import { openEmbeddedLog } from "./index.ts";

for (const [name, limits] of [
  ["embedded", {}],
  ["embedded, one record a segment", { segmentBytes: 1 }],
] as const) {
  eventQueriesContract(name, async (options) => {
    const folder = mkdtempSync(join(tmpdir(), "gtc-log-"));
    return {
      durable: true,
      open: () => openEmbeddedLog({ ...options, ...limits, folder }),
      clean: async () => rmSync(folder, { recursive: true }),
    };
  });
}
