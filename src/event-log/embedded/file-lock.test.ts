import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { whileLocked } from "./index.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gtc-lock-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("who comes while the lock is held waits, and is refused when that takes too long", async () => {
  const path = join(folder, "lock");
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const first = whileLocked(path, 0, () => held);
  await expect(whileLocked(path, 50, async () => "in between")).rejects.toMatchObject({ code: "GTC_SETUP_BUSY" });
  const later = whileLocked(path, 10_000, async () => "after it");
  release();
  await first;
  expect(await later).toBe("after it");
});

test("work that fails gives the lock back", async () => {
  const path = join(folder, "lock");
  await expect(whileLocked(path, 0, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await whileLocked(path, 0, async () => 1)).toBe(1);
});

test("a lock file that was damaged keeps nobody out", async () => {
  const path = join(folder, "lock");
  await writeFile(path, "no database at all, and longer than nothing".repeat(40));
  expect(await whileLocked(path, 0, async () => 1)).toBe(1);
});
