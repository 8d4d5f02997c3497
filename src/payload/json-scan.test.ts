import fc from "fast-check";
import { expect, test } from "vitest";
import { JsonCheck, MAX_JSON_DEPTH } from "./json-check.ts";
import { isPlainJson } from "./json-scan.ts";

const isJson = (bytes: Uint8Array): boolean => new JsonCheck(bytes).advance(bytes.length + 1) === -1;

/** Something of everything that JSON has; short, as each of its bytes is tried with each value. */
const DOCUMENT = Buffer.from(
  ' {"a\\n":[1, -0.5e+3,true,\tfalse,null,"x\\u00e9 and more than sixteen bytes",{},[ ]],\r\n"b":{"c":"é","d":120E-7}} ',
);

test("plain JSON is known at once", () => {
  expect(isPlainJson(DOCUMENT)).toBe(true);
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(0, 1, 4, "\t"), (text, indent) => {
      expect(isPlainJson(Buffer.from(JSON.stringify(JSON.parse(text), null, indent)))).toBe(true);
    }),
  );
});

test("a document with any of its bytes changed is judged as the close look judges it", () => {
  const differing: string[] = [];
  for (let at = 0; at < DOCUMENT.length; at++) {
    for (let byte = 0; byte < 256; byte++) {
      const changed = Uint8Array.from(DOCUMENT);
      changed[at] = byte;
      if (isPlainJson(changed) !== isJson(changed)) differing.push(`byte ${at} as ${byte}`);
    }
  }
  expect(differing).toEqual([]);
});

test("a document that is cut off, or goes on behind its end, is none", () => {
  // The blank at its end may be missing.
  for (let end = 0; end < DOCUMENT.length - 1; end++) expect(isPlainJson(DOCUMENT.subarray(0, end))).toBe(false);
  expect(isPlainJson(DOCUMENT.subarray(0, -1))).toBe(true);
  expect(isPlainJson(Buffer.concat([DOCUMENT, Buffer.from("1")]))).toBe(false);
  expect(isPlainJson(Buffer.concat([DOCUMENT, Buffer.from([0])]))).toBe(false);
});

test("what was looked at before does not count", () => {
  expect(isPlainJson(Buffer.from('["one", "two", "three", "four", "five"]'))).toBe(true);
  expect(isPlainJson(Buffer.from('["one", "two"'))).toBe(false);
  expect(isPlainJson(Buffer.from('["one", "tw'))).toBe(false);
  expect(isPlainJson(Buffer.from("[1"))).toBe(false);
});

test("any bytes are judged as the close look judges them", () => {
  const pieces = fc.constantFrom(
    '{"',
    '":',
    '"',
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    " ",
    "\n",
    "0",
    "-1",
    "1.5",
    "e",
    "true",
    "nul",
    "\\",
    "\\u00",
    "é",
    "a longer piece of text",
    "\u0000",
    "\u001f",
    "\uFEFF",
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
      const bytes = Buffer.from(parts.join(""));
      // A byte order mark takes the close look.
      expect(isPlainJson(bytes)).toBe(isJson(bytes) && bytes[0] !== 0xef);
    }),
    { numRuns: 2000 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (inside) => {
      const bytes = Buffer.concat([Buffer.from('["'), inside, Buffer.from('"]')]);
      expect(isPlainJson(bytes)).toBe(isJson(bytes));
    }),
    { numRuns: 2000 },
  );
});

test.each(['"', '{"a":', "[", "[1,"])("containers within %s are counted", (opening) => {
  const nested = (levels: number): Buffer =>
    Buffer.from(opening === '"' ? `${"[".repeat(levels)}${"]".repeat(levels)}` : deepIn(opening, levels));
  expect(isPlainJson(nested(MAX_JSON_DEPTH))).toBe(true);
  expect(isPlainJson(nested(MAX_JSON_DEPTH + 1))).toBe(false);
});

function deepIn(opening: string, levels: number): string {
  return opening.repeat(levels) + "0" + (opening.startsWith("{") ? "}" : "]").repeat(levels);
}

test("what is not UTF-8, or longer than its memory, takes the close look", () => {
  expect(isPlainJson(Buffer.from([0x22, 0xc3, 0x28, 0x22]))).toBe(false);
  const long = (length: number): Buffer => Buffer.from(JSON.stringify("x".repeat(length)));
  expect(isPlainJson(long(100_000))).toBe(true);
  expect(isPlainJson(long(200_000))).toBe(false);
});
