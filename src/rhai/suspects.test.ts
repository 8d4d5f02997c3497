import { describe, expect, test } from "vitest";
import { Source } from "../text/index.ts";
import { checkScript, native } from "./index.ts";

function warnings(script: string): string[] {
  return checkScript(new Source("test.rhai", script)).map(({ level, code, span }) => `${level} ${code} ${span.start}`);
}

describe("what can only fail when it is reached is told before", () => {
  test.each([
    ["a function that nothing defines", "fn f(a) { a.to_uper() }", "function-undefined 12"],
    ["one that takes other arguments", "fn f(a) { a } if false { f(1, 2) }", "function-undefined 25"],
    ["a native one that takes other arguments", '"a,b".split(1, 2, 3)', "function-undefined 6"],
    ["in a text", "let a = `${missing(1)}`;", "function-undefined 11"],
    ["a variable that a function does not see", "let total = 1; fn f(a) { a + total }", "variable-undefined 29"],
    ["also in its closures", "fn f(a) { a.map(|x| x + y) }", "variable-undefined 24"],
    ["a module", "foo::bar()", "no-modules 0"],
    ["an import", 'if false { import "x" as y; }', "no-modules 11"],
    ["an export", "export let x = 1;", "no-modules 7"],
    ["a comment that takes in the rest", "let x = 1; /* so it is /* here */ x", "open-comment 11"],
  ])("%s", (_what, script, warning) => expect(warnings(script)).toEqual([`warning ${warning}`]));

  test("and says what may be meant", () =>
    expect(checkScript(new Source("a", "fn f() { sha265(1) }"))[0]?.hint).toBe('Did you mean "sha256"?'));
});

describe("what may well exist is not suspected", () => {
  test.each([
    ["a closure in a map", "let m = #{ go: |x| x }; m.go(1);"],
    ["one that is put in later", "let m = #{}; m.go = |x| x; m.go(1);"],
    ["one under a key that is a text", 'let m = #{}; m["go"] = |x| x; m.go(1);'],
    ["a function that is asked for first", 'if is_def_fn("later", 1) { later(1) }'],
    ["a variable of the caller", "fn f() { total += 1; } let total = 1; f!();"],
    ["the same through a pointer", 'fn f() { total += 1; } let total = 1; call!(Fn("f"));'],
    ["a variable of the scope", "event.commits.len()"],
    [
      "parameters, loops, catches and constants",
      "const K = 1; fn f(a) { for (x, i) in a { try { x + i } catch (e) { e; global::K } } }",
    ],
    ["a function as a value", "fn f(a) { a } fn g(a) { a.map(f) }"],
    ["a comment that is closed", "let x = 1; /* so it is /* here */ */ x // /*"],
    ["this", "fn f() { this.x + 1 } let m = #{ x: 1 }; m.f()"],
  ])("%s", (_what, script) => expect(warnings(script)).toEqual([]));

  test("a function of the host", () => {
    const own = [native("shout string", ([text]) => text ?? null)];
    expect(checkScript(new Source("a", 'shout("x")'), {}, own)).toEqual([]);
  });
});

test("a script that does not compile has its faults only", () =>
  expect(checkScript(new Source("a", "let = nowhere();")).map(({ level }) => level)).toEqual(["error"]));
