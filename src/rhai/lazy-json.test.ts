import fc from "fast-check";
import { expect, test } from "vitest";
import { lazyJsonValue, parseJsonValue, toJsonText } from "./json.ts";
import { RhaiMap, type RhaiArray } from "./containers.ts";
import { type RhaiValue } from "./values.ts";

const PADDING = " ".repeat(600);

test("what is read bit by bit is what is read at once", () => {
  fc.assert(
    fc.property(fc.oneof(fc.json({ maxDepth: 6 }), fc.json({ maxDepth: 6, stringUnit: "binary" })), (text) => {
      expect(toJsonText(lazyJsonValue(PADDING + text))).toBe(toJsonText(parseJsonValue(text)));
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
  const value = lazyJsonValue(`${PADDING}{"good":{"a":1},"bad":{"b":nope}}`);
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
