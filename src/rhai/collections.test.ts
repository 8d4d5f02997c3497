import { describe, test } from "vitest";
import { expectError, expectEval } from "../../test/support/rhai-run.ts";

describe("arrays", () => {
  test.each([
    ["[1, 2, 3][-1]", "3"],
    ["let a = [1]; let b = a; b.push(2); [a, b]", "[[1], [1, 2]]"],
    ["let a = [[1], [2]]; a[1][0] += 5; a", "[[1], [7]]"],
    ["[1, 2, 3].map(|x| x * 2).filter(|x| x > 2)", "[4, 6]"],
    ["[1, 2, 3].reduce(|sum, v| sum + v, 0)", "6"],
    ["[1, 2, 3].reduce(|sum, v| if sum == () { v } else { sum + v })", "6"],
    ["let a = [3, 1, 2]; a.sort(); a", "[1, 2, 3]"],
    ["let a = [3, 1, 2]; a.sort(|x, y| y - x); a", "[3, 2, 1]"],
    ["let a = [1, 2, 3, 4]; let d = a.drain(|x| x % 2 == 0); [a, d]", "[[1, 3], [2, 4]]"],
    ["let a = [1, 2, 3, 4]; a.splice(1, 2, [9]); a", "[1, 9, 4]"],
    ["[1, 2, 3].extract(1..3)", "[2, 3]"],
    ["[1, 2, 3].some(|x| x > 2) && [1, 2].all(|x| x > 0)", "true"],
    ["[1, 2, 3].index_of(3)", "2"],
    ["[1, 2].contains(2)", "true"],
    ["[1, 2].zip([3, 4], |x, y| x * y)", "[3, 8]"],
    ["fn even(x) { x % 2 == 0 } [1, 2, 4].filter(even)", "[2, 4]"],
  ])("%s is %s", (script, value) => expectEval(script, value));

  test.each(["[1][1]", "[1][-2]", "let a = []; a[0] = 1"])("%s is out of bounds", (script) =>
    expectError(script, "ErrorArrayBounds"),
  );
});

describe("a change stays with who made it", () => {
  test.each([
    [
      "what a map gave away",
      "let m = #{a: [1]}; let c = m; let x = m.remove(`a`); x.push(2); [c, m, x]",
      '[#{"a": [1]}, #{}, [1, 2]]',
    ],
    [
      "`this` of map",
      "let a = [[1]]; let b = a; let r = a.map(|| { this.push(9); this }); [a, b, r]",
      "[[[1]], [[1]], [[1, 9]]]",
    ],
    ["`this` of filter", "let a = [[1]]; a.filter(|| { this.push(9); true }); a", "[[1]]"],
    ["`this` of find", "let a = [[1]]; a.find(|| { this.push(9); true }); a", "[[1]]"],
    ["`this` of all", "let a = [[1]]; a.all(|| { this.push(9); true }); a", "[[1]]"],
    ["`this` of a map's map", "let m = #{a: [1]}; m.map(|k| { this.push(9); 1 }); m", '#{"a": [1]}'],
    [
      "`this` of a map's retain, in its copy",
      "let m = #{a: [1]}; let c = m; m.retain(|k| { this.push(9); true }); c",
      '#{"a": [1]}',
    ],
    ["`this` of retain", "let a = [[1]]; let c = a; a.retain(|| { this.push(9); true }); [a, c]", "[[[1, 9]], [[1]]]"],
  ])("%s", (_what, script, shown) => expectEval(script, shown));
});

describe("blobs are values", () => {
  test.each([
    ["an element", "B[0] = 9;"],
    ["set", "B.set(0, 9);"],
    ["write_le", "B.write_le(0, 1, 9);"],
    ["write_utf8", 'B.write_utf8(0, 1, "x");'],
    ["push", "B.push(9);"],
    ["retain", "B.retain(0, 1);"],
  ])("when a copy or the original changes by %s, the others stay", (_what, change) => {
    expectEval(`let b = blob(2, 1); let c = b; ${change.replace("B", "c")} [b, b == c]`, "[[0101], false]");
    expectEval(`let b = blob(2, 1); let c = b; let d = c; ${change.replace("B", "b")} [c, d]`, "[[0101], [0101]]");
    expectEval(`let a = [blob(2, 1)]; let c = a; ${change.replace("B", "c[0]")} a`, "[[0101]]");
  });
});

describe("object maps", () => {
  test.each([
    ["#{b: 1, a: 2}", '#{"a": 2, "b": 1}'],
    ["#{a: 1}.b", "()"],
    ["#{a: #{b: 1}}.a.b", "1"],
    ["let m = #{a: #{}}; m.a.b = 1; m", '#{"a": #{"b": 1}}'],
    ["let m = #{n: 1}; let c = m; c.n += 1; [m.n, c.n]", "[1, 2]"],
    ['"a" in #{a: 1}', "true"],
    ["#{a: 1} + #{b: 2}", '#{"a": 1, "b": 2}'],
    ["#{b: 1, a: 2}.keys()", '["a", "b"]'],
    ['let m = #{a: 1, b: 2}; [m.remove("a"), m.len()]', "[1, 1]"],
    ["let m = #{len: 5}; [m.len, m.len()]", "[5, 1]"],
    ["let m = #{n: 2, twice: || this.n * 2}; m.twice()", "4"],
    ["#{__proto__: 1, constructor: 2}.keys()", '["__proto__", "constructor"]'],
    ["#{}.constructor", "()"],
    ['parse_json(`{"id": 9007199254740993}`).id', "9007199254740993"],
  ])("%s is %s", (script, value) => expectEval(script, value));

  test("a payload that is a constant can be read in every way and not changed", () => {
    const constants = { event: { commits: [{ id: 2 }, { id: 1 }], id: 7 } };
    expectEval("event.commits.map(|c| c.id)", "[2, 1]", { constants });
    expectEval("event.commits.extract(1..2)[0].id", "1", { constants });
    expectEval('event.get("id")', "7", { constants });
    expectError("event.id = 1", "ErrorAssignmentToConstant", { constants });
    expectError("event.commits.push(1)", "ErrorNonPureMethodCallOnConstant", { constants });
  });
});

describe("blobs and bits", () => {
  test.each([
    ["let b = blob(2, 255); b.push(1); b.len()", "3"],
    ["let n = 0; n[3] = true; n", "8"],
    ["0b1011[0..=1]", "3"],
    ["5[0]", "true"],
    ['"hi".to_blob().as_string()', '"hi"'],
  ])("%s is %s", (script, value) => expectEval(script, value));
});
