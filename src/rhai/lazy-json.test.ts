import fc from "fast-check";
import { expect, test } from "vitest";
import { JsonRoom } from "./json-room.ts";
import { lazyJsonValue, parseJsonValue } from "./json.ts";
import { toJsonText } from "./json-text.ts";
import { RhaiMap, type RhaiArray } from "./containers.ts";
import { RhaiFloat, type RhaiValue } from "./values.ts";

const PADDING = " ".repeat(600);

test("what is read bit by bit is what is read at once", () => {
  fc.assert(
    fc.property(fc.oneof(fc.json({ maxDepth: 6 }), fc.json({ maxDepth: 6, stringUnit: "binary" })), (text) => {
      const expected = toJsonText(parseJsonValue(text));
      expect(toJsonText(lazyJsonValue(PADDING + text))).toBe(expected);
      // Only long containers are put off: with much white space all are.
      expect(toJsonText(lazyJsonValue(PADDING + JSON.stringify(JSON.parse(text), null, 10)))).toBe(expected);
    }),
  );
});

test("brackets, quotes and backslashes inside strings are no structure", () => {
  const value = { 'a"]{': ["\\", '\\"', '}]"', { "\\\\": "[{" }], b: { c: [[], {}, [[1]]] } };
  expect(toJsonText(lazyJsonValue(PADDING + JSON.stringify(value)))).toBe(
    toJsonText(parseJsonValue(JSON.stringify(value))),
  );
});

test("a copy sees what the original made of its text, and changes only itself", () => {
  const map = field(lazyJsonValue(`${PADDING}{"order":{"lines":[1,2,3]}}`), "order") as RhaiMap;
  const copy = map.copy();
  (copy.own().get("lines") as RhaiArray).own().push(4);
  expect([toJsonText(map), toJsonText(copy)]).toEqual(['{"lines":[1,2,3]}', '{"lines":[1,2,3,4]}']);
});

test("a fault inside a container shows when that container is read, and only then", () => {
  const value = lazyJsonValue(`${PADDING}{"good":{"a":1},"bad":{"b":${PADDING}nope}}`);
  expect(toJsonText(field(value, "good"))).toBe('{"a":1}');
  expect(() => toJsonText(field(value, "bad"))).toThrow(/unexpected "n" at offset/);
});

test.each([
  ["a bracket that does not close", '{"a":[1}'],
  ["a bracket of the other kind", '{"a":[1}}'],
  ["a closing bracket too many", '{"a":1}}'],
  ["a string that does not close", '{"a":"b\\"}'],
  ["something behind the value", '{"a":1} x'],
  ["too many levels", "[".repeat(600) + "]".repeat(600)],
])("%s is a SyntaxError", (_what, text) => {
  expect(() => toJsonText(lazyJsonValue(PADDING + text))).toThrow(SyntaxError);
});

test.each([
  ["ends in escapes", "x".repeat(20_000_000) + '\n\u00e9"\\'],
  ["has nothing else", "\n".repeat(10_000_000)],
])("a string of many megabytes that %s is read like a short one", (_what, text) => {
  const value = field(lazyJsonValue(JSON.stringify({ text, next: 1 })), "text");
  expect(value === text).toBe(true);
});

test("a number of millions of digits is a float like every other that is no i64, and takes no longer than its text", () => {
  const startedAt = performance.now();
  const value = field(lazyJsonValue(`{"id":-${"9".repeat(20_000_000)},"next":1}`), "id");
  expect(value).toEqual(new RhaiFloat(Number.NEGATIVE_INFINITY));
  // As a bigint it would take 5 seconds.
  expect(performance.now() - startedAt).toBeLessThan(2000);
});

test.each(["9223372036854775807", "-9223372036854775808"])("the last i64, %s, stays exact", (digits) => {
  expect(field(lazyJsonValue(`{"id":${digits}}`), "id")).toBe(BigInt(digits));
});

test("reading a deep text level by level costs what the text is long, not that times its depth", () => {
  const depth = 400;
  const text = '{"in":'.repeat(depth) + `{"pad":"${"x".repeat(2_000_000)}","in":1}` + "}".repeat(depth);
  const startedAt = performance.now();
  let value: RhaiValue = lazyJsonValue(text);
  for (let level = 0; level <= depth; level++) value = field(value, "in");
  expect(value).toBe(1);
  // 400 passes over two million characters would take far longer than this.
  expect(performance.now() - startedAt).toBeLessThan(1000);
});

function field(value: RhaiValue, name: string): RhaiValue {
  if (!(value instanceof RhaiMap)) throw new Error("not a map");
  return value.entries.get(name) ?? null;
}

test.each([
  ["fractions", "1.5"],
  ["integers beyond 2^53", "9007199254740993"],
  ["texts", '"abc"'],
])("a script ends where there is no room for a long list of %s", (_what, item) => {
  const list = `[${Array<string>(10_000).fill(item).join(",")}]`;
  expect(() => lazyJsonValue(list, new JsonRoom(300_000))).toThrow(/too large/);
  expect(() => lazyJsonValue(list, new JsonRoom(700_000))).not.toThrow();
});
