import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startGtc } from "../support/gtc-process.ts";
import { createTestBundle } from "../support/test-bundle.ts";

test("a gateway knows of itself that it runs, also where state/gateway.json was not written or is gone", async () => {
  const bundle = await createTestBundle({});
  const gateway = await startGtc(bundle.folder);
  try {
    await rm(join(bundle.folder, "state", "gateway.json"));
    const headers = { authorization: `Bearer ${gateway.token}` };
    const { items } = (await (await fetch(`${gateway.adminUrl}/api/doctor`, { headers })).json()) as {
      items: { level: string; check: string; message: string }[];
    };
    expect(items.filter(({ level }) => level === "error")).toEqual([]);
    expect(items.filter(({ check }) => check === "gateway")).toMatchObject([{ level: "ok" }]);
  } finally {
    await gateway.stop();
    await bundle.remove();
  }
});
