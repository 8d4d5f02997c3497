import fc from "fast-check";
import { expect, test } from "vitest";
import { parseJson, stringifyJson, type JsonValue } from "./json.ts";

test("an integer beyond 2^53 keeps its digits", () => {
  expect(parseJson('{"id": 9007199254740993, "n": [-12345678901234567890]}')).toEqual({
    id: 9007199254740993n,
    n: [-12345678901234567890n],
  });
});

test("a safe integer stays a number, also with 16 digits", () => {
  expect(parseJson("[1234567890123456, 7]")).toEqual([1234567890123456, 7]);
});

test("long digits inside strings, fractions and exponents are left alone", () => {
  const text = '["9007199254740993", "a\\"9007199254740993", 0.12345678901234567890, 12345678901234567890.5]';
  expect(parseJson(text)).toEqual(JSON.parse(text));
});

test.each([
  ["a number with a million digits and a fraction", `[${"9".repeat(1_000_000)}.5, 9007199254740993]`],
  ["a number with millions of digits", `[${"9".repeat(20_000_000)}, 9007199254740993]`],
  ["a million numbers of 16 digits", `[${"1234567890123456,".repeat(1_000_000)} 9007199254740993]`],
])("%s is read in the time that its length takes", (_what, text) => {
  const startedAt = performance.now();
  expect((parseJson(text) as readonly JsonValue[]).at(-1)).toBe(9007199254740993n);
  // Trying every shorter run of a million digits would take hours, making a bigint of 20 million several seconds.
  expect(performance.now() - startedAt).toBeLessThan(4000);
});

test("strings of many megabytes, with and without escapes, keep the digits beside them", () => {
  for (const text of ["x".repeat(20_000_000), "\\".repeat(5_000_000)])
    expect(parseJson(`[${JSON.stringify(text)}, 9007199254740993]`)).toEqual([text, 9007199254740993n]);
});

test("an integer of more than 10,000 digits is a double like any other number", () => {
  const [exact, rounded] = parseJson(`[${"1".repeat(10_000)}, ${"1".repeat(10_001)}]`) as readonly JsonValue[];
  expect([exact, rounded]).toEqual([BigInt("1".repeat(10_000)), Number.POSITIVE_INFINITY]);
});

test("__proto__ is a plain key, also on the slow path", () => {
  const parsed = parseJson('{"__proto__": {"admin": true}, "id": 9007199254740993}') as Record<string, unknown>;
  expect(Object.keys(parsed)).toEqual(["__proto__", "id"]);
  expect((parsed as { admin?: boolean }).admin).toBeUndefined();
});

test("a text that is not JSON is a SyntaxError", () => {
  expect(() => parseJson("{nope")).toThrow(SyntaxError);
});

test("what is written reads back the same", () => {
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constant(null),
      fc.boolean(),
      fc.string(),
      fc.integer(),
      fc.bigInt({ min: 2n ** 53n, max: 2n ** 80n }),
      fc.array(tie("value")),
      fc.dictionary(fc.string(), tie("value")),
    ),
  })).value;
  fc.assert(
    fc.property(json, (value) => {
      expect(parseJson(stringifyJson(value as never))).toEqual(value);
    }),
  );
});
