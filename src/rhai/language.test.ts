import { describe, expect, test } from "vitest";
import { Source } from "../text/index.ts";
import { compileScript, display, native, RhaiScope, type RhaiValue } from "./index.ts";
import { errorOf, evaluate, expectEval, faultsOf } from "../../test/support/rhai-run.ts";

describe("values", () => {
  test.each([
    ["1 + 2", "3"],
    ["7 / 2", "3"],
    ["-7 % 3", "-1"],
    ["1.0", "1.0"],
    ["1 == 1.0", "true"],
    ["0.1 + 0.2", "0.30000000000000004"],
    ["9007199254740993 + 2", "9007199254740995"],
    ["9223372036854775807", "9223372036854775807"],
    ["0xff", "255"],
    ["1_000", "1000"],
    ["2 ** 10", "1024"],
    ["1 << 2 + 3", "7"],
    ["-2 ** 2", "4"],
    ["'\\n' == 'x'", "false"],
    ["'x'.to_int()", "120"],
    ["\"a\" + 1 + 2.0 + 'c'", '"a12.0c"'],
    ['`${1 + 1} and ${[1, "x"]}`', '"2 and [1, "x"]"'.replaceAll('"x"', '\\"x\\"')],
    ["#{ b: 1, a: () }", '#{"a": (), "b": 1}'],
    ["() ?? 5", "5"],
    ["3 in [1, 2, 3] && 4 !in 0..4", "true"],
    ["[1, 2, 3][-1]", "3"],
    ['"héllo"[1]', "é"],
    ['"日本語"[0..2]', '"日本"'],
  ])("%s is %s", (script, shown) => expectEval(script, shown));
});

describe("control flow", () => {
  test.each([
    ["if 1 > 2 { 1 } else if 2 > 1 { 2 } else { 3 }", "2"],
    ['switch 5 { 1 | 2 => "few", 3..=9 if true => "some", _ => "many" }', '"some"'],
    ["let n = 0; while n < 10 { n += 1; if n == 3 { continue; } if n == 5 { break; } } n", "5"],
    ["let found = for x in [1, 5, 9] { if x > 3 { break x; } }; found", "5"],
    ["let out = []; for (x, i) in 5..8 { out.push(x * i); } out", "[0, 6, 14]"],
    ["let n = 0; do { n += 1; } until n >= 3; n", "3"],
    ["let x = 1; { let x = 2; } x", "1"],
    ["let r = 0; try { throw 7; } catch (e) { r = e; } r", "7"],
    ['let r = ""; try { 1 / 0; } catch (e) { r = e.error; } r', '"ErrorArithmetic"'],
    ["return 4; 5", "4"],
  ])("%s gives %s", (script, shown) => expectEval(script, shown));
});

describe("functions and closures", () => {
  test.each([
    ["fn f() { 0 } fn f(x) { x } f() + f(5)", "5"],
    ["fn fib(n) { if n < 2 { n } else { fib(n - 1) + fib(n - 2) } } fib(15)", "610"],
    ["fn double() { this * 2 } let x = 4; x.double()", "8"],
    ["fn grow() { this += 1; } let x = 4; x.grow(); x", "5"],
    ["let n = 1; let add = |x| { n += x; }; add.call(2); add.call(3); n", "6"],
    ["let f = |a, b| a - b; f.curry(10).call(3)", "7"],
    ["let m = #{ v: 3, get: || this.v }; m.get()", "3"],
    ['is_def_fn("f", 1)', "false"],
    ['fn f(x) { x } is_def_fn("f", 1)', "true"],
  ])("%s gives %s", (script, shown) => expectEval(script, shown));

  test("a function sees nothing of the script around it", () => {
    expect(errorOf("let secret = 1; fn f() { secret } f()").innerKind).toBe("ErrorVariableNotFound");
  });
});

describe("containers are values", () => {
  test.each([
    ["let a = [1]; let b = a; b.push(2); [a, b]", "[[1], [1, 2]]"],
    ["let a = [[1]]; let b = a; b[0].push(2); [a, b]", "[[[1]], [[1, 2]]]"],
    ["let m = #{ a: [1] }; let n = m; n.a[0] = 9; [m.a, n.a]", "[[1], [9]]"],
    ["fn f(a) { a.push(9); a.len() } let a = [1]; f(a); a", "[1]"],
    ["let a = [1, 2]; for x in a { a.push(x); } a", "[1, 2, 1, 2]"],
    ["let a = [1]; a[0] = a; a", "[[1]]"],
    ["let a = [1, 2]; let f = || a.push(3); f.call(); a", "[1, 2, 3]"],
  ])("%s gives %s", (script, shown) => expectEval(script, shown));
});

describe("keys are only keys", () => {
  test.each([
    ["let m = #{}; m.__proto__ = 1; m.constructor = 2; m", '#{"__proto__": 1, "constructor": 2}'],
    ["#{}.constructor", "()"],
    ['#{}["toString"]', "()"],
    ["event.__proto__", "5"],
  ])("%s gives %s", (script, shown) =>
    expectEval(script, shown, { scope: { event: JSON.parse('{"__proto__": 5}') as unknown } }),
  );

  test("nothing has properties of the engine underneath", () => {
    for (const script of [
      '"a".constructor',
      "[1].constructor",
      "(1).toFixed(2)",
      "let f = |x| x; f.constructor",
      "globalThis",
    ])
      expect(["ErrorDotExpr", "ErrorFunctionNotFound", "ErrorVariableNotFound"]).toContain(errorOf(script).innerKind);
  });
});

describe("errors", () => {
  test("have Rhai's kind, the place, the calls and a frame", () => {
    const error = errorOf("fn inner(x) {\n  x / 0\n}\nfn outer() { inner(1) }\nouter()");
    expect(error).toMatchObject({
      kind: "ErrorInFunctionCall",
      innerKind: "ErrorArithmetic",
      calls: ["outer", "inner"],
    });
    expect(error.position?.line).toBe(2);
    expect(error.render()).toContain("> 2 |   x / 0");
  });

  test.each([
    ["let total = 1; totl", 'did you mean "total"?'],
    ["fn welcome() { 1 } welcom()", 'did you mean "welcome"?'],
    ["event.head.id", 'write "?.id" to get () instead'],
    ["9223372036854775807 + 1", "overflow"],
    ["[1][5]", "out of bounds"],
  ])("%s says %s", (script, message) => expect(errorOf(script, { scope: { event: {} } }).message).toContain(message));

  test("of the parser are collected", () => {
    expect(faultsOf("let = 1;\nlet b = ;\nfoo(;\nlet fine = 1;").length).toBeGreaterThanOrEqual(3);
  });

  test.each([
    ["let x = 1; break;", "loop-break"],
    ["fn f(a, a) { }", "fn-duplicated-param"],
    ["const C = 1; C = 2;", "assignment-to-constant"],
    ["let null = 1;", "reserved"],
    ["x++", "reserved-symbol"],
    ["#{ a: 1, a: 2 }", "duplicated-property"],
    ["`open", "unterminated-string"],
  ])("%s is %s", (script, code) => expect(faultsOf(script)).toContain(code));

  test("import finds nothing", () => expect(errorOf('import "fs" as fs;').innerKind).toBe("ErrorModuleNotFound"));
});

describe("our extensions, and strict Rhai without them", () => {
  const given = { constants: { event: { repository: { private: true, default: 1 }, list: [7] } } };

  test("reserved words are properties and keys", () => {
    expectEval("[event.repository.private, event.repository.default]", "[true, 1]", given);
    expectEval("#{ private: 1 }.private", "1");
    expect(faultsOf("event.repository.private", { strict: true })).toEqual(["property-expected"]);
  });

  test("a constant payload can be read by every function that does not change it", () => {
    expectEval("event.list.get(0)", "7", given);
    expect(errorOf("event.repository.clear()", given).innerKind).toBe("ErrorNonPureMethodCallOnConstant");
    expect(errorOf("event.list.get(0)", { ...given, options: { strict: true } }).innerKind).toBe(
      "ErrorNonPureMethodCallOnConstant",
    );
  });

  test("a constant payload cannot be changed", () => {
    expect(errorOf("event.repository.private = false", given).innerKind).toBe("ErrorAssignmentToConstant");
    expectEval(
      "let mine = event; mine.repository.private = false; [mine.repository.private, event.repository.private]",
      "[false, true]",
      given,
    );
  });
});

test("output goes to the host, and there is none without one", () => {
  const lines: string[] = [];
  evaluate('print("a"); print([1.0]); debug("b");', {
    host: { print: (text) => lines.push(text), debug: (text) => lines.push(text) },
  });
  expect(lines).toEqual(["a", "[1.0]", '"b"']);
  expect(evaluate("print(1)")).toBeNull();
});

describe("functions of the host", () => {
  const twice = native<[number]>("twice int", ([value]) => value * 2);
  const twiceText = native<[string]>("twice string", ([value], runtime, at) => runtime.sized(value + value, at));

  function run(script: string): RhaiValue {
    const compiled = compileScript(new Source("test.rhai", script), {}, [twice, twiceText]);
    if ("diagnostics" in compiled) throw new Error("must compile");
    return compiled.script.run(new RhaiScope());
  }

  test("are found by the types of their arguments, also as methods", () => {
    expect(display(run('[twice(4), "ab".twice()]'))).toBe('[8, "abab"]');
    expect(() => run("twice(true)")).toThrow("Function not found: twice (bool)");
  });

  test("of the script come first", () => expect(run("fn twice(x) { x + 1 } twice(4)")).toBe(5));
});
