import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Source } from "../text/index.ts";
import {
  compileScript,
  display,
  parseScript,
  RhaiError,
  RhaiScope,
  rhaiValues,
  toJsonText,
  type RhaiErrorKind,
  type RhaiOptions,
  type RhaiValue,
} from "./index.ts";

type Variables = Readonly<Record<string, RhaiValue>>;

function evaluate(script: string, variables: Variables = {}, options: Partial<RhaiOptions> = {}): RhaiValue {
  const compiled = compileScript(new Source("t.rhai", script), options);
  if ("diagnostics" in compiled) throw new Error(compiled.diagnostics.map(({ message }) => message).join("\n"));
  const scope = new RhaiScope();
  for (const [name, value] of Object.entries(variables)) scope.setValue(name, value);
  return compiled.script.run(scope);
}

function kindOf(script: string, options: Partial<RhaiOptions> = {}, variables: Variables = {}): RhaiErrorKind | "none" {
  try {
    evaluate(script, variables, options);
    return "none";
  } catch (thrown) {
    if (thrown instanceof RhaiError) return thrown.innerKind;
    throw thrown;
  }
}

const MIN = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;
const edges = [
  0n,
  1n,
  -1n,
  2n,
  MAX,
  MIN,
  MAX - 1n,
  MIN + 1n,
  2n ** 53n,
  2n ** 53n - 1n,
  -(2n ** 53n),
  2n ** 32n,
  3037000500n,
];
const i64 = fc.oneof(
  fc.bigInt({ min: MIN, max: MAX }),
  fc.constantFrom(...edges),
  fc.bigInt({ min: -1000n, max: 1000n }),
  fc
    .tuple(fc.constantFrom(...edges), fc.bigInt({ min: -3n, max: 3n }))
    .map(([edge, near]) => BigInt.asIntN(64, edge + near)),
);

/** What an operator gives on unbounded integers; undefined where it has no result. */
const MODEL: Readonly<Record<string, (a: bigint, b: bigint) => bigint | undefined>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => (b === 0n ? undefined : a / b),
  "%": (a, b) => (b === 0n || (a === MIN && b === -1n) ? undefined : a % b),
  "&": (a, b) => a & b,
  "|": (a, b) => a | b,
  "^": (a, b) => a ^ b,
};

/** The result as text, or the kind of the error. */
function outcome(script: string, variables: Variables): string {
  try {
    return display(evaluate(script, variables));
  } catch (thrown) {
    if (thrown instanceof RhaiError) return thrown.innerKind;
    throw thrown;
  }
}

describe("integers are those of mathematics, or an error", () => {
  test.each(Object.entries(MODEL))("a %s b", (op, model) => {
    fc.assert(
      fc.property(i64, i64, (a, b) => {
        const exact = model(a, b);
        const isI64 = exact !== undefined && exact >= MIN && exact <= MAX;
        const variables = { a: rhaiValues.int(a), b: rhaiValues.int(b) };
        // Once with variables and once with literals: those are computed in another way.
        for (const script of [`a ${op} b`, `(${a}) ${op} (${b})`, `let x = a; x ${op}= b; x`]) {
          expect(outcome(script, variables)).toBe(isI64 ? String(exact) : "ErrorArithmetic");
        }
      }),
    );
  });

  test("a ** b", () => {
    fc.assert(
      fc.property(i64, fc.integer({ min: 0, max: 70 }), (a, b) => {
        const exact = a ** BigInt(b);
        const variables = { a: rhaiValues.int(a), b };
        const isI64 = exact >= MIN && exact <= MAX;
        expect(outcome("a ** b", variables)).toBe(isI64 ? String(exact) : "ErrorArithmetic");
      }),
    );
  });

  test("comparisons, negation, abs, and the way through text and JSON", () => {
    fc.assert(
      fc.property(i64, i64, (a, b) => {
        const variables = { a: rhaiValues.int(a), b: rhaiValues.int(b) };
        const script = "[a < b, a <= b, a == b, a != b, a >= b, a > b]";
        expect(toJsonText(evaluate(script, variables))).toBe(
          JSON.stringify([a < b, a <= b, a === b, a !== b, a >= b, a > b]),
        );
        expect(display(evaluate("parse_int(a.to_string())", variables))).toBe(String(a));
        expect(display(evaluate("parse_json(`[${a}]`)[0]", variables))).toBe(String(a));
        for (const text of ["-a", "a.abs()"]) {
          const exact = text === "-a" || a < 0n ? -a : a;
          expect(outcome(text, variables)).toBe(exact > MAX ? "ErrorArithmetic" : String(exact));
        }
      }),
    );
  });
});

const word = fc.string({
  unit: fc.constantFrom("a", "b", "A", " ", "é", "👋", "ß", ",", "$", "\\", '"', "`", "\n"),
  maxLength: 12,
});
const chars = (text: string): string[] => Array.from(text);

/** A function of a text and what a simple model of it gives. */
const STRING_MODELS: readonly (readonly [script: string, model: (s: string, t: string, n: number) => unknown])[] = [
  ["s.len()", (s) => chars(s).length],
  ["s.bytes()", (s) => Buffer.byteLength(s)],
  ["s + t", (s, t) => s + t],
  ["s == t", (s, t) => s === t],
  ["s.contains(t)", (s, t) => s.includes(t)],
  ["s.starts_with(t)", (s, t) => s.startsWith(t)],
  ["s.ends_with(t)", (s, t) => s.endsWith(t)],
  ["s.index_of(t)", (s, t) => (s !== "" && s.includes(t) ? chars(s.slice(0, s.indexOf(t))).length : -1)],
  ["s.to_chars().join()", (s) => s],
  ["s.split(',').join(\",\")", (s) => s],
  ['let x = s; x.replace(",", t); x', (s, t) => s.replaceAll(",", () => t)],
  ["let x = s; x.trim(); x", (s) => s.trim()],
  ["let x = s; x.truncate(n); x", (s, _t, n) => chars(s).slice(0, n).join("")],
  ["s.sub_string(n)", (s, _t, n) => chars(s).slice(n).join("")],
  [
    "s.sub_string(n, 2)",
    (s, _t, n) =>
      chars(s)
        .slice(n, n + 2)
        .join(""),
  ],
  ["let x = s; x.pad(n, '*'); x", (s, _t, n) => s + "*".repeat(Math.max(0, n - chars(s).length))],
  ["`<${s}>${t}`", (s, t) => `<${s}>${t}`],
  ["hex_decode(hex_encode(s))", (s) => s],
  ["base64_decode(base64_encode(s))", (s) => s],
  ["base64url_decode(base64url_encode(s))", (s) => s],
  ['parse_json(`{"k":1}`).k', () => 1],
  ["s.to_blob().as_string()", (s) => s],
];

test.each(STRING_MODELS)("%s is what a simple model gives", (script, model) => {
  fc.assert(
    fc.property(word, word, fc.nat({ max: 15 }), (s, t, n) => {
      expect(JSON.parse(toJsonText(evaluate(script, { s, t, n })))).toEqual(model(s, t, n));
    }),
  );
});

const repeated = (count: number, text: string): string => text.repeat(count);

/** A script of size n, the option that bounds it, and what is said one beyond. */
const LIMITS: readonly (readonly [
  name: string,
  script: (size: number) => string,
  limit: (size: number) => Partial<RhaiOptions>,
  kind: RhaiErrorKind,
])[] = [
  [
    "string",
    (n) => `let s = ""; for i in 0..${n} { s += "x"; } s.len()`,
    (n) => ({ maxStringSize: n }),
    "ErrorDataTooLarge",
  ],
  [
    "array",
    (n) => `let a = []; for i in 0..${n} { a.push(i); } a.len()`,
    (n) => ({ maxArraySize: n }),
    "ErrorDataTooLarge",
  ],
  [
    "map",
    (n) => `let m = #{}; for i in 0..${n} { m[\`k\${i}\`] = i; } m.len()`,
    (n) => ({ maxMapSize: n }),
    "ErrorDataTooLarge",
  ],
  [
    "blob",
    (n) => `let b = blob(); for i in 0..${n} { b.push(1); } b.len()`,
    (n) => ({ maxArraySize: n }),
    "ErrorDataTooLarge",
  ],
  [
    "calls",
    (n) => `fn f(n) { if n > 1 { f(n - 1) } else { 1 } } f(${n})`,
    (n) => ({ maxCallLevels: n }),
    "ErrorStackOverflow",
  ],
  ["padding", (n) => `let s = "a"; s.pad(${n}, 'x'); s.len()`, (n) => ({ maxStringSize: n }), "ErrorDataTooLarge"],
  [
    "join",
    (n) => `["${repeated(n - 2, "x")}", "y"].join("-").len()`,
    (n) => ({ maxStringSize: n }),
    "ErrorDataTooLarge",
  ],
];

test.each(LIMITS)("the limit of %s is kept exactly", (_name, script, limit, kind) => {
  fc.assert(
    fc.property(fc.integer({ min: 5, max: 40 }), (size) => {
      expect(kindOf(script(size), limit(size))).toBe("none");
      expect(kindOf(script(size + 1), limit(size))).toBe(kind);
    }),
    { numRuns: 20 },
  );
});

test("operations, functions and nesting are bounded", () => {
  expect(kindOf("let i = 0; while i < 100 { i += 1; }", { maxOperations: 1000 })).toBe("none");
  expect(kindOf("loop { }", { maxOperations: 1000 })).toBe("ErrorTooManyOperations");
  expect(kindOf("fn f() { g() } fn g() { f() } f()", { maxCallLevels: 0 })).toBe("ErrorStackOverflow");
  const functions = (count: number): string =>
    Array.from({ length: count }, (_, index) => `fn f${index}() { }`).join("\n");
  const faults = (script: string, options: Partial<RhaiOptions>): number =>
    parseScript(new Source("t", script), options).diagnostics.length;
  expect(faults(functions(5), { maxFunctions: 5 })).toBe(0);
  expect(faults(functions(6), { maxFunctions: 5 })).toBe(1);
  expect(faults("1 + 1", { maxScriptChars: 5 })).toBe(0);
  expect(faults("1 + 12", { maxScriptChars: 5 })).toBe(1);
});

const TOKENS =
  "let const fn if else while loop for in do until switch break continue return throw try catch this x y f constructor __proto__ globalThis process print eval call 0 1 -1 9223372036854775807 1e308 0xff \"s\" 'c' `t${ } ` + - * / % ** << >> & | ^ == != < <= && || ! ?? ?. ?[ . .. ..= , ; : :: ( ) [ ] { } #{ => = += |x| true false () [] #{} _ len() push(1) ${".split(
    " ",
  );

const SMALL: Partial<RhaiOptions> = {
  maxOperations: 2000,
  maxStringSize: 10_000,
  maxArraySize: 1000,
  maxMapSize: 1000,
  maxCallLevels: 20,
};

/** Compiles and runs whatever it is, and tells what else than a fault of the script came out. */
function harmOf(script: string, options: Partial<RhaiOptions> = SMALL): unknown {
  const compiled = compileScript(new Source("soup", script), options);
  if ("diagnostics" in compiled) {
    const misplaced = compiled.diagnostics.filter(({ span }) => span.start > script.length);
    return compiled.diagnostics.length === 0 ? "refused without a word" : misplaced[0];
  }
  try {
    compiled.script.run(new RhaiScope());
    return undefined;
  } catch (thrown) {
    // A fault of the engine under us is wrapped, with its cause.
    return thrown instanceof RhaiError ? thrown.cause : thrown;
  }
}

test("token soup is refused or runs, and nothing else", () => {
  const before = Object.getOwnPropertyNames(globalThis).join();
  const soup = fc.array(fc.constantFrom(...TOKENS), { maxLength: 25 }).map((tokens) => tokens.join(" "));
  fc.assert(
    fc.property(soup, (script) => {
      expect(harmOf(script)).toBeUndefined();
    }),
    { numRuns: 3000 },
  );
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 40 }), (script) => {
      expect(harmOf(script)).toBeUndefined();
    }),
    { numRuns: 1000 },
  );
  expect(Object.getOwnPropertyNames(globalThis).join()).toBe(before);
  expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
});

const DEEP = 20_000;

test.each([
  ["parentheses", repeated(DEEP, "(")],
  ["closed parentheses", `${repeated(DEEP, "(")}1${repeated(DEEP, ")")}`],
  ["arrays", repeated(DEEP, "[")],
  ["maps", repeated(DEEP, "#{a:")],
  ["blocks", repeated(DEEP, "{")],
  ["signs", `${repeated(DEEP, "- ")}1`],
  ["denials", `${repeated(DEEP, "!")}true`],
  ["properties", `a${repeated(DEEP, ".b")}`],
  ["indices", `a${repeated(DEEP, "[0]")}`],
  ["calls in calls", repeated(DEEP, "f(")],
  ["closures", `${repeated(DEEP, "|x| ")}1`],
  ["sums", `1${repeated(DEEP, " + 1")}`],
  ["powers", `1${repeated(DEEP, " ** 1")}`],
  ["else-ifs", `if a { 1 }${repeated(DEEP, " else if a { 1 }")}`],
  ["templates", repeated(DEEP, "`${")],
  ["comments", repeated(DEEP, "/*")],
  ["statements", repeated(DEEP, "1;")],
  ["digits", repeated(DEEP, "9")],
  ["hexadecimal digits", `0x${repeated(DEEP, "f")}`],
  ["a name", repeated(DEEP, "x")],
  ["a string", `"${repeated(DEEP, "\\n")}"`],
  ["raw string marks", `${repeated(DEEP, "#")}"`],
  ["array elements", `[${repeated(DEEP, "1,")}]`],
  ["parameters", `fn f(${Array.from({ length: 2000 }, (_, index) => `p${index}`).join()}) { }`],
])("very many %s do no harm", (_what, script) => {
  expect(harmOf(script)).toBeUndefined();
  expect(harmOf(script, { ...SMALL, maxExprDepth: 0, maxFunctionExprDepth: 0 })).toBeUndefined();
});

test("deep values are refused before anything that walks them can fail", () => {
  expect(harmOf("let a = []; loop { a = [a]; }", { maxOperations: 100_000 })).toBeUndefined();
  expect(harmOf("let m = #{}; loop { m = #{ m: m }; }", { maxOperations: 100_000 })).toBeUndefined();
  expect(harmOf("let a = [1]; loop { a += a; }", { maxOperations: 100_000 })).toBeUndefined();
  expect(harmOf('let s = "x"; loop { s += s; }', { maxOperations: 100_000 })).toBeUndefined();
});

describe("names of the host's language are plain names", () => {
  test.each([
    "constructor",
    "__proto__",
    "prototype",
    "toString",
    "hasOwnProperty",
    "valueOf",
    "globalThis",
    "process",
    "require",
  ])("%s", (name) => {
    const json = `{"${name}":{"${name}":[2]}}`;
    const map = `let m = #{ "${name}": 1 }; m["${name}"] += 1; `;
    expect(toJsonText(evaluate(`${map} [m["${name}"], m.contains("${name}"), m.keys()]`))).toBe(`[2,true,["${name}"]]`);
    expect(evaluate(`#{}["${name}"]`)).toBe(null);
    expect(toJsonText(evaluate(`#{}.${name.replace(/^__/, "x")}`))).toBe("null");
    expect(toJsonText(evaluate("parse_json(j)", { j: json }))).toBe(json);
    expect(kindOf(name.replace(/^__/, "x"))).toBe("ErrorVariableNotFound");
    expect(kindOf(`"text".${name.replace(/^__/, "x")}`)).toMatch(/ErrorDotExpr|ErrorPropertyNotFound/);
    expect(kindOf(`[1].${name.replace(/^__/, "x")}()`)).toBe("ErrorFunctionNotFound");
    expect(evaluate(`let ${name.replace(/^__/, "x")} = 7; ${name.replace(/^__/, "x")}`)).toBe(7);
    expect(evaluate(`fn ${name.replace(/^__/, "x")}(a) { a } ${name.replace(/^__/, "x")}(7)`)).toBe(7);
  });
});
