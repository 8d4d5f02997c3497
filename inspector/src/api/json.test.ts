import fc from "fast-check";
import { expect, test } from "vitest";
import { prettyJson } from "./json.ts";

test("printing gives the form of JSON.stringify", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => prettyJson(value) === JSON.stringify(value, undefined, 2)));
});

test("integers beyond a double keep their digits", () => {
  expect(prettyJson({ id: 12345678901234567890n })).toBe('{\n  "id": 12345678901234567890\n}');
});
