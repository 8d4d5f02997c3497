import { describe, expect, test } from "vitest";
import { errorOf, expectError, expectEval } from "../../test/support/rhai-run.ts";

const STRICT = { options: { strict: true, allowEval: true } };

describe("the engine's own functions say which argument is wrong", () => {
  test.each([
    "let x = 1; x.call()",
    "call(1)",
    'call("name")',
    "curry(1, 2)",
    "Fn(1)",
    "eval(1)",
    "is_def_fn(1, 2)",
    'is_def_fn("f", "g")',
    "is_def_var(1)",
  ])("%s", (script) => expectError(script, "ErrorMismatchDataType", STRICT));
});

describe("an error in a callback is one in a function call", () => {
  test("of a closure", () => {
    const error = errorOf("[1, 2].map(|x| x / 0)");
    expect([error.kind, error.innerKind]).toEqual(["ErrorInFunctionCall", "ErrorArithmetic"]);
    expect(error.message).toContain("in map() > closure");
  });
  test("of a native function", () => {
    const error = errorOf('["x"].map("parse_int")');
    expect([error.kind, error.innerKind, error.calls]).toEqual(["ErrorInFunctionCall", "ErrorArithmetic", ["map"]]);
  });
  test("of a function that does not exist", () =>
    expect(errorOf('[1].filter(Fn("nowhere"))').kind).toBe("ErrorInFunctionCall"));
  test("between functions of the script", () => {
    const script = "fn inner(x) { x / 0 } fn outer() { [1].map(inner) } outer()";
    expect(errorOf(script).calls).toEqual(["outer", "map", "inner"]);
  });
  test("of a text that is evaluated", () => {
    const kinds = ['eval("1 / 0")', 'eval("let")'].map((script) => errorOf(script, STRICT));
    expect(kinds.map(({ kind }) => kind)).toEqual(["ErrorInFunctionCall", "ErrorInFunctionCall"]);
    expect(kinds.map(({ innerKind }) => innerKind)).toEqual(["ErrorArithmetic", "ErrorParsing"]);
  });
});

test("what is caught of a call tells which function was called", () => {
  const script = "fn half(n) { n / 0 } fn twice(n) { half(n) * 2 }";
  expectEval(
    `${script} let r; try { twice(1) } catch (e) { r = [e.error, e.function]; } r`,
    '["ErrorInFunctionCall", "twice"]',
  );
  expectEval("let r; try { 1 / 0 } catch (e) { r = [e.error, e.function]; } r", '["ErrorArithmetic", ()]');
});

describe("strict Rhai where it differs", () => {
  test("a closure has no variable as its this that it shares", () => {
    const script = "let x = 20; let f = |a| { this += x + a }; x.call(f, 1); x";
    expect(errorOf(script, { options: { strict: true } }).innerKind).toBe("ErrorDataRace");
    expectEval(script, "41");
    expectEval("let x = 20; let f = |a| { this += a }; x.call(f, 1); x", "21", { options: { strict: true } });
  });

  test("a comparison that fails says nothing about the order", () => {
    const script = "let a = [2, 1]; a.sort(|x, y| x / 0); a";
    expectEval(script, "[2, 1]", STRICT);
    expectError(script, "ErrorArithmetic");
  });
  test("a function that is not called as a method gets a copy of a constant", () => {
    const script = "const A = [1]; push(A, 2); A";
    expectEval(script, "[1]", STRICT);
    expectError(script, "ErrorNonPureMethodCallOnConstant");
  });
  test("function pointers in JSON carry what they were curried with", () =>
    expectEval('#{ f: Fn("g").curry(1, "x") }.to_json()', '"{\\"f\\":[\\"g\\",1,\\"x\\"]}"', STRICT));
});

describe("comparisons", () => {
  test.each([
    ["let a = 0.1 + 0.2; let b = 0.3; [a == b, a > b, a >= b, a != b]", "[true, false, true, false]"],
    ["[1e-20 < 2e-20, 1e-20 == 2e-20, 1e-20 == 0.0, 1e-20 > 0]", "[true, false, true, false]"],
    ["[1e16 == 1e16 + 2.0, 1e16 < 1e16 + 4.0]", "[true, true]"],
    ["let inf = 1.0 / 0.0; [inf == inf, inf > 1.0, inf <= inf, -inf < inf]", "[true, true, true, true]"],
    ["let n = 0.0 / 0.0; n == n", "false"],
    ["() <= ()", "false"],
    ["() == ()", "true"],
    ["let b = blob(1, 65); b + 'z'", "[417a]"],
  ])("%s is %s", (script, shown) => expectEval(script, shown));

  test("a number has bits, not keys", () => expectError('let x = 5; x["a"]', "ErrorMismatchDataType"));
});
