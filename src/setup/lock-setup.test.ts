/** Changes of a setup that come at once: none takes another back. */
import { readFile, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runGtc } from "../../test/support/run-gtc.ts";
import { createTestBundle, type TestBundle } from "../../test/support/test-bundle.ts";
import { lockSetup } from "./index.ts";

let bundle: TestBundle;
let lockFile: string;
beforeEach(async () => {
  bundle = await createTestBundle({}, { signatures: { github: { provider: "github", secret: "first-secret" } } });
  lockFile = join(bundle.folder, "state", "setup.lock");
});
afterEach(() => bundle.remove());

const keyNames = async (): Promise<readonly (string | undefined)[]> =>
  (await bundle.load()).sources
    .get("demo")!
    .byType.get("github")!
    .keys.map(({ name }) => name);

test("of secrets that are rotated at once none is lost", async () => {
  const names = ["a", "b", "c", "d", "e"];
  const rotate = (name: string): ReturnType<typeof runGtc> =>
    runGtc(["secrets", "rotate", "demo", "github", bundle.folder, "--secret-env", "NEW", "--name", name], {
      env: { NEW: `secret-of-${name}` },
    });
  const ran = await Promise.all(names.map(rotate));
  expect(ran.map(({ exitCode, stderr }) => [exitCode, stderr.includes("error")])).toEqual(names.map(() => [0, false]));
  expect(new Set(await keyNames())).toEqual(new Set([...names, "default"]));
});

test("who comes while the setup is being changed waits, and is told when that takes too long", async () => {
  const first = await lockSetup(bundle.folder);
  await expect(lockSetup(bundle.folder, 50)).rejects.toMatchObject({ code: "GTC_SETUP_BUSY" });
  const second = lockSetup(bundle.folder);
  await first[Symbol.asyncDispose]();
  await (await second)[Symbol.asyncDispose]();
  await expect(readFile(lockFile)).rejects.toThrow("ENOENT");
});

test("the lock of someone who was killed is taken over, and given back by its new holder alone", async () => {
  const slept = await lockSetup(bundle.folder);
  const longAgo = new Date(Date.now() - 3_600_000);
  await utimes(lockFile, longAgo, longAgo);
  const next = await lockSetup(bundle.folder, 1000);
  await slept[Symbol.asyncDispose]();
  await expect(lockSetup(bundle.folder, 50)).rejects.toMatchObject({ code: "GTC_SETUP_BUSY" });
  await next[Symbol.asyncDispose]();
});

test("of several who find a lock that is left over, one after the other gets it", async () => {
  await writeFile(lockFile, "of a process that is gone");
  const longAgo = new Date(Date.now() - 3_600_000);
  await utimes(lockFile, longAgo, longAgo);
  let holders = 0;
  const work = async (): Promise<void> => {
    await using _lock = await lockSetup(bundle.folder);
    expect(++holders).toBe(1);
    await new Promise(setImmediate);
    holders--;
  };
  await Promise.all(Array.from({ length: 8 }, work));
});

test("where there is no bundle, nothing is made", async () => {
  await rm(bundle.folder, { recursive: true });
  const ran = await runGtc(["secrets", "rotate", "demo", "github", bundle.folder, "--generate"]);
  expect(ran).toMatchObject({ exitCode: 3, stderr: expect.stringContaining("GTC_") as string });
  await expect(readFile(bundle.folder)).rejects.toThrow("ENOENT");
});
