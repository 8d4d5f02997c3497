/** What becomes of `gtc` when what it prints cannot be written: a full disk behind it, a reader that goes away. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startGtc } from "../support/gtc-process.ts";
import { createTestBundle, type TestBundle } from "../support/test-bundle.ts";

const GTC = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
const ENV = { PATH: process.env["PATH"] ?? "" };

let bundle: TestBundle;
beforeEach(async () => {
  bundle = await createTestBundle({});
});
afterEach(() => bundle.remove());

const post = async (url: string): Promise<number> =>
  (await fetch(`${url}/events/webhook/demo/any`, { method: "POST", body: "{}" })).status;

/** Runs `gtc` with a standard output on which there is never any space. */
async function onFullDisk(words: readonly string[]): Promise<ChildProcess> {
  await using full = await open("/dev/full", "w");
  return spawn(process.execPath, [GTC, ...words], { stdio: ["ignore", full.fd, "pipe"], env: ENV });
}

test("a gateway whose log has no space goes on receiving", async () => {
  const child = await onFullDisk(["start", bundle.folder, "--port", "0", "--admin-port", "0"]);
  try {
    const url = await vi.waitFor(
      async () => {
        const text = await readFile(join(bundle.folder, "state", "gateway.json"), "utf8");
        return (JSON.parse(text) as { webhook_url: string }).webhook_url;
      },
      { timeout: 20_000 },
    );
    for (let count = 0; count < 3; count++) expect(await post(url)).toBe(202);
  } finally {
    const exit = once(child, "exit");
    child.kill("SIGTERM");
    expect(await exit).toEqual([0, null]);
  }
});

test("a gateway whose log nobody reads any more goes on receiving", async () => {
  const gateway = await startGtc(bundle.folder);
  gateway.child.stdout!.destroy();
  for (let count = 0; count < 3; count++) expect(await post(gateway.url)).toBe(202);
  expect(await gateway.stop()).toBe(0);
});

test("a gateway whose log is held open by someone who does not read it stops all the same", async () => {
  const gateway = await startGtc(bundle.folder);
  gateway.child.stdout!.pause();
  // More lines than pipes take.
  for (let count = 0; count < 40; count++) await Promise.all(Array.from({ length: 25 }, () => post(gateway.url)));
  expect(await gateway.stop()).toBe(0);
});

test("a command whose output has no space says so, as what the environment refuses", async () => {
  const child = await onFullDisk(["urls", bundle.folder, "--json"]);
  const said = once(child.stderr!, "data");
  expect(await once(child, "exit")).toEqual([4, null]);
  const { error } = JSON.parse(String((await said)[0])) as { error: { code: string; message: string } };
  expect(error).toMatchObject({ code: "GTC_SYSTEM", message: expect.stringContaining("ENOSPC") as string });
});
