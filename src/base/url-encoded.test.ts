import fc from "fast-check";
import { expect, test } from "vitest";
import { parseUrlEncoded, queryFields } from "./url-encoded.ts";

const piece = fc.oneof(
  fc.constantFrom(
    "a",
    "=",
    "&",
    "+",
    "%",
    "%4",
    "%41",
    "%c3%a9",
    "%C3",
    "%e2%82",
    "%ff",
    "%00",
    "?",
    "é",
    "\ud83d",
    "%ef%bb%bf",
  ),
  fc.string({ maxLength: 5 }),
  fc.string({ maxLength: 5, unit: "binary" }),
);

/** Node reads letters beyond ASCII wrongly where they stand beside bytes that are no UTF-8: it gets them escaped. */
function escapeLetters(text: string): string {
  const bytes = [...Buffer.from(text)];
  return bytes.map((byte) => (byte < 0x80 ? String.fromCharCode(byte) : `%${byte.toString(16)}`)).join("");
}

test("a form is read as the URL standard reads it", () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const text = pieces.join("");
      // One question mark in front is taken for the start of a query, and left out.
      expect(parseUrlEncoded(text, 1000)).toEqual([...new URLSearchParams(`?${escapeLetters(text)}`)]);
    }),
    { numRuns: 2000 },
  );
});

test("all fields are read, or none where there are more than may be", () => {
  expect(parseUrlEncoded(`&&${"a=1&&".repeat(1000)}`, 1000)).toHaveLength(1000);
  expect(parseUrlEncoded(`&&${"a=1&&".repeat(1000)}b=2`, 1000)).toBeUndefined();
});

test("a target has the parameters behind its first question mark, a second one included", () => {
  expect(queryFields("/a")).toEqual([]);
  expect(queryFields("/a?")).toEqual([]);
  expect(queryFields("/a??b=1&c=%C3%A9?&%zz=")).toEqual([
    ["?b", "1"],
    ["c", "é?"],
    ["%zz", ""],
  ]);
});

const LARGE = 25 * 1024 * 1024;

test.each(["+", "a+", "%41", "%", "%ff", "&", "a&", "="])("25 MiB of %s take little time", (sign) => {
  const text = `a=${sign.repeat(LARGE / sign.length)}`;
  const timesMs = Array.from({ length: 3 }, () => {
    const start = performance.now();
    parseUrlEncoded(text, 1000);
    return performance.now() - start;
  });
  // The best of them: a busy machine takes its time.
  expect(Math.min(...timesMs)).toBeLessThan(1500);
});
