/** Texts and containers at the size that the limits allow: what scripts do with them ends in time, and is right. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { errorOf, evaluate, expectError, expectEval } from "../../test/support/rhai-run.ts";
import { compareText, sortTexts } from "./text-order.ts";
import { toJsonText, type RhaiHost } from "./index.ts";
import { RhaiArray } from "./containers.ts";
import { char } from "./values.ts";

const text = fc.string({ unit: "grapheme", maxLength: 12 });
const list = (value: unknown): unknown => (value instanceof RhaiArray ? value.items : value);

describe("a script ends soon after its time is up", () => {
  /** A clock that a script moves on by what it does: `print` takes as long as the text that it is given says. */
  function slowPrinter(deadlineMs: number): { host: RhaiHost; calls: () => number } {
    let nowMs = 0;
    let calls = 0;
    const print = (takesMs: string): void => {
      calls += 1;
      nowMs += Number(takesMs);
    };
    return { host: { now: () => nowMs, deadlineMs, print }, calls: () => calls };
  }

  test("when each of its operations is slow", () => {
    const { host, calls } = slowPrinter(1000);
    expectError('loop { print("100"); }', "ErrorTerminated", { host });
    expect(calls()).toBeLessThan(20);
  });

  test("when they become slow after many quick ones", () => {
    const { host, calls } = slowPrinter(1000);
    expectError('for i in 0..5000 { print("0"); } loop { print("50"); }', "ErrorTerminated", { host });
    // Between two looks at the clock are 256 quick operations at most, of which printing is one in three or so.
    expect(calls()).toBeLessThan(5000 + 150);
  });

  test("when a function goes over much at once", () => {
    const looks = { count: 0 };
    const host: RhaiHost = { now: () => (looks.count += 1), deadlineMs: 50 };
    const script = 'let s = ""; s.pad(1000000, "a"); let n = 0; for i in 0..10000 { s.contains("b"); n += 1; } n';
    expect(errorOf(script, { host }).innerKind).toBe("ErrorTerminated");
  });

  test.each([
    ["copies in an array are the same bytes until one changes", "a.push(b); a.len()", undefined],
    ["a copy that changes", "a.push(b); a[-1][0] = 1;", "ErrorTooManyOperations"],
    ["a copy that a function changes", "a.push(b); a[-1].reverse();", "ErrorTooManyOperations"],
    ["copies that closures hold", "let c = b; c.set(0, 1); a.push(|| c);", "ErrorTooManyOperations"],
    ["parts", "a.push(b.extract(1));", "ErrorTooManyOperations"],
    ["two as one", "a.push(b + blob());", "ErrorTooManyOperations"],
    ["what was a text", "a.push(s.to_blob());", "ErrorTooManyOperations"],
    ["what was cut off", "let c = b; a.push(c.split(1));", "ErrorTooManyOperations"],
    ["what was decoded", "a.push(hex_decode_blob(h));", "ErrorTooManyOperations"],
  ] as const)("bytes are bounded by operations: %s", (_what, turn, kind) => {
    const script = `let b = blob(500000); let s = ""; s.pad(500000, "s"); let h = hex_encode(b); let a = [];
      for turn in 0..500 { ${turn} }`;
    if (kind === undefined) evaluate(script);
    else expectError(script, kind);
  });

  test.each([
    "s += p;",
    "s = s + p;",
    "s = p + s;",
    "s.append(p);",
    "s = `${s}${p}`;",
    "s = `${s}0123456789012345678901234567890123456789`;",
  ])("a text that grows to megabytes piece by piece takes time in proportion to it: %s", (turn) => {
    const script = `let p = "0123456789012345678901234567890123456789"; let s = ""; for i in 0..100000 { ${turn} } s.len()`;
    const startedMs = performance.now();
    expectEval(script, "4000000");
    // To measure all of it at each turn took minutes.
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    expectError(script.replace("100000", "110000"), "ErrorDataTooLarge");
  });

  test("a native function that another one calls is counted", () => {
    const nums = Array.from({ length: 30_000 }, (_, at) => (at * 7919) % 100_003);
    const host: RhaiHost = { now: () => 2, deadlineMs: 1 };
    for (const call of ['sort("-")', 'map("to_string")', 'reduce("+", 0)', 'filter("is_odd")'])
      expectError(`a.${call}`, "ErrorTerminated", { scope: { a: nums }, host });
    expectError('a.sort("-")', "ErrorTooManyOperations", { scope: { a: nums }, options: { maxOperations: 50_000 } });
  });

  test("a blob that grows byte by byte costs what it holds", () =>
    expectEval("let b = blob(); for i in 0..20000 { b.push(i); } b.len()", "20000"));

  test("operations count as before, however often the clock is looked at", () => {
    const { host } = slowPrinter(1_000_000);
    const script = 'for i in 0..100 { print("20"); }';
    const least = [100, 200, 300, 400, 500, 600].find((maxOperations) => {
      try {
        evaluate(script, { options: { maxOperations } });
        return true;
      } catch {
        return false;
      }
    })!;
    evaluate(script, { host, options: { maxOperations: least } });
    expectError(script, "ErrorTooManyOperations", { host, options: { maxOperations: least - 100 } });
  });
});

describe("what would be too large is refused before it is made", () => {
  test.each([
    ["let big = []; big.pad(900000, 1); let rows = []; rows.pad(900000, big);", "ErrorTooManyOperations"],
    ['let s = ""; s.pad(1000000, "a"); format("{0}{0}{0}{0}{0}{0}{0}{0}", s)', "ErrorDataTooLarge"],
    ['let s = ""; s.pad(2000000, "a"); let t = s; s.replace("a", t)', "ErrorDataTooLarge"],
    ['let s = ""; s.pad(3000000, "a"); s.split("a")', "ErrorDataTooLarge"],
    ['let s = ""; s.pad(3000000, "a"); s.split_rev("a")', "ErrorDataTooLarge"],
    ['let s = ""; s.pad(3000000, "a"); s.to_chars()', "ErrorDataTooLarge"],
    // What stands in a value often is there once, and in its text each time.
    ['let s = ""; s.pad(3000000, "a"); let l = []; l.pad(1000, s); l.to_json()', "ErrorDataTooLarge"],
    ['let s = ""; s.pad(3000000, "a"); let l = []; l.pad(1000, s); l.to_string()', "ErrorDataTooLarge"],
    ['let s = ""; s.pad(3000000, "a"); let l = []; l.pad(1000, #{ k: s }); l.to_debug()', "ErrorDataTooLarge"],
    ['let s = ""; s.pad(3000000, "a"); let l = []; l.pad(1000, s); `${l}`', "ErrorDataTooLarge"],
  ] as const)("%s", (script, kind) => {
    expectError(script, kind);
  });

  test("JSON of more elements than a script may hold is not read", () => {
    const text = `[${"[],".repeat(2_000_000)}1]`;
    const before = process.memoryUsage().heapUsed;
    expect(errorOf("parse_json(s)", { scope: { s: text } }).innerKind).toBe("ErrorDataTooLarge");
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100_000_000);
  });

  test.each(["l.map(|n| { print(``); #{ n: n } })", "l.zip(l, |n, m| { print(``); #{ n: n } })"])(
    "what a callback makes of many items: %s",
    (script) => {
      let calls = 0;
      const host: RhaiHost = { print: () => void (calls += 1) };
      const options = { maxMapSize: 1000 };
      expectError(`let l = []; l.pad(100000, 1); ${script}`, "ErrorDataTooLarge", { host, options });
      expect(calls).toBeLessThan(3000);
    },
  );

  test("what a result would be as JSON", () => {
    const script = 'let s = ""; s.pad(3000000, "a"); let l = []; l.pad(1000, s); l';
    expect(() => toJsonText(evaluate(script))).toThrow("Length of JSON too large");
  });

  test("a number that is none is refused however many digits it has", () => {
    const digits = "9".repeat(1_000_000);
    expect(errorOf("parse_float(s)", { scope: { s: `${digits}x` } }).innerKind).toBe("ErrorArithmetic");
  });
});

describe("characters beyond U+FFFF count once, wherever they stand", () => {
  const run = (script: string, scope: Record<string, unknown>) => list(evaluate(script, { scope }));

  test("at the end", () => {
    fc.assert(
      fc.property(text, fc.integer({ min: -1, max: 14 }), (s, count) => {
        const points = Array.from(s);
        const kept = count <= 0 ? points.length : Math.max(0, points.length - count);
        expect(run("let t = s; [t.pop(n), t]", { s, n: count })).toEqual([
          points.slice(kept).join(""),
          points.slice(0, kept).join(""),
        ]);
      }),
    );
  });

  test("at a position, from either end", () => {
    fc.assert(
      fc.property(text, fc.integer({ min: -14, max: 14 }), (s, index) => {
        const points = Array.from(s);
        const found = points.at(index);
        expect(run("s.get(i)", { s, i: index })).toEqual(found === undefined ? null : char(found));
        if (found !== undefined) points[index < 0 ? points.length + index : index] = "💶";
        expect(run("let t = s; t.set(i, '💶'); t", { s, i: index })).toBe(points.join(""));
      }),
    );
  });
});

test("replacing takes the new text as it is", () => {
  expectEval('let s = "a-b-a"; s.replace("a", "$&$1"); s', '"$&$1-b-$&$1"');
  expectEval('let s = "aaa"; s.replace("aa", "b"); s', '"ba"');
  expectEval('let s = "ab"; s.replace("", "-"); s', '"-a-b-"');
  expectEval('"a-b-a" - "a"', '"-b-"');
  expectEval('let s = "a-b"; s.remove(""); s', '"a-b"');
});

test("at most so many parts: the last one keeps the rest", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("a", "b", "€", "💶"), maxLength: 12 }),
      fc.constantFrom("a", "ab", "€", "💶", ""),
      fc.integer({ min: 1, max: 5 }),
      (s, separator, count) => {
        const all = s === "" ? [""] : separator === "" ? ["", ...Array.from(s), ""] : s.split(separator);
        const [first, rest] = [all.slice(0, count - 1), all.slice(count - 1)];
        expect(list(evaluate("s.split(by, n)", { scope: { s, by: separator, n: count } }))).toEqual(
          all.length <= count ? all : [...first, rest.join(separator)],
        );
      },
    ),
  );
});

test("texts are sorted by their code points, whichever way is taken", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom("a", "b", "\uffee", "💶", "é") })), (texts) => {
      expect(sortTexts([...texts])).toEqual([...texts].sort(compareText));
    }),
  );
});
