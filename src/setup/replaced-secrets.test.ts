import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createTestBundle, type TestBundle } from "../../test/support/test-bundle.ts";
import { hasSameSecrets, keepReplaced, secretFiles, type LoadedBundle } from "./index.ts";

const DAY_MS = 24 * 3_600_000;
let place: string;
let bundle: TestBundle;

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), "gtc-test-"));
});
afterEach(async () => {
  await bundle.remove();
  await rm(place, { recursive: true });
});

async function bundleWith(more: object = {}, header = "X-Sig"): Promise<LoadedBundle> {
  await writeFile(join(place, "secret"), "first");
  const secret = { file: join(place, "secret"), ...more };
  bundle = await createTestBundle({}, { signatures: { hook: { header, algorithm: "sha256", secret } } });
  return bundle.load();
}

/** What the file holds from now on, as a running gateway takes it. */
async function replaced(before: LoadedBundle, text: string, nowMs: number): Promise<LoadedBundle> {
  await writeFile(join(place, "secret"), text);
  return keepReplaced(before, await bundle.load(), nowMs);
}

function secretsOf(loaded: LoadedBundle): readonly (readonly [string, string, number | undefined])[] {
  const keys = loaded.sources.get("demo")?.byType.get("hook")?.keys ?? [];
  return keys.map(({ name, secret, notAfterMs }) => [name, secret, notAfterMs] as const);
}

test("what a file held before goes on for a day, counted from the change", async () => {
  const first = await bundleWith();
  expect(secretFiles(first)).toEqual([join(place, "secret")]);
  const second = await replaced(first, "second", 1000);
  expect(secretsOf(second)).toEqual([
    ["default", "second", undefined],
    ["default.replaced", "first", 1000 + DAY_MS],
  ]);
  expect(hasSameSecrets(first, second)).toBe(false);
  const third = await replaced(second, "third", 2000);
  expect(secretsOf(third)).toEqual([
    ["default", "third", undefined],
    ["default.replaced", "second", 2000 + DAY_MS],
    ["default.replaced-2", "first", 1000 + DAY_MS],
  ]);
});

test("loading the same again changes nothing, and what is over goes", async () => {
  const second = await replaced(await bundleWith({ overlap: "1h" }), "second", 1000);
  const again = await replaced(second, "second", 2000);
  expect(secretsOf(again)).toEqual(secretsOf(second));
  expect(hasSameSecrets(second, again)).toBe(true);
  expect(secretsOf(await replaced(again, "second", 1000 + 3_600_000))).toEqual([["default", "second", undefined]]);
});

test("a secret that comes back is no replaced one", async () => {
  const second = await replaced(await bundleWith(), "second", 1000);
  expect(secretsOf(await replaced(second, "first", 2000))).toEqual([
    ["default", "first", undefined],
    ["default.replaced", "second", 2000 + DAY_MS],
  ]);
});

test("without an overlap the old one ends at once", async () => {
  const second = await replaced(await bundleWith({ overlap: "0s" }), "second", 1000);
  expect(secretsOf(second)).toEqual([["default", "second", undefined]]);
});

test("a file that changes all the time leaves three", async () => {
  let loaded = await bundleWith();
  for (let count = 2; count < 8; count++) loaded = await replaced(loaded, `secret ${count}`, count);
  expect(secretsOf(loaded).map(([, secret]) => secret)).toEqual(["secret 7", "secret 6", "secret 5", "secret 4"]);
});

test("another scheme begins without the secrets of the one before", async () => {
  const first = await bundleWith();
  const other = await createTestBundle(
    {},
    { signatures: { hook: { header: "X-Other", algorithm: "sha256", secret: { file: join(place, "secret") } } } },
  );
  await writeFile(join(place, "secret"), "second");
  expect(secretsOf(keepReplaced(first, await other.load(), 1000))).toEqual([["default", "second", undefined]]);
  await other.remove();
});
