import { describe, expect, test } from "vitest";
import { errorOf, expectError, expectEval } from "../../test/support/rhai-run.ts";

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

describe("several operators on floats, whose results in between no one sees", () => {
  test.each([
    ["let a = 1.5; let b = 2.0; a * b + a / b - b", "1.75"],
    ["let a = 1.5; let n = 2; a * n + n * n - a", "5.5"],
    ['let a = 1.5; "x" + a * 2.0 + (a - a)', '"x3.00.0"'],
    ["let a = 1.5; [a * a > 2.0, a + a == 3, (a - 1.5) * 4.0 == 0]", "[true, true, true]"],
    ["let x = 0.5; x += x * 2.0 - 0.25; x -= x * x; x *= 2.0 + x; x", "-0.52734375"],
    ["let s = [1]; s += 1.5 * 2.0; s", "[1, 3.0]"],
    ["let a = [0.5]; a[0] += a[0] * 4.0; a", "[2.5]"],
    ["let x = 1.0; let y = x + { x = 5.0; x } * 2.0; [x, y]", "[5.0, 11.0]"],
    ["let m = #{ a: 2.0 }; `${m.a * m.a + 0.5}`", '"4.5"'],
    ["-(1.5 * 2.0) + 1", "-2.0"],
  ])("%s is %s", (script, shown) => expectEval(script, shown));

  test("a fault says what stands beside what", () =>
    expect(errorOf("let a = 1.5; a * 2.0 + true").message).toContain("+ (f64, bool)"));
});

describe("the left side is what it was when it was evaluated", () => {
  test.each([
    ["let a = [1]; a == { a.push(2); a }", "false"],
    ["let a = [1]; a + { a.push(2); a }", "[1, 1, 2]"],
    ["let t = [1]; let more = || { t.push(2); t }; t + more.call()", "[1, 1, 2]"],
    ["let m = #{x: 1}; m + { m.y = 2; #{} }", '#{"x": 1}'],
    ["let m = #{a: [1]}; m.a + { m.a.push(2); m.a }", "[1, 1, 2]"],
  ])("%s is %s", (script, shown) => expectEval(script, shown));
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
