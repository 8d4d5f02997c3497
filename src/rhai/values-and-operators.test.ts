import { describe, test } from "vitest";
import { expectError, expectEval } from "../../test/support/rhai-run.ts";

describe("integers and floats", () => {
  test.each([
    ["1 + 2", "3"],
    ["7 / 2", "3"],
    ["-7 / 2", "-3"],
    ["-7 % 3", "-1"],
    ["1.0", "1.0"],
    ["1 + 1.0", "2.0"],
    ["1 == 1.0", "true"],
    ["0.1 + 0.2 == 0.3", "true"],
    ["1_000_000", "1000000"],
    ["0xff + 0b11 + 0o17", "273"],
    ["0xffffffffffffffff", "-1"],
    ["9223372036854775807", "9223372036854775807"],
    ["9007199254740993 - 1", "9007199254740992"],
    ["2 ** 62", "4611686018427387904"],
    ["1.0 / 0.0", "inf"],
    ["(0.0 / 0.0).is_nan", "true"],
    ["5.is_odd", "true"],
  ])("%s is %s", (script, value) => expectEval(script, value));

  test.each(["9223372036854775807 + 1", "-9223372036854775807 - 2", "3037000500 * 3037000500", "1 / 0", "1 % 0"])(
    "%s leaves what an integer can be",
    (script) => expectError(script, "ErrorArithmetic"),
  );
});

describe("precedence", () => {
  test.each([
    ["1 + 2 * 3", "7"],
    ["1 << 2 + 3", "7"],
    ["-2 ** 2", "4"],
    ["2 ** 3 ** 2", "512"],
    ["-3.abs()", "3"],
    ["10 - 4 - 3", "3"],
    ["true || false && false", "true"],
    ["!true || true", "true"],
    ["() ?? 1 + 1", "2"],
    ["2 in [1, 2] && 3 !in [1, 2]", "true"],
  ])("%s is %s", (script, value) => expectEval(script, value));
});

describe("logic", () => {
  test.each([
    ["let n = 0; false && { n += 1; true }; n", "0"],
    ["let n = 0; true || { n += 1; true }; n", "0"],
    ["let n = 0; 5 ?? { n += 1; 6 }; n", "0"],
    ["() == ()", "true"],
    ['1 == "1"', "false"],
    ["[1, [2]] == [1, [2]]", "true"],
    ['"abc" < "abd"', "true"],
    ["5 & 3 | 8 ^ 1", "8"],
  ])("%s is %s", (script, value) => expectEval(script, value));

  test("an operator that nothing defines is not found", () => expectError("#{} < 3 + #{}", "ErrorFunctionNotFound"));
});

describe("characters, texts, ranges, unit", () => {
  test.each([
    ["'a'", "a"],
    ["[type_of('a'), 'a' == \"a\"]", '["char", true]'],
    [String.raw`"a\n\u00e9\x41"`, String.raw`"a\né${"A"}"`],
    ['"abc"[1]', "b"],
    ['"abc"[-1]', "c"],
    ['"héllo"[1..3]', '"él"'],
    ["let s = \"abc\"; s[0] = 'X'; s", '"Xbc"'],
    ["let x = 2; `a${x + 1}b`", '"a3b"'],
    ['"a" + 1 + 1.0 + ()', '"a11.0"'],
    ["type_of(1..3)", '"range"'],
    ["(1..=3).contains(3)", "true"],
    ["type_of(())", '"()"'],
    ['#"a "quoted" \\n"#', String.raw`"a \"quoted\" \\n"`],
  ])("%s is %s", (script, value) => expectEval(script, value));

  test("an index past the end of a text", () => expectError('"abc"[3]', "ErrorStringBounds"));
});
