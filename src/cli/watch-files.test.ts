import { writeFileSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { watchFiles } from "./watch-files.ts";

const EVERY_MS = 20;
let folder: string;
let stop: () => Promise<void> = async () => undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gtc-test-"));
});
afterEach(async () => {
  await stop();
  await rm(folder, { recursive: true });
});

/** Watches files of the folder; each call of what it returns waits for a change, and says how many there were since the last. */
function watching(...names: readonly string[]): () => Promise<number> {
  let changes = 0;
  let waiting: (() => void) | undefined;
  const paths = names.map((name) => join(folder, name));
  const onChange = async (): Promise<void> => {
    changes += 1;
    waiting?.();
  };
  stop = watchFiles(() => paths, onChange, EVERY_MS);
  return async () => {
    if (changes === 0) await new Promise<void>((resolve) => (waiting = resolve));
    const count = changes;
    changes = 0;
    return count;
  };
}

test("new content, a file that goes and one that comes are each noticed", async () => {
  await writeFile(join(folder, "a"), "one");
  const change = watching("a", "b");
  expect(await change()).toBe(1);
  await writeFile(join(folder, "a"), "two");
  expect(await change()).toBe(1);
  await writeFile(join(folder, "b"), "new");
  expect(await change()).toBe(1);
  await rm(join(folder, "a"));
  expect(await change()).toBe(1);
});

test("a folder of links that is exchanged as a whole, as container platforms do it, is noticed", async () => {
  for (const [version, text] of [
    ["v1", "old"],
    ["v2", "new"],
  ] as const) {
    await mkdir(join(folder, version));
    await writeFile(join(folder, version, "secret"), text);
  }
  await symlink("v1", join(folder, "..data"));
  await symlink("..data/secret", join(folder, "secret"));
  const change = watching("secret");
  expect(await change()).toBe(1);
  await symlink("v2", join(folder, "..next"));
  await rename(join(folder, "..next"), join(folder, "..data"));
  expect(await change()).toBe(1);
});

test("a file that is still being written is taken once it rests", async () => {
  const path = join(folder, "a");
  await writeFile(path, "");
  let isResting = false;
  const seen: boolean[] = [];
  let done: () => void = () => undefined;
  const resting = new Promise<void>((resolve) => (done = resolve));
  // The paths are asked for before each look: each of the first ten finds more in the file than the one before.
  let looks = 0;
  const growing = (): readonly string[] => {
    looks += 1;
    isResting = looks > 10;
    if (!isResting) writeFileSync(path, "x".repeat(looks));
    return [path];
  };
  stop = watchFiles(
    growing,
    async () => {
      seen.push(isResting);
      if (isResting) done();
    },
    EVERY_MS,
  );
  await resting;
  // The first call is the one of the beginning.
  expect(seen).toEqual([false, true]);
});
