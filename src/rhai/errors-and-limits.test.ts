import { describe, expect, test } from "vitest";
import { evaluate, expectError, expectEval, errorOf, placedFaults } from "../../test/support/rhai-run.ts";

describe("errors say where", () => {
  test("line and position", () => {
    expect(errorOf("let a = 1;\nlet b = a + missing;").position).toEqual({ line: 2, column: 13 });
  });
  test("the functions that it came through", () => {
    const error = errorOf("fn inner() { 1 / 0 }\nfn outer() { inner() }\nouter()");
    expect([error.kind, error.innerKind]).toEqual(["ErrorInFunctionCall", "ErrorArithmetic"]);
    expect(error.calls).toEqual(["outer", "inner"]);
    expect(error.position?.line).toBe(1);
  });
  test("the line itself", () => expect(errorOf("let a = 1;\na.nothing()").render()).toContain("a.nothing()"));
  test("a name that is nearly right", () => {
    expect(errorOf("let total = 1; totla").text).toMatch(/total/);
    expect(errorOf('"a".to_uper()').text).toMatch(/to_upper/);
  });
  test("the parent that is missing", () => {
    const error = errorOf("event.repo.name", { scope: { event: {} } });
    expect(error.innerKind).toBe("ErrorDotExpr");
    expect(error.text).toContain("?.name");
    expectEval("event.repo?.name", "()", { scope: { event: {} } });
  });
  test("a parser finds more than the first fault", () => {
    const found = placedFaults("let x = ;\nlet y = 1;\nlet z = );");
    expect(found.length).toBeGreaterThan(1);
    expect(found[0]).toMatch(/^1:/);
  });
  test("modules are refused with the reason", () => {
    expectError('import "m" as m;', "ErrorModuleNotFound");
  });
});

describe("extensions and strict Rhai", () => {
  const scope = { event: { repository: { private: true } } };
  test("reserved words are keys", () => {
    expectEval("event.repository.private", "true", { scope });
    expectEval("#{default: 1}.default", "1");
    expect(placedFaults("event.repository.private", { strict: true })).not.toEqual([]);
  });
  test.each([
    ['["a", "b"].join("-")', '"a-b"'],
    ['format!("{} of {:.1}", 1, 2.0)', '"1 of 2.0"'],
  ])("%s is ours", (script, value) => {
    expectEval(script, value);
    expectError(script, "ErrorFunctionNotFound", { options: { strict: true } });
  });
});

describe("limits", () => {
  test.each([
    ["loop {}", "ErrorTooManyOperations", { maxOperations: 100 }],
    ["let a = [[]]; loop { a[0].pad(900, 0); a[0].clear(); }", "ErrorTooManyOperations", { maxOperations: 5000 }],
    [
      'let all = []; for i in 0..100 { all.push("".pad(90000, "x")); }',
      "ErrorTooManyOperations",
      { maxOperations: 20_000 },
    ],
    ["let all = []; for i in 0..100 { all.push(blob(90000)); }", "ErrorTooManyOperations", { maxOperations: 20_000 }],
    [
      "let big = []; big.pad(900, 0); let rows = []; for i in 0..100 { rows.push([]); } for i in 0..100 { rows[i].append(big); }",
      "ErrorTooManyOperations",
      { maxOperations: 20_000 },
    ],
    ["let a = []; a.pad(900, 1); loop { a.sort(); }", "ErrorTooManyOperations", { maxOperations: 20_000 }],
    ["let a = []; a.pad(9000, 1); a.order_desc()", "ErrorTooManyOperations", { maxOperations: 20_000 }],
    ["fn f(n) { f(n + 1) } f(0)", "ErrorStackOverflow", { maxCallLevels: 20 }],
    ['let s = "ab"; loop { s += s; }', "ErrorDataTooLarge", { maxStringSize: 100 }],
    ["let a = []; loop { a.push(1); }", "ErrorDataTooLarge", { maxArraySize: 100 }],
    ["let m = #{}; let i = 0; loop { m[`k${i}`] = 1; i += 1; }", "ErrorDataTooLarge", { maxMapSize: 100 }],
    ["let a = 1; let b = 2; let c = 3;", "ErrorTooManyVariables", { maxVariables: 2 }],
  ] as const)("%s ends with %s", (script, kind, options) => expectError(script, kind, { options }));

  const long = 'let long = ""; long.pad(3000000, "x");';
  test.each([
    ['let f = Fn("a"); let g = Fn("a"); for i in 0..40 { f = f.curry(f); g = g.curry(g); } f == g'],
    ["let a = []; a.pad(90000, 0); let b = []; b.pad(90000, 0); for i in 0..100 { if a != b { break; } }"],
    ["let a = []; a.pad(90000, 0); let b = []; b.pad(90000, 0); for i in 0..100 { if !(b in [a]) { break; } }"],
    ["let a = []; a.pad(90000, 0); let b = []; b.pad(90000, 0); for i in 0..100 { [a].index_of(b); }"],
    [`${long} for i in 0..10 { sha256(long); }`],
    [`${long} for i in 0..10 { hmac_sha256(long, "x"); }`],
    [`${long} for i in 0..10 { hmac_sha256("x", long); }`],
    [`${long} long.replace("x", "%Y"); format_date(0, long)`],
  ])("what takes long in one call is counted as much: %s", (script) => {
    expectError(script, "ErrorTooManyOperations", { options: { maxOperations: 1_000_000, maxStringSize: 0 } });
  });

  test("what stays just under a limit is fine", () => {
    expectEval("fn f(n) { if n == 0 { 0 } else { f(n - 1) } } f(9)", "0", { options: { maxCallLevels: 10 } });
    expectEval("let a = 1; let b = 2; a + b", "3", { options: { maxVariables: 2 } });
    expectEval("let a = []; a.pad(100, 0); a.len()", "100", { options: { maxArraySize: 100 } });
  });
  test.each([
    [1000, "a.push(x)", "1"],
    [250, "a.push(x)", "[1, 2, 3]"],
    [333, "a += x", "#{ k: [1, 2] }"],
    [1000, "a.insert(0, x)", "1"],
    [333, "a.splice(0, 0, x)", "[1, 2, 3]"],
    [333, "a.append(x)", "[1, 2, 3]"],
    [1000, "a += x", "1"],
  ])("an array of at most 1000 elements takes exactly %i times %s where x is %s", (times, step, x) => {
    const options = { maxArraySize: 1000 };
    const script = (count: number): string => `let a = []; let x = ${x}; for i in 0..${count} { ${step} } "full"`;
    expectEval(script(times), '"full"', { options });
    expectError(script(times + 1), "ErrorDataTooLarge", { options });
  });

  test("what is large is put in whole, wherever it comes from", () => {
    const options = { maxArraySize: 0, maxOperations: 0 };
    const large = "let a = []; a.pad(200000, 1); let b = [0, 9];";
    expectEval(`${large} b += a; b.len()`, "200002", { options });
    expectEval(`${large} b.append(a); b.len()`, "200002", { options });
    expectEval(`${large} b.splice(1, 0, a); [b.len(), b[0], b[1], b[-1]]`, "[200002, 0, 1, 9]", { options });
    expectEval("let a = [1, 2]; a += a; a.append(a); a.splice(1, 1, a); a.len()", "15");
  });

  test("a deadline is told from the host's clock", () => {
    let nowMs = 0;
    const host = { now: () => (nowMs += 1), deadlineMs: 50 };
    expectError("loop {}", "ErrorTerminated", { host, options: { maxOperations: 0 } });
    expect(nowMs).toBeGreaterThan(50);
  });
  test.each([
    ["a sort", "for i in 0..100 { list.push(text + i); } list.sort();"],
    ["a sort downwards into a copy", "for i in 0..100 { list.push(text + i); } list.order_desc();"],
    ["comparisons", "let other = text + 1; text += 2; for i in 0..600 { if other > text { throw i; } }"],
  ])("a deadline ends %s of long texts that begin alike", (_, body) => {
    let nowMs = 0;
    const host = { now: () => (nowMs += 1), deadlineMs: 20 };
    const text = 'let text = ""; text.pad(50_000, "x"); let list = [];';
    expectError(`${text} ${body}`, "ErrorTerminated", { host });
  });
  test("nesting and the number of functions are bounded before a script runs", () => {
    expect(placedFaults(`${"(".repeat(200)}1${")".repeat(200)}`)).not.toEqual([]);
    expect(placedFaults("fn a() {} fn b() {}", { maxFunctions: 1 })).not.toEqual([]);
  });
  test("print goes to the host and nowhere else", () => {
    const lines: string[] = [];
    evaluate('print("a"); print(1.0); debug("b");', {
      host: { print: (text) => void lines.push(text), debug: (text) => void lines.push(`debug ${text}`) },
    });
    expect(lines).toEqual(["a", "1.0", 'debug "b"']);
  });
});

test.each([
  ["as it stands", (body: string) => body],
  ["in a try", (body: string) => `try { ${body} } catch { }`],
  ["in what a try does then", (body: string) => `try { throw 1; } catch { ${body} }`],
  ["in what is thrown", (body: string) => `try { throw { ${body} } } catch { }`],
  ["in an index", (body: string) => `a[{ ${body} 0 }] = 1;`],
])("a loop's turn counts as many operations as its body is long: %s", (_what, within) => {
  const script = `let a = [0]; let n = 0; for i in 0..100 { ${within("n += 1; ".repeat(50))} }`;
  expectError(script, "ErrorTooManyOperations", { options: { maxOperations: 5000 } });
  expectEval(script, "()", { options: { maxOperations: 25_000 } });
});

test("operations are counted to the end of a run", () => {
  const options = { maxOperations: 200 };
  expectEval("for x in 0..150 {}", "()", { options });
  expectError("for x in 0..250 {}", "ErrorTooManyOperations", { options });
  expectError("for x in 0..250 {} return 1;", "ErrorTooManyOperations", { options });
});
