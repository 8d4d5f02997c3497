/** What a payload can make a condition cost has an end, and the counting of it changes no result. */
import { describe, expect, it } from "vitest";
import type { JsonObject, JsonValue } from "../base/index.ts";
import { environmentFor } from "./environment.ts";
import { compileExpression, type ExpressionOutcome } from "./index.ts";

const NAMES = ["payload", "flow"];

function evaluate(text: string, payload: JsonValue): ExpressionOutcome {
  const result = compileExpression(text, NAMES);
  if ("fault" in result) throw new Error(`${text}: ${result.fault.message}`);
  return result.expression.evaluate({ payload, flow: { limit: 3 } });
}

const TEXT = "a".repeat(10_000_000);
const OTHER = `${TEXT.slice(1)}b`;
const MANY = Array.from({ length: 1_300_000 }, (): JsonObject => ({ n: 1 }));
const WORDS = Array.from({ length: 30_000 }, () => `b${"a".repeat(20)}`);

describe("a condition that would take minutes", () => {
  it.each<[string, string, JsonValue]>([
    ["searches a large text for each element", "payload.l.exists(x, payload.t.contains(x))", { l: WORDS, t: TEXT }],
    [
      "does so with what was chosen",
      "payload.l.exists(x, (x == 'q' ? x : payload.t).startsWith(x))",
      { l: WORDS, t: TEXT },
    ],
    ["puts it together anew", "payload.l.exists(x, payload.t + x == payload.o)", { l: WORDS, t: TEXT, o: OTHER }],
    ["counts it", "payload.l.exists(x, size(payload.t) == 1)", { l: WORDS, t: TEXT }],
    ["counts what may be missing", "payload.l.exists(x, payload.?t.orValue('').size() == 1)", { l: WORDS, t: TEXT }],
    ["copies a list", "payload.l.exists(x, (payload.l + [x]).size() == 1)", { l: WORDS }],
    ["makes large texts", "payload.l.map(x, payload.t.lowerAscii()).size() == 1", { l: WORDS, t: TEXT }],
    ["joins with a large text", "payload.l.join(payload.t).size() == 1", { l: WORDS, t: TEXT }],
    ["searches for a large text", "payload.t.contains(payload.o)", { t: TEXT, o: OTHER.slice(5_000_000) }],
    ["matches a costly pattern", "payload.t.matches('([a-c].){200}z')", { t: TEXT }],
    ["passes over an error for each element", "payload.l.exists(x, x.nope == 1)", { l: MANY.slice(0, 110_000) }],
    ["passes over many", "payload.l.exists(x, x.a == 1 && x.b == 1 && x.c == 1)", { l: MANY.slice(0, 40_000) }],
    ["reads millions beside a key of the name `constructor`", "payload.n == 1", { constructor: 1, l: MANY }],
    ["loops over millions", "payload.l.exists(x, x.n == 2)", { l: MANY }],
  ])("fails and says so when it %s", (_, text, payload) => {
    expect(evaluate(text, payload)).toEqual({
      kind: "failed",
      message: expect.stringMatching(/reads too much/) as string,
    });
  });

  it("is refused at load when its form alone tells that", () => {
    for (const text of [
      "payload.l.exists(x, {'a': payload.t} == {'a': payload.o})",
      "payload.l.exists(x, payload.?t.orValue('') == payload.o)",
      "payload.l.exists(x, [payload.t][0] == payload.o)",
      "payload.l.all(x, (x == 'q' ? x : payload.t) != payload.o)",
    ])
      expect(compileExpression(text, NAMES)).toMatchObject({ fault: { code: "costly-expression" } });
  });

  it("reads no duration out of a long text, and repeats none in its message", () => {
    expect(evaluate("duration(payload) == duration('1s')", "1".repeat(20_000))).toEqual({
      kind: "failed",
      message: "A duration has at most 64 characters.",
    });
    const long = evaluate("bool(payload)", TEXT);
    expect(long.kind === "failed" && long.message.length).toBeLessThan(600);
  });
});

describe("a condition of use", () => {
  it.each<[string, JsonValue]>([
    ["payload.t.contains('needle in a large text')", { t: TEXT }],
    ["payload.t.startsWith('a') && payload.t.endsWith('a') && size(payload.t) > 5", { t: TEXT }],
    ["payload.l.all(x, x.startsWith('b') && x.contains('a') && size(x) == 21)", { l: WORDS }],
    ["payload.l.exists(x, x.n + payload.offset == payload.limit)", { l: MANY.slice(0, 1000), offset: 1, limit: 2 }],
    ["payload.l.exists(x, has(x.id) && x.id == payload.head.id)", { l: MANY.slice(0, 50_000), head: { id: "a" } }],
    ["payload.t.matches('^refs/tags/v[0-9]+$')", { t: TEXT.slice(0, 100_000) }],
  ])("has its answer: %s", (text, payload) => {
    expect(evaluate(text, payload).kind).toBe("value");
  });
});

const PAYLOAD: JsonValue = {
  words: ["docs/a.md", "src/b.ts", ""],
  commits: [{ id: "a", files: ["x", "docs/y"], n: 1 }, { id: "b" }, { files: [] }],
  text: "a,b;c,d",
  map: { k: 1, l: "2" },
  number: 4.5,
  none: null,
};

/** Loops, calls, operators, comments, parentheses, errors that are passed over and errors that are not. */
const EXPRESSIONS = [
  "payload.words.exists(w, w.startsWith('docs/'))",
  "payload.words.exists( w // the word\n, (w).contains('b') // found\n)",
  "payload.words.all(w, size(w) > 3)",
  "(payload.words).exists_one(w, w == '')",
  "payload.commits.exists(c, c.files.exists(f, f.startsWith('docs/')))",
  "payload.commits.exists(c, c.nope == 1)",
  "payload.commits.exists(c, c.n)",
  "payload.commits.all(c, has(c.files) || c.id == 'b')",
  "payload.commits.exists(c, c.?files[?0].orValue('') == 'x')",
  "payload.commits.filter(c, has(c.id)).map(c, c.id).join('-') == 'a-b'",
  "payload.commits.map(c, has(c.n), c.n + 1).size() == 1",
  "payload.commits.map(c, c.n).size() == 1",
  "payload.map.exists(k, payload.map[k] == '2')",
  "payload.text.split(',') == ['a', 'b;c', 'd'] && payload.text.split(',', 2)[1] == 'b;c,d'",
  "payload.text.split(',', 0).size() == 0 && payload.text.split(',', -1).size() == 3",
  "payload.text.indexOf('b') == 2 && payload.text.indexOf('a', 1) == -1 && payload.text.indexOf('', 3) == 3",
  "payload.text.indexOf('b', 99) == 2",
  "payload.text.lastIndexOf(',') == 5 && payload.text.lastIndexOf(',', 4) == 1",
  "payload.words.join() == 'docs/a.mdsrc/b.ts' && payload.words.join('+') != ''",
  "payload.commits.join() == ''",
  "payload.words.contains('a')",
  "payload.number.contains('a')",
  "payload.text.matches('^a.*d$') && !payload.text.matches('x')",
  "payload.words.exists(w, w + 'x' == 'x') && payload.words.exists(w, (w == '' ? 'y' : w) == 'y')",
  "payload.words.exists(w, optional.of(w).hasValue() && type(w) == string && dyn(w) == '')",
  "payload.words.exists(w, int(payload.number) + flow.limit == 7 && string(payload.number) == '4.5')",
  "duration('90s') > duration('1m') && payload.words.exists(w, duration('1s') == duration(payload.text))",
  "payload.commits.exists(c, [c.n, 2].exists(m, m == 1) && {'a': c.id}.a == 'a')",
  "payload.commits.all(c, payload.commits.size() == 3 && !(payload.none != null))",
  "payload.words.exists(w, w.size() == flow.limit * 3)",
];

describe("counting what is read", () => {
  it.each(EXPRESSIONS)("changes no result: %s", (text) => {
    const plain = (): unknown => {
      try {
        return environmentFor(NAMES).parse(text)({ payload: PAYLOAD, flow: { limit: 3 } }) as unknown;
      } catch {
        return "no value";
      }
    };
    const outcome = evaluate(text, PAYLOAD);
    expect(outcome.kind === "value" ? outcome.value : "no value").toEqual(plain());
  });

  it("leaves the places by which what is missing is named", () => {
    const reason = (text: string): unknown => {
      const outcome = evaluate(text, PAYLOAD);
      return outcome.kind === "missing" && outcome.reason;
    };
    expect(reason("payload.words.exists(w, w == 'q') || payload.nope == 1")).toBe("payload.nope: No such key: nope");
    expect(reason("payload.commits.exists(c, c.files.all(f, f == 'q') && (c.nope) == 1)")).toMatch(
      /^c\.\w+: No such key/,
    );
    expect(reason("payload.commits.exists(c, c.id == 'q') || payload.commits[9].id == ''")).toMatch(
      /^payload.commits\[9\]: /,
    );
  });
});
