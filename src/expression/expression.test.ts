import { describe, expect, it } from "vitest";
import { parseJson, type JsonObject } from "../base/index.ts";
import { compileExpression } from "./index.ts";

const NAMES = ["event", "headers", "payload", "tenant", "flow", "prev", "lookup"];

const PAYLOAD = parseJson(`{
  "amount": 250, "rate": 2.5, "whole": 5.0, "id": 12345678901234567890, "odd": 9007199254740993,
  "type": "payment_intent.succeeded", "text": "5", "none": null, "list": [1, 2, 3],
  "user": { "name": "ada" },
  "commits": [{ "id": "a", "files": ["docs/x.md"] }, { "id": "b", "files": [] }],
  "odd_keys": { "constructor": "own", "__proto__": "plain" }
}`);

const SCOPE = {
  event: { type: "github", payload: PAYLOAD },
  headers: { "x-github-event": "push" },
  payload: PAYLOAD,
  tenant: "demo",
  flow: { limit: 100 },
  prev: null,
} as JsonObject;

function compiled(text: string) {
  const result = compileExpression(text, NAMES);
  if ("fault" in result) throw new Error(`${text}: ${result.fault.message}`);
  return result.expression;
}

function expectTrue(text: string) {
  expect(compiled(text).evaluate(SCOPE), text).toEqual({ kind: "value", value: true });
}

function expectFalse(text: string) {
  expect(compiled(text).evaluate(SCOPE), text).toEqual({ kind: "value", value: false });
}

function expectMissing(text: string, reason: RegExp) {
  const outcome = compiled(text).evaluate(SCOPE);
  expect(outcome.kind, text).toBe("missing");
  expect("reason" in outcome && outcome.reason, text).toMatch(reason);
}

function expectFailed(text: string, message: RegExp) {
  const outcome = compiled(text).evaluate(SCOPE);
  expect(outcome.kind, text).toBe("failed");
  expect("message" in outcome && outcome.message, text).toMatch(message);
}

function faultOf(text: string) {
  const result = compileExpression(text, NAMES);
  if (!("fault" in result)) throw new Error(`${text} compiled`);
  return result.fault;
}

describe("conditions of the original page", () => {
  it("compares a header and a payload's field", () => {
    expectTrue("headers['x-github-event'] == 'push'");
    expectFalse("headers['x-github-event'] == 'pull_request'");
    expectTrue("event.payload.type == 'payment_intent.succeeded'");
  });
});

describe("numbers", () => {
  it("compares a payload's numbers with literals of either kind", () => {
    for (const text of ["payload.amount > 100", "payload.amount == 250", "payload.amount == 250.0", "payload.rate > 2"])
      expectTrue(text);
    for (const text of [
      "payload.whole == 5",
      "payload.amount != 251",
      "payload.amount > flow.limit",
      "payload.rate == 2.5",
    ])
      expectTrue(text);
    expectTrue("5 in [1, 5] && payload.whole in [1, 5]");
  });

  it("calculates with payload numbers and literals mixed", () => {
    for (const text of ["payload.amount + 1 == 251", "1 + payload.amount == 251", "payload.whole % 2 == 1"])
      expectTrue(text);
    for (const text of ["payload.rate * 2 == 5", "payload.amount / 100 == 2.5", "-payload.whole == -5"])
      expectTrue(text);
  });

  it("keeps every digit of large integers", () => {
    expectTrue("payload.id == 12345678901234567890");
    expectTrue("payload.odd == 9007199254740993");
    expectFalse("payload.odd == 9007199254740992");
    expectTrue("payload.id > payload.amount");
  });

  it("does not compare a text with a number", () => {
    expectFailed("payload.text > 3", /no such overload: string > int/);
    expectFalse("payload.text == 5");
  });

  it("says when a remainder has no divisor", () => {
    expectFailed("payload.amount % 0 == 1", /modulo by zero/);
  });
});

describe("what is not there", () => {
  it("is a false condition with its reason", () => {
    expectMissing("headers['nope'] == 'push'", /nope/);
    expectMissing("event.payload.nope.deeper == 1", /nope/);
    expectMissing("payload.none.x == 1", /No such key: x/);
    expectMissing("payload.list[7] == 1", /index 7/);
    expectMissing("prev.x == 1", /x/);
    expectMissing("lookup.x == 1", /lookup.*has not run/);
  });

  it("does not matter when the rest decides", () => {
    expectTrue("payload.nope == 1 || true");
    expectFalse("payload.nope == 1 && false");
    expectTrue("has(payload.user) && !has(payload.nope)");
    expectTrue("payload.?nope.orValue(7) == 7");
  });
});

describe("lists, texts and objects", () => {
  it("searches them", () => {
    for (const text of ["payload.list.exists(x, x > 2)", "2 in payload.list", "size(payload.list) == 3"])
      expectTrue(text);
    for (const text of ["payload.user.name.startsWith('a')", "payload.user == {'name': 'ada'}"]) expectTrue(text);
    expectTrue("payload.commits.exists(c, c.files.exists(f, f.startsWith('docs/')))");
    expectTrue("payload.commits.filter(c, c.id == 'b').size() == 1");
  });

  it("matches regular expressions in linear time", () => {
    expectTrue("payload.type.matches('^payment_intent[.]')");
    const evil = compiled("payload.matches('^(a+)+$')");
    const before = performance.now();
    expect(evil.evaluate({ payload: `${"a".repeat(5000)}!` })).toEqual({ kind: "value", value: false });
    expect(performance.now() - before).toBeLessThan(1000);
    expectFailed("payload.type.matches('(' + payload.type)", /[Ii]nvalid regular expression/);
  });
});

describe("what a condition must not do", () => {
  it("reaches no prototype", () => {
    for (const text of ["payload.constructor == 'x'", "payload.toString == 'x'", "payload.list.length == 3"])
      expect(compiled(text).evaluate(SCOPE).kind, text).not.toBe("value");
    expectMissing("payload.user.__proto__ == null", /__proto__/);
  });

  it("sees keys such as `constructor` as plain keys", () => {
    expectTrue("payload.odd_keys.constructor == 'own'");
    expectTrue("payload.odd_keys['__proto__'] == 'plain'");
  });

  it("reads an object whatever its key `constructor` holds", () => {
    for (const held of [null, 0, "", true, "Object", {}, { name: null }, [], [1]]) {
      const payload = { a: 1, constructor: held, inner: { x: 1, constructor: held } };
      for (const text of ["payload.a == 1", "payload['a'] == 1", "payload.inner.x == 1", "'x' in payload.inner"])
        expect(compiled(text).evaluate({ payload }), `${text} ${JSON.stringify(held)}`).toEqual({
          kind: "value",
          value: true,
        });
      const missing = compiled("payload.b == 1").evaluate({ payload });
      expect(missing).toEqual({ kind: "missing", reason: "payload.b: No such key: b" });
    }
  });

  it("does not multiply loops", () => {
    expect(faultOf("payload.list.exists(x, payload.list.exists(y, x == y))").code).toBe("costly-expression");
    expect(faultOf("payload.list.map(x, payload.list).exists(l, size(l) > 1)").code).toBe("costly-expression");
    expect(faultOf("payload.exists(a, a.exists(b, [a].exists(c, true)))").code).toBe("costly-expression");
    expect(faultOf("payload.exists(a,a.exists(b,b.exists(c,c.exists(d,d.exists(e,e==1)))))").code).toBe(
      "costly-expression",
    );
  });

  it("does not search or compare a whole value for every element of another", () => {
    for (const text of [
      "payload.list.exists(x, x in payload.list)",
      "payload.list.filter(x, [x] in payload.commits).size() > 0",
      "payload.list.exists(x, payload.list == prev)",
      "payload.commits.exists(c, c.files.exists(f, f in payload.list))",
    ])
      expect(faultOf(text).code, text).toBe("costly-expression");
    expect(faultOf("payload.list.exists(x, x in payload.list)").message).toBe(
      "`in` would search all of `payload` for every element of the loop.",
    );
  });

  it("searches what is small, or part of the element, inside a loop", () => {
    expectTrue("payload.commits.exists(c, c.id in ['a', 'z'])");
    expectTrue("payload.commits.exists(c, 'docs/x.md' in c.files)");
    expectTrue("payload.list.all(x, x < flow.limit)");
    expectTrue("['x-github-event'].exists(name, name in headers)");
    expectTrue("['user', 'nobody'].exists(key, key in payload)");
    expectFalse("payload.commits.exists(c, c.id == payload.type)");
  });

  it("must be true or false", () => {
    expect(faultOf("1 + 2")).toMatchObject({ code: "not-a-condition", message: expect.stringMatching(/type int/) });
    expectFailed("payload.amount", /gave a number/);
    expectFailed("payload.user", /gave a map/);
    expectFailed("payload.list", /gave a list/);
    expectFailed("payload.none", /gave null/);
    expectFailed("payload.type", /gave a text/);
  });
});

it("names the path that is not there", () => {
  expectMissing("payload.user.address.city == 'x'", /^payload\.user\.address: No such key: address$/);
  expectMissing("payload['no-key'] == 'x'", /^payload\['no-key'\]: /);
  expectMissing("payload.amount == 250 && payload.list[7] == 1", /^payload\.list\[7\]: .*out of bounds/);
});

describe("faults of an expression", () => {
  it("have their place", () => {
    expect(faultOf("headers['x'] ==")).toMatchObject({ code: "bad-expression", range: { start: 15, end: 16 } });
    expect(faultOf("paylaod.x == 1")).toMatchObject({
      code: "unknown-name",
      range: { start: 0, end: 7 },
      hint: "Did you mean `payload`?",
    });
    expect(faultOf("zzzzzzzz == 1").hint).toMatch(/Known names: event, headers/);
  });

  it.each([
    ["headers['x' == 1", "The expression ends where `]` is expected."],
    ["payload.a ==", "The expression ends where a value is expected."],
    ["(payload.a == 1", "The expression ends where `)` is expected."],
    ["payload..a", "Here a name is expected, not `.`."],
    ["&& payload.a", "Here a value is expected, not `&&`."],
    ["payload.a == )", "Here a value is expected, not `)`."],
    ["[1, 2", "The expression ends where `]` is expected."],
  ])("of %s are told in words", (text, message) => {
    expect(faultOf(text).message).toBe(message);
  });

  it("say what to write instead of braces", () => {
    expect(faultOf("{{event.payload.x}} == 1").hint).toMatch(/needs no braces/);
  });

  it("say what to write instead of another language's operators", () => {
    expect(faultOf("payload.x = 1").hint).toBe("Compare with `==`.");
    expect(faultOf("payload.x === 1").hint).toBe("Compare with `==`.");
    for (const text of ["payload.a and payload.b", "payload.a OR payload.b", "not payload.a"])
      expect(faultOf(text).hint, text).toMatch(/`&&` for and/);
    expect(faultOf("payload.a == 'this and that' &&").hint).toBeUndefined();
  });

  it.each([
    ["payload.a.toLowerCase() == 'x'", "toLowerCase", "Write `x.lowerAscii()`."],
    ["payload.list.includes('a')", "includes", "Write `x.contains('text')` for a text, or for a list `'item' in x`."],
    ["now() > 1", "now", "Write `timestamp(event.received_at)`."],
    ["payload.a.startWith('x')", "startWith", "Did you mean `startsWith`?"],
    ["payload.a.constructor()", "constructor", undefined],
  ])("of another language: %s", (text, name, hint) => {
    expect(faultOf(text)).toMatchObject({ code: "bad-expression", message: `There is no function \`${name}\`.` });
    expect(faultOf(text).hint).toBe(hint);
  });

  it("find a header that is asked for with capitals", () => {
    for (const text of [
      "headers['X-GitHub-Event'] == 'push'",
      "event.headers['X-GitHub-Event'] == 'push'",
      "headers[?'X-GitHub-Event'].orValue('') == 'push'",
      "'X-GitHub-Event' in headers",
      "payload.a == 1 || headers['X-GitHub-Event'] == 'push'",
    ])
      expect(faultOf(text), text).toMatchObject({ code: "unknown-name", hint: "Write `x-github-event`." });
    expect(faultOf("headers['X-A'] == 'y'").range).toEqual({ start: 8, end: 13 });
    expect("expression" in compileExpression("payload.headers['X-A'] == 'B'", NAMES)).toBe(true);
  });

  it("say how to ask for what is no field", () => {
    expect(faultOf("has(headers['x-a'])").hint).toMatch(/'x-name' in headers/);
  });

  it("find a regular expression that is none", () => {
    expect(faultOf("payload.list.exists(x, x.matches('a(b'))")).toMatchObject({
      code: "bad-expression",
      message: expect.stringMatching(/^Invalid regular expression: .*missing/),
      range: { start: 33, end: 38 },
    });
    expect(faultOf("payload.x.matches('(?=y)')").code).toBe("bad-expression");
  });

  it("bound the length", () => {
    expect(faultOf(`payload.x == '${"a".repeat(5000)}'`).message).toMatch(/longer than/);
  });
});

it("tells which names it needs", () => {
  expect([...compiled("payload.list.exists(x, x > flow.limit)").names]).toEqual(["payload", "flow"]);
});

it("leaves out names that CEL keeps for itself", () => {
  expect("expression" in compileExpression("payload.x == 1", ["payload", "type", "in", "node-1"])).toBe(true);
});
