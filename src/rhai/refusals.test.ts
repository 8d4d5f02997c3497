import { describe, expect, test } from "vitest";
import { expectError, expectEval, expectRefused, faultsOf } from "../../test/support/rhai-run.ts";

describe("the index of a literal", () => {
  test.each(['"abc"["d"]', '[1, 2]["x"]', "[1, 2][1.5]", "#{ a: 1 }[0]"])("%s is refused", (script) =>
    expectRefused(script, "malformed-index"),
  );

  test("of a variable is looked at when the script runs", () => {
    expectError('let x = 5; x["a"]', "ErrorMismatchDataType");
    expectError('let i = "x"; [1, 2][i]', "ErrorMismatchDataType");
    expectError('let a = [1]; a["x"] = 2', "ErrorMismatchDataType");
    expectError("let m = #{}; m[0] = 2", "ErrorMismatchDataType");
    expectError("let n = 1.5; n[0] = true", "ErrorIndexingType");
    expectEval("5[0]", "true");
  });
});

describe("a case of a switch", () => {
  test.each(["switch 'c' { 'a'..'z' => 1 }", 'switch 1 { "a".."z" => 1 }', "switch 1 { 0.5..1.5 => 1 }"])(
    "%s: ranges are of integers",
    (script) => expectRefused(script, "expr-expected"),
  );

  test("no number follows a range that may hold it, whatever the condition", () =>
    expectRefused("switch 5 { 1..9 if true => 1, 5 => 2 }", "wrong-switch-integer-case"));

  test("an empty range holds nothing", () => expectEval("switch 5 { 9..1 => 1, 5 => 2 }", "2"));
});

describe("the head of a control structure", () => {
  test.each([
    "if { true } { 1 }",
    "while { false } {}",
    "do {} until { true }",
    "for x in { [1] } {}",
    "switch 1 { 1 if { true } => 2 }",
  ])("%s: is no block", (script) => expectRefused(script, "expr-expected"));

  test.each(["if `true` { 1 }", "while 1 { }", "for x in #{ a: 1 } {}"])("%s: is of its type", (script) =>
    expectRefused(script, "mismatched-type"),
  );

  test("may hold a block in parentheses", () => expectEval("if ({ true }) { 1 }", "1"));
});

describe("what is assigned to", () => {
  test.each(["1 = 2", "f() = 3", "[1][0] = 2", '"a".len = 3', "f().x = 1", "(1 + 2) = 3"])("%s is no place", (script) =>
    expectRefused(script, "assignment-to-invalid-lhs"),
  );

  test("parts of a variable are places", () => {
    expectEval("let m = #{ list: [1] }; m.list[0] = 4; m.tail = 5; [m.list, m.tail]", "[[4], 5]");
    expectEval("fn set() { this.x = 3; } let m = #{ x: 1 }; m.set(); m.x", "3");
  });
});

describe("names of the language", () => {
  test.each(["fn print(x) { x }", "fn debug() { }", "fn eval(x) { x }"])("%s cannot be declared", (script) =>
    expectRefused(script, "reserved"),
  );

  test("print and debug are no methods of strict Rhai", () => {
    expectRefused("42.print()", "property-expected", { strict: true });
    expectRefused("42.debug()", "property-expected", { strict: true });
  });

  test("letters of all languages make names, except in strict Rhai", () => {
    expectEval("let größe = 3; größe", "3");
    expect(new Set(faultsOf("let größe = 3; größe", { strict: true }))).toEqual(new Set(["bad-identifier"]));
  });
});

test("a backslash keeps a hole from being one", () => {
  expectEval("let a = 1; `\\${a} is ${a}`", '"${a} is 1"');
});

test("an expression alone has blocks of one expression", () => {
  expectEval("if true { 1 } else { 2 }", "1", { options: { expressionOnly: true } });
  expect(faultsOf("if true { 1; 2 } else { 2 }", { expressionOnly: true })).not.toEqual([]);
});
