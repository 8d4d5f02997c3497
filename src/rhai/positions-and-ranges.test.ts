import { describe, test } from "vitest";
import { expectError, expectEval, expectRefused } from "../../test/support/rhai-run.ts";

describe("a slice of a text counts negative positions from the end", () => {
  test.each([
    ['"greeting"[2..5]', '"eet"'],
    ['"greeting"[2..-2]', '"eeti"'],
    ['"greeting"[-4..-1]', '"tin"'],
    ['"greeting"[4..]', '"ting"'],
    ['"greeting"[..3]', '"gre"'],
    ['"greeting"[..=3]', '"gree"'],
    ['"greeting"[3..=-2]', '"etin"'],
    ['"greeting"[5..-5]', '""'],
    ['"greeting"[3..-20]', '""'],
    ['"greeting"[6..99]', '"ng"'],
    ['"greeting"[3..=3]', '""'],
    ['""[0..3]', '""'],
    ['let s = "greeting"; s[1..-1] = "-"; s', '"g-g"'],
    ['let s = "greeting"; s[5..] = "❤"; s', '"greet❤"'],
  ])("%s is %s", (script, shown) => expectEval(script, shown));

  test("but a start before the text is a fault", () => expectError('"abc"[-9..2]', "ErrorStringBounds"));
});

describe("functions take ranges within what there is", () => {
  test.each([
    ['"greeting".sub_string(-3..4)', '"gree"'],
    ["[1, 2, 3].extract(-2..2)", "[1, 2]"],
    ["[1, 2, 3].extract(-2, 1)", "[2]"],
    ["[1, 2, 3].extract(2..=0)", "[]"],
    ["let a = [1, 2, 3, 4]; a.drain(-1..2); a", "[3, 4]"],
    ['"".index_of("")', "-1"],
  ])("%s is %s", (script, shown) => expectEval(script, shown));
});

describe("bit fields", () => {
  test.each([
    ["let x = 0b110101; x[2..5]", "5"],
    ["let x = 0b110101; x[2..]", "13"],
    ["let x = 0b110101; x[0..64]", "53"],
    ["0b110101.get_bits(4..100)", "3"],
    ["0b110101.get_bits(4, 100)", "3"],
    ["0b110101.get_bits(-3..2)", "1"],
    ["0b110101.get_bits(5, 0)", "0"],
    ["let x = 0; x.set_bits(0, 64, -1); x", "-1"],
    ["let x = 0; x.set_bits(60, 20, 255); x", "-1152921504606846976"],
    ["let all = []; for bit in 5.bits(0, 3) { all.push(bit); } all", "[true, false, true]"],
    ["let all = []; for bit in (-1).bits(62) { all.push(bit); } all", "[true, true]"],
    ["let all = []; for bit in 5.bits(1..1) { all.push(bit); } all", "[]"],
  ])("%s is %s", (script, shown) => expectEval(script, shown));

  test.each(["let x = 1; x[1..65]", "let x = 1; x[64..]", "1.get_bits(64, 1)", "1.get_bits(-65, 1)", "1.bits(64)"])(
    "%s is out of bounds",
    (script) => expectError(script, "ErrorBitFieldBounds"),
  );
});

describe("steps of a range", () => {
  test("none at all is a fault in a call", () => {
    expectError("range(0, 9, 0)", "ErrorArithmetic");
    expectEval("let e; try { range(0, 9, 0) } catch (x) { e = x.error } e", '"ErrorInFunctionCall"');
  });
});

describe("numbers behind a range of cases", () => {
  test.each(["switch 5 { 1..9 => 1, 5 => 2 }", "switch 5 { 1..9 => 1, 5.0 => 2 }"])("%s", (script) =>
    expectRefused(script, "wrong-switch-integer-case"),
  );
});

describe("a loop over a range", () => {
  test.each([
    [
      "of large integers",
      "let a = []; for i in 9007199254740990..9007199254740993 { a.push(i) } a[2]",
      "9007199254740992",
    ],
    ["up to the last one", "let n = 0; for (i, at) in 9223372036854775805..=9223372036854775807 { n += at } n", "3"],
    [
      "of the least ones",
      "let a; for i in -9223372036854775808..-9223372036854775806 { a = i } a",
      "-9223372036854775807",
    ],
    ["without an end", "let n = 0; for i in 3.. { n += i; if i > 5 { break; } } n", "18"],
    ["that is empty", "let n = 0; for i in 9223372036854775807..0 { n = 1 } n", "0"],
  ])("%s", (_what, script, shown) => expectEval(script, shown));
});

describe("what is counted out one after the other", () => {
  test.each([
    ["type_of(range(0, 9, 2))", '"range"'],
    ['type_of("abc".chars())', '"range"'],
    ["type_of(5.bits())", '"range"'],
    ["type_of(0..9)", '"range"'],
    ["let all = []; for n in range(9, 0, -4) { all.push(n); } all", "[9, 5, 1]"],
    ["let all = []; for n in range(0.0, 1.0, 0.5) { all.push(n); } all", "[0.0, 0.5]"],
    ['let all = []; for c in "heart".chars(1, 3) { all.push(c); } all', "[e, a, r]"],
    ['let all = []; for c in "heart".chars(-2) { all.push(c); } all', "[r, t]"],
    [
      "let twice = range(0, 6, 3); let all = []; for n in twice { for k in twice { all.push(n + k); } } all",
      "[0, 3, 3, 6]",
    ],
  ])("%s is %s", (script, shown) => expectEval(script, shown));

  test("takes no room before it is needed", () =>
    expectEval("let seen = 0; for n in range(0, 9000000000, 2) { seen += 1; if seen > 3 { break; } } seen", "4", {
      options: { maxArraySize: 10 },
    }));
});
