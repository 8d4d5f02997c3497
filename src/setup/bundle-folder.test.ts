/** Bundles in real folders. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readBundleFolder } from "./bundle-folder.ts";

const FLOWS = 200;

test("while many flows are loaded, whoever else needs the thread has it between two of them", async () => {
  const folder = await mkdtemp(join(tmpdir(), "gtc-flows-"));
  try {
    await mkdir(join(folder, "flows"));
    await writeFile(join(folder, "bundle.yaml"), "schema_version: 1\nbundle_id: many\nname: Many\n");
    const flow =
      "nodes:\n  - { id: a, type: script, config: { script: 'payload.a + 1' } }\ntriggers: [{ type: default }]\n";
    for (let n = 0; n < FLOWS; n++) await writeFile(join(folder, "flows", `f${n}.ygtc`), flow);
    let [last, longest, isLoaded] = [performance.now(), 0, false];
    const turn = (): void => {
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
      if (!isLoaded) setImmediate(turn);
    };
    const began = last;
    turn();
    const { flows } = await readBundleFolder(folder);
    isLoaded = true;
    turn();
    expect(flows.all).toHaveLength(FLOWS);
    // In one go they would take nearly all of the time.
    expect(longest).toBeLessThan((performance.now() - began) / 2);
  } finally {
    await rm(folder, { recursive: true });
  }
});
