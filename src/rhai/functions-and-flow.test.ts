import { describe, expect, test } from "vitest";
import { evaluate, expectError, expectEval, errorOf, placedFaults } from "../../test/support/rhai-run.ts";

describe("functions", () => {
  test.each([
    ["fn f(x) { 1 } fn f(x, y) { 2 } [f(0), f(0, 0)]", "[1, 2]"],
    ["fn f(a) { a.push(1); a } let x = []; f(x); x", "[]"],
    ["fn add() { this += 1; } let x = 1; x.add(); x", "2"],
    ["f(2); fn f(n) { n * 2 } f(4)", "8"],
    ["const K = 7; fn f() { global::K } f()", "7"],
    ['fn f(a, b) { a - b } let g = Fn("f").curry(10); g.call(3)', "7"],
    ['fn f(x) { x } is_def_fn("f", 1) && !is_def_fn("f", 2)', "true"],
    ["fn f(n) { if n < 2 { return n; } f(n - 1) + f(n - 2) } f(10)", "55"],
  ])("%s is %s", (script, value) => expectEval(script, value));

  test("a function does not see the variables around it", () =>
    expectError("let x = 1; fn f() { x } f()", "ErrorVariableNotFound"));
  test("this needs a receiver", () => expectError("fn f() { this } f()", "ErrorUnboundThis"));
});

describe("a constant does not change as `this` either", () => {
  test.each([
    [
      "a function's method call",
      "fn add() { this.push(1); } const a = [1]; a.add();",
      "ErrorNonPureMethodCallOnConstant",
    ],
    ["an element", "fn zero() { this[0] = 0; } const a = [1]; a.zero();", "ErrorAssignmentToConstant"],
    ["a part of it", "fn add() { this.push(1); } const a = [[1]]; a[0].add();", "ErrorNonPureMethodCallOnConstant"],
    ["a sum", "fn add() { this += 1; } const n = 1; n.add();", "ErrorAssignmentToConstant"],
    ["a closure", "const a = [1]; a.call(|| this.push(2));", "ErrorNonPureMethodCallOnConstant"],
    ["a closure in it", "const m = #{f: |x| { this.y = x; }}; m.f(5);", "ErrorAssignmentToConstant"],
    ["a pointer", "fn add() { this.push(1); } const a = [1]; a.call(Fn(`add`));", "ErrorNonPureMethodCallOnConstant"],
    [
      "a function in a function",
      "fn f() { this.push(1); } fn g() { this.f(); } const a = []; a.g();",
      "ErrorNonPureMethodCallOnConstant",
    ],
  ] as const)("%s", (_what, script, kind) => expectError(script, kind));

  test.each([
    ["const a = [1, 2]; fn sum() { this[0] + this.len() } a.sum()", "3"],
    ["const a = [1]; let b = a; fn add() { this.push(1); } b.add(); b", "[1, 1]"],
    ["fn copied() { let c = this; c.push(2); c } const a = [1]; [a.copied(), a]", "[[1, 2], [1]]"],
    ["const a = [[1]]; fn f() { this.push(2); this } a.map(|x| x.f())", "[[1, 2]]"],
  ])("%s is %s", (script, shown) => expectEval(script, shown));
});

describe("closures", () => {
  test.each([
    ["let n = 1; let f = || n += 1; f.call(); f.call(); n", "3"],
    ["let fs = []; for i in 0..3 { fs.push(|| i); } fs.map(|f| f.call())", "[2, 2, 2]"],
    ["let n = 1; let f = |x| { let n = x; n }; [f.call(5), n]", "[5, 1]"],
    ["let n = 1; let f = || n; is_shared(n)", "true"],
    ["let make = |k| |x| x * k; make.call(3).call(4)", "12"],
  ])("%s is %s", (script, value) => expectEval(script, value));
});

describe("a chain with ?. inside of another is one of its own", () => {
  test.each([
    ["an argument", "fn f(x) { #{ z: x } } let m = (); f(m?.y)?.z", "()"],
    ["an argument that is not used", "fn f(x) { #{ z: 7 } } let m = (); f(m?.y)?.z", "7"],
    ["a text", 'let m = (); parse_json(`{"a": ${m?.y ?? 3}}`)?.a', "3"],
    ["an array", "let m = (); [m?.y, 4][1]?.to_string()", '"4"'],
    ["a map", "let m = (); #{ a: m?.y, b: 4 }.b?.to_string()", '"4"'],
    ["a block", "let m = (); ({ m?.y; [1] })?.len()", "1"],
    ["a closure", "fn f(g) { #{ z: g.call(()) ?? 5 } } f(|v| v?.x)?.z", "5"],
    ["a place", "fn f(x) { #{ z: [7] } } let m = (); f(m?.y)?.z.pop()", "7"],
  ])("%s", (_what, script, shown) => expectEval(script, shown));
});

describe("if and switch", () => {
  test.each([
    ["let x = if true { 1 } else { 2 }; x", "1"],
    ["if false { 1 }", "()"],
    ['switch 3 { 1 | 2 => "low", 3..=5 => "mid", _ => "high" }', '"mid"'],
    ["switch 4 { 4 if false => 0, _ => 9 }", "9"],
    ["switch 4 { 4 if true => { let a = 2; a * 2 }, _ => 9 }", "4"],
    ['switch "a" { "b" => 1 }', "()"],
    ["let x = 1; { let x = 2; x += 1; } x", "1"],
  ])("%s is %s", (script, value) => expectEval(script, value));
});

describe("loops", () => {
  test.each([
    ["let n = 0; while n < 5 { n += 1; if n == 3 { break; } } n", "3"],
    ["let n = 0; loop { n += 1; if n == 4 { break n * 2; } }", "8"],
    ["let n = 0; do { n += 1; } until n >= 3; n", "3"],
    ["let s = 0; for i in 0..=4 { if i == 2 { continue; } s += i; } s", "8"],
    ["let s = 0; for (v, i) in [5, 6] { s += v * i; } s", "6"],
    ["let n = 0; loop { n += 1; for x in if n < 3 { [n] } else { break n } { } }", "3"],
    ["let n = 0; loop { n += 1; let m = (); while (m ?? break n) { } }", "1"],
    ["let n = 0; loop { n += 1; let m = (); do { } while m ?? break n; }", "1"],
    ['let s = ""; for c in "añb" { s += c + "."; } s', '"a.ñ.b."'],
    ["let a = []; for i in range(10, 0, -4) { a.push(i); } a", "[10, 6, 2]"],
    ["let a = [1, 2]; for x in a { a.push(x); } a.len()", "4"],
  ])("%s is %s", (script, value) => expectEval(script, value));

  test("what is not iterable", () => expectError("let n = 1.5; for x in n {}", "ErrorFor"));
});

describe("try, catch, throw", () => {
  test.each([
    ["try { 42 } catch { 1 }", "42"],
    ["try { throw 1 } catch { 42 }", "()"],
    ["fn f(x) { try { 6 / x } catch { -1 } } [f(2), f(0)]", "[3, ()]"],
    ["let r = 0; try { throw 42; } catch (e) { r = e; } r", "42"],
    ["let r = 0; try { 1 / 0 } catch (e) { r = e.error; } r", '"ErrorArithmetic"'],
    ["let r = 0; fn f() { throw #{code: 7} } try { f() } catch (e) { r = e.code; } r", "7"],
    ["let r = 0; try { try { throw 1 } catch (e) { throw e + 1 } } catch (e) { r = e; } r", "2"],
  ])("%s is %s", (script, value) => expectEval(script, value));

  test("a script cannot catch a limit", () =>
    expectError("try { loop {} } catch { 1 }", "ErrorTooManyOperations", { options: { maxOperations: 1000 } }));
});

describe("constants and variables", () => {
  test.each(["const K = 1; K = 2", "const K = 1; K += 2", "const K = [1]; K[0] = 2"])("%s is refused", (script) => {
    expect(
      placedFaults(script)
        .concat(placedFaults(script).length === 0 ? errorOf(script).text : [])
        .join(),
    ).toMatch(/constant/i);
  });

  test("a constant may be shadowed", () => expectEval("const K = 1; let K = 2; K += 1; K", "3"));
  test("strict variables are checked before a script runs", () => {
    expect(placedFaults("let total = 1;\ntotl + 1", { strictVariables: true }).join()).toMatch(/^2:1 .*totl/);
    expect(placedFaults("event.a", { strictVariables: true, knownVariables: ["event"] })).toEqual([]);
  });
  test("eval is off unless a host allows it", () => {
    expect(errorOf('eval("1")').message).toContain("scripts here run no text");
    expect(() => evaluate('eval("1")')).toThrow(/eval/);
    expectEval('let x = 20; eval("x + 22")', "42", { options: { allowEval: true } });
  });
});
