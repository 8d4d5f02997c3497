/** What a stranger may choose is the delivery id, and with it the fingerprint. */
import { expect, test } from "vitest";
import { fingerprintOf } from "./fingerprint.ts";
import { FingerprintMap } from "./fingerprint-map.ts";

const KEYS = 20_000;

/** How long it takes to remember fingerprints and to look each of them up, milliseconds. */
function timeOf(fingerprints: readonly number[]): number {
  const map = new FingerprintMap(1_000_000);
  const from = performance.now();
  for (const [position, fingerprint] of fingerprints.entries()) map.set(fingerprint, position, 0);
  const found = fingerprints.map((fingerprint) => map.find(fingerprint));
  const timeMs = performance.now() - from;
  expect(found).toEqual(fingerprints.map((_, position) => [position]));
  return timeMs;
}

function fingerprints(make: (n: number) => number): readonly number[] {
  return Array.from({ length: KEYS }, (_, n) => make(n + 1));
}

test.each([
  ["their low bits", (n: number) => n * 2 ** 32 + 7],
  ["the bits in the middle", (n: number) => (n % 2 ** 8) * 2 ** 45 + n * 2 ** 15 + 7],
  ["their high bits", (n: number) => 7 * 2 ** 32 + n],
])("fingerprints that are alike in %s are found as quickly as others", (_where, make) => {
  const others = timeOf(fingerprints((n) => fingerprintOf(String(n))));
  expect(timeOf(fingerprints(make))).toBeLessThan(10 * others + 20);
});

test("two keys of one fingerprint are both found", () => {
  const map = new FingerprintMap(1_000_000);
  for (const position of [1, 2]) map.set(7, position, 0);
  expect(map.find(7)).toEqual([1, 2]);
});

test("keys of lone surrogates, of which UTF-8 makes the same, have fingerprints of their own", () => {
  expect(fingerprintOf("\ud800")).not.toBe(fingerprintOf("\ud801"));
});
