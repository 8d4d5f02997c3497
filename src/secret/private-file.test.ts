import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writePrivateFile } from "./private-file.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gtc-private-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** A file that was written so long ago. */
async function leave(name: string, ageMs: number): Promise<void> {
  const path = join(folder, name);
  await writeFile(path, "half");
  const at = new Date(Date.now() - ageMs);
  await utimes(path, at, at);
}

test("what a killed process left of the file goes with the next write; what may still be written, and what is another's, stays", async () => {
  const day = 24 * 3_600_000;
  await leave("secrets.json.123.tmp", day);
  await leave("secrets.json.124.tmp", 1000);
  await leave("settings.json.123.tmp", day);
  await leave("secrets.json.old.tmp", day);
  await writePrivateFile(join(folder, "secrets.json"), "{}");
  expect((await readdir(folder)).sort()).toEqual([
    "secrets.json",
    "secrets.json.124.tmp",
    "secrets.json.old.tmp",
    "settings.json.123.tmp",
  ]);
});

test("a write that fails leaves nothing behind", async () => {
  await mkdir(join(folder, "secrets.json", "in-the-way"), { recursive: true });
  await expect(writePrivateFile(join(folder, "secrets.json"), "{}")).rejects.toMatchObject({ code: "EISDIR" });
  expect(await readdir(folder)).toEqual(["secrets.json"]);
});
