import { describe, expect, test } from "vitest";
import { errorOf, evaluate, expectError, expectEval, expectRefused } from "../../test/support/rhai-run.ts";

const WITH_EVAL = { options: { allowEval: true } };

describe("a text that is evaluated stands where eval stands", () => {
  test.each([
    ["it reads variables", 'let x = 20; eval("x + 22")', "42"],
    ["it changes them", 'let x = 1; eval("x = 5"); x', "5"],
    ["it changes elements", 'let a = [1]; eval("a.push(2)"); a', "[1, 2]"],
    ["it calls functions", 'fn double(n) { n * 2 } eval("double(4)")', "8"],
    ["inside a function", 'fn f(a) { eval("a += 1; let b = a * 2"); a + b } f(1)', "6"],
    ["inside a closure", 'let f = |a| eval("a + 1"); f.call(3)', "4"],
    ["inside a loop", 'let s = 0; for i in 0..3 { eval("s += i"); } s', "3"],
    ["a closure sees its changes", 'let x = 5; let f = || x; eval("x = 6"); f.call()', "6"],
  ])("%s", (_what, script, shown) => expectEval(script, shown, WITH_EVAL));
});

describe("what it declares belongs to the block", () => {
  test.each([
    ["for the rest of it", 'eval("let z = 1"); z += 1; z', "2"],
    ["with elements", 'eval("let a = [1]"); a.push(2); a += 3; a[0] = 9; a', "[9, 2, 3]"],
    ["hiding a variable of that name", 'let x = 1; { eval("let x = 2"); x += 5; } x', "1"],
    ["made from the one that it hides", 'let x = 10; eval("let x = x - 3"); x', "7"],
    ["until the block declares its own", 'eval("let x = 1"); let x = 2; x', "2"],
    [
      "anew in every turn of a loop",
      'let n = 0; for i in 0..3 { if is_def_var("q") { n += 1; } eval("let q = 1"); } n',
      "0",
    ],
    ["and not to a function", 'fn f() { is_def_var("q") } eval("let q = 1"); f()', "false"],
    ["a constant at the top is a global one", 'const K = 1; fn f() { global::K } eval("const K = 2"); f()', "2"],
    ["one in a block is not", 'const K = 1; fn f() { global::K } { eval("const K = 2"); } f()', "1"],
    ["a function's name can become a variable", 'fn f() { 1 } eval("let f = 5"); f', "5"],
  ])("%s", (_what, script, shown) => expectEval(script, shown, WITH_EVAL));

  test("functions are not declared that way", () =>
    expect(errorOf('eval("fn f() { 1 }")', WITH_EVAL).innerKind).toBe("ErrorParsing"));
});

describe("a function in the scope of its caller", () => {
  test.each([
    ["fn add(n) { total += n; total } let total = 1; add!(4); total", "5"],
    ["fn hide() { let total = 9; } let total = 1; hide!(); total", "1"],
    ['fn add(n) { total += n } let total = 1; let f = Fn("add"); call!(f, 4); total', "5"],
    ["let f = |x| x + 1; call!(f, 2)", "3"],
  ])("%s is %s", (script, shown) => expectEval(script, shown));

  test("a curried pointer is called as always", () =>
    expectError('fn add(n) { total += n } let total = 1; call!(Fn("add").curry(1))', "ErrorVariableNotFound"));

  test("one that calls itself, or too many, are refused before anything runs", () => {
    expectRefused("fn again(n) { again!(n - 1) } again!(3)", "bang-call");
    const chain = Array.from({ length: 12 }, (_, at) => `fn f${at}() { f${at + 1}!(); f${at + 1}!() }`);
    expectRefused(`${chain.join(" ")} fn f12() { 1 } f0!()`, "bang-call");
  });
});

test("strict Rhai reads JSON objects only", () => {
  expectEval('parse_json("[1, 2.0]")', "[1, 2.0]");
  expectError('parse_json("[1]")', "ErrorMismatchOutputType", { options: { strict: true } });
  expect(evaluate('parse_json(`{"id": 9007199254740993}`).id')).toBe(9007199254740993n);
});
