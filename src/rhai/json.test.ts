import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { debugForm, parseJsonValue, toJsonText } from "./index.ts";

const shown = (json: string): string => debugForm(parseJsonValue(json));

describe("numbers of JSON", () => {
  test.each([
    ["[1, 1.0, 1e0, -1.50]", "[1, 1.0, 1.0, -1.5]"],
    ["[-0, -0.0, 0]", "[0, -0.0, 0]"],
    ["[9007199254740993]", "[9007199254740993]"],
    ["[-9223372036854775808, 9223372036854775807]", "[-9223372036854775808, 9223372036854775807]"],
    ["[9223372036854775808]", "[9.223372036854776e18]"],
    ["[999999999999999, 1000000000000001]", "[999999999999999, 1000000000000001]"],
    ['{"a":[[2.0]]}', '#{"a": [[2.0]]}'],
    ["[\n2.0\t]", "[2.0]"],
    ["2.0", "2.0"],
    [" 7 ", "7"],
    ['["at 12:34:56.789", ":1.5,", "[2e3]", 4]', '["at 12:34:56.789", ":1.5,", "[2e3]", 4]'],
  ])("%s", (json, value) => expect(shown(json)).toBe(value));
});

describe("what is no JSON", () => {
  test.each([
    ["[1,]", `unexpected "]" at offset 3 of the JSON`],
    ["[1, 2", "the JSON ends too early"],
    ['{"a" 1}', `unexpected "1" at offset 5 of the JSON`],
    ["[01]", `unexpected "1" at offset 2 of the JSON`],
    ["[1] [", `unexpected "[" at offset 4 of the JSON`],
    ["", "the JSON ends too early"],
    [`${"[".repeat(502)}${"]".repeat(502)}`, "the JSON nests more than 500 levels deep"],
    [`${"[".repeat(502)}1.5${"]".repeat(502)}`, "the JSON nests more than 500 levels deep"],
  ])("%s", (json, message) => expect(() => parseJsonValue(json)).toThrow(message));
});

test("any JSON reads the same beside a float as without one, and comes back as it was", () => {
  const keys = fc.oneof(
    fc.string(),
    fc.constantFrom("__proto__", "constructor", "10", "9", "é", "\u{1f600}", "\uffff"),
  );
  const strings = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom('\\"', "]", ",1.5,", ":2e3}"));
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(null, true, false, 0, -1, 2 ** 53 - 1),
      fc.integer(),
      strings,
      fc.array(tie("tree"), { maxLength: 4 }),
      fc.dictionary(keys, tie("tree"), { maxKeys: 4 }),
    ),
  }));
  fc.assert(
    fc.property(tree, fc.constantFrom(undefined, 1), (value, indent) => {
      const json = JSON.stringify(value, null, indent);
      const [alone, beside] = [shown(`[${json}, 1]`), shown(`[${json}, 1.5]`)];
      expect(alone.slice(0, -2)).toBe(beside.slice(0, -4));
      expect(JSON.parse(toJsonText(parseJsonValue(json)))).toEqual(value);
    }),
  );
});
