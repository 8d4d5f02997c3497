import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { adminToken } from "./admin-token.ts";

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "gtc-token-"))));
afterEach(() => rm(folder, { recursive: true }));

test("a new token is its owner's alone, also in a file that others could read", async () => {
  const path = join(folder, "state", "admin.token");
  await mkdir(join(folder, "state"));
  await writeFile(path, "a token of my own\n", { mode: 0o644 });
  const token = await adminToken(folder);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readFile(path, "utf8")).toBe(`${token}\n`);
  expect(await adminToken(folder)).toBe(token);
});
