import fc from "fast-check";
import { expect, test } from "vitest";
import { parseJson, parseUrlEncoded } from "./sent-text.ts";

/** How long it takes, in milliseconds. */
function timeOf(work: () => unknown): number {
  const since = performance.now();
  work();
  return performance.now() - since;
}

test("a form has all its fields, or none where there are more than a thousand", () => {
  const piece = fc.oneof(
    fc.constantFrom("", "a", "a=1", "=", "b=%41", "c=x y", "=2", "?d", "e=%", "f=%4", "g=%zz+%c3"),
    fc.string({ unit: "binary", maxLength: 5 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const text = pieces.join("&");
      // A question mark in front belongs to the name; `URLSearchParams` would take it for the begin of a query.
      expect(parseUrlEncoded(text)).toEqual([...new URLSearchParams(`&${text}`)]);
    }),
    { numRuns: 300 },
  );
  expect(parseUrlEncoded(`&&${"a=1&&".repeat(1000)}`)).toHaveLength(1000);
  expect(parseUrlEncoded(`&&${"a=1&&".repeat(1000)}b=2`)).toBeUndefined();
});

test("25 MiB of tiny fields, which anybody may send, keep the thread for no longer than a glance", () => {
  expect(timeOf(() => parseUrlEncoded("a&".repeat(13_000_000)))).toBeLessThan(1500);
});

test.each([
  ["plus signs", "+"],
  ["escapes", "%20"],
  ["percent signs", "%"],
  ["separators", "&"],
])("25 MiB of %s in a form are read in a moment", (_what, piece) => {
  const text = `a=${piece.repeat(Math.floor((25 * 1024 * 1024) / piece.length))}`;
  const since = process.cpuUsage();
  parseUrlEncoded(text);
  const { user, system } = process.cpuUsage(since);
  expect((user + system) / 1000).toBeLessThan(1200);
});

const LARGE = 1_100_000;

test.each([
  ["a long text", JSON.stringify({ id: "x", text: ",[{".repeat(LARGE) })],
  ["a text with escapes", JSON.stringify({ id: "x", text: '\\",[{'.repeat(LARGE / 4) })],
  ["many values", JSON.stringify({ id: "x", list: Array.from({ length: 400_000 }, () => 1000) })],
])("large JSON of %s is parsed", (_what, text) => {
  expect(parseJson(text)).toMatchObject({ id: "x" });
});

test.each([
  ["lists", `[${"[],".repeat(8_000_000)}[]]`],
  ["objects", `[${'{"a":1},'.repeat(3_000_000)}1]`],
  ["texts", `[${'"",'.repeat(8_000_000)}1]`],
])("millions of %s are not parsed, in no time", (_what, text) => {
  const took = timeOf(() => expect(parseJson(text)).toBeUndefined());
  expect(took).toBeLessThan(1500);
});

test("an endless text is no JSON, whatever it holds", () => {
  expect(parseJson(`"${"\\".repeat(LARGE)}`)).toBeUndefined();
  expect(parseJson(`"${'\\"'.repeat(LARGE)}`)).toBeUndefined();
});
