import { describe, expect, test } from "vitest";
import { runCase, type RhaiCase } from "./rhai-case.ts";

const holds: readonly RhaiCase[] = [
  { id: "value", script: "1 + 2", expect: { int: 3 } },
  { id: "scope", script: "n += 1;", mode: "run", scope: { n: { int: 1 } }, scope_after: { n: { int: 2 } } },
  { id: "thrown", script: 'throw "no"', error: "ErrorRuntime", thrown: { string: "no" } },
  { id: "inner", script: "fn f() { 1 / 0 } f()", error: "ErrorInFunctionCall", inner_error: "ErrorArithmetic" },
  { id: "refused", script: "let", mode: "compile", error: "ErrorParsing" },
  { id: "strict", script: "event.private", error: "ErrorParsing" },
  { id: "prints", script: "print(1.0)", expect: { unit: null }, prints: ["1.0"] },
  { id: "near", script: "1.0 / 3.0", expect: { float: 0.333 }, tolerance: 0.001 },
  { id: "option", script: "loop {}", error: "ErrorTooManyOperations", options: { set_max_operations: 50 } },
];

const fails: readonly (readonly [RhaiCase, RegExp])[] = [
  [{ id: "other value", script: "1 + 2", expect: { int: 4 } }, /expected \{"int":4\}, got \{"int":3\}/],
  [{ id: "other type", script: "1", expect: { float: 1 } }, /expected \{"float":1\}/],
  [{ id: "no error", script: "1", error: "ErrorRuntime" }, /expected ErrorRuntime, got/],
  [{ id: "other error", script: "1 / 0", error: "ErrorRuntime" }, /got ErrorArithmetic/],
  [{ id: "an error", script: "1 / 0", expect: { int: 1 } }, /got ErrorArithmetic/],
  [{ id: "other text", script: "throw 1", error: "ErrorRuntime", thrown: { int: 2 } }, /expected \{"int":2\} thrown/],
  [{ id: "silence", script: "1", expect: { int: 1 }, prints: ["x"] }, /expected prints/],
];

describe("a conformance case", () => {
  test.each(holds)("$id holds", (item) => expect(runCase(item)).toBeUndefined());
  test.each(fails)("$id is told", (item, fault) => expect(runCase(item)).toMatch(fault));
});
