import fc from "fast-check";
import { expect, test } from "vitest";
import { JsonCheck, MAX_JSON_DEPTH, nestsTooDeep } from "./json-check.ts";

/** Where the bytes stop being JSON, read in slices of so many bytes; -1 when they are JSON. */
function jsonFaultAt(bytes: Uint8Array, sliceBytes = bytes.length): number {
  const check = new JsonCheck(bytes);
  for (let slices = 0; slices <= bytes.length; slices++) {
    const faultAt = check.advance(sliceBytes);
    if (faultAt !== undefined) return faultAt;
  }
  throw new Error("more slices than bytes");
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

test.each([
  '{"a":[1,-0.5e+3,true,false,null,"x\\n\\u00e9"]}',
  " [] ",
  "{}",
  '"\\"',
  "0",
  '\uFEFF{"a":1}',
  '{"a":{"b":[{},[]]}}',
])("%s is judged as JSON.parse judges it", (text) => {
  expect(jsonFaultAt(Buffer.from(text)) === -1).toBe(isJson(text.replace("\uFEFF", "")));
});

test.each([
  "",
  "{",
  "[1,]",
  "[,1]",
  '{"a"}',
  '{"a":}',
  '{"a":1,}',
  "{'a':1}",
  "01",
  "1.",
  ".5",
  "-",
  "+1",
  "1e",
  "nul",
  "truex",
  "[1]x",
  '"\u0001"',
  '"\\x"',
  '"\\u12"',
  '"open',
  "NaN",
  "[1 2]",
  '{"a":1 "b":2}',
  "]",
])("%j is no JSON", (text) => {
  expect(isJson(text)).toBe(false);
  expect(jsonFaultAt(Buffer.from(text))).not.toBe(-1);
});

test("bytes that are not UTF-8 are no JSON", () => {
  expect(jsonFaultAt(Buffer.from([0x22, 0xff, 0x22]))).not.toBe(-1);
});

test("containers nest so deep and no deeper", () => {
  const nested = (depth: number): string => '{"a":['.repeat(depth / 2) + "]}".repeat(depth / 2);
  const [most, tooMany] = [Buffer.from(nested(MAX_JSON_DEPTH)), Buffer.from(nested(MAX_JSON_DEPTH + 2))];
  expect([jsonFaultAt(most), nestsTooDeep(most.toString())]).toEqual([-1, false]);
  const check = new JsonCheck(tooMany);
  // Where the container stands that is one too many: behind 250 pairs of six characters.
  expect([check.advance(tooMany.length), check.isTooDeep]).toEqual([1500, true]);
  expect(nestsTooDeep(tooMany.toString())).toBe(true);
  expect(nestsTooDeep(`${"[".repeat(400)}{"a"}${" ".repeat(1000)}`)).toBe(false);
});

/** JSON, and JSON with one change. */
const texts = fc
  .tuple(fc.json(), fc.nat(), fc.constantFrom(...Array.from('{}[],:"\\0123e.-tfn \n')))
  .chain(([json, at, char]) => {
    const index = json.length === 0 ? 0 : at % json.length;
    return fc.constantFrom(
      json,
      json.slice(0, index) + char + json.slice(index + 1),
      json.slice(0, index) + char + json.slice(index),
      json.slice(0, index) + json.slice(index + 1),
    );
  });

test("it agrees with JSON.parse on JSON and on JSON with one change", () => {
  fc.assert(
    fc.property(texts, (text) => {
      // A lone half of a surrogate pair cannot be written as UTF-8.
      fc.pre(Buffer.from(text).toString() === text);
      expect(jsonFaultAt(Buffer.from(text)) === -1).toBe(isJson(text));
    }),
    { numRuns: 2000 },
  );
});

test("how the bytes are sliced changes nothing", () => {
  const longer = texts.map((text) => `{"a":"${text.replaceAll('"', "'")}",  "\\u00e9\\n":[true,-1.5e3,${text}]}`);
  fc.assert(
    fc.property(fc.oneof(texts, longer), fc.integer({ min: 1, max: 40 }), (text, sliceBytes) => {
      const bytes = Buffer.from(text);
      expect(jsonFaultAt(bytes, sliceBytes)).toBe(jsonFaultAt(bytes));
    }),
    { numRuns: 2000 },
  );
});
