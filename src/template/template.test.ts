import { describe, expect, it } from "vitest";
import { parseJson, type JsonObject, type JsonValue } from "../base/index.ts";
import { compileTemplate, TEMPLATE_HELPERS, TemplateError } from "./index.ts";

const SCOPE = parseJson(`{
  "event": { "id": "e-1", "payload": {
    "user": { "name": "Ada", "tags": ["a", "b"] }, "count": 3, "zero": 0, "big": 12345678901234567890, "no": null,
    "html": "<b>&</b>", "constructor": "own", "empty": [],
    "items": [{ "sku": "x", "n": 1 }, { "sku": "y", "n": 2 }]
  } },
  "headers": { "x-github-event": "push" },
  "flow": { "greeting": "Hello" }
}`) as JsonObject;
const NAMES = Object.keys(SCOPE);

function render(value: JsonValue, scope = SCOPE): JsonValue {
  const result = compileTemplate(value, NAMES);
  if ("faults" in result) throw new Error(result.faults.map((fault) => fault.message).join("; "));
  return result.template.render(scope);
}

function expectRender(value: JsonValue, expected: JsonValue) {
  expect(render(value), JSON.stringify(value)).toEqual(expected);
}

function faultsOf(value: JsonValue) {
  const result = compileTemplate(value, NAMES);
  if (!("faults" in result)) throw new Error(`${JSON.stringify(value)} compiled`);
  return result.faults;
}

describe("a lone path", () => {
  it("yields the value itself", () => {
    expectRender("{{event.payload.user}}", { name: "Ada", tags: ["a", "b"] });
    expectRender("{{event.payload.count}}", 3);
    expectRender("{{event.payload.big}}", 12345678901234567890n);
    expectRender("{{event.payload.user.tags.[1]}}", "b");
    expectRender("{{headers.[x-github-event]}}", "push");
    expectRender("{{{event.payload.html}}}", "<b>&</b>");
    expectRender("{{@root.event.payload.user}}", { name: "Ada", tags: ["a", "b"] });
    expectRender("{{ @root.event.payload.nope }}", null);
  });

  it("yields null for what is not there", () => {
    expectRender("{{event.payload.nope.deeper}}", null);
    expectRender("{{event.payload.no}}", null);
  });
});

describe("text", () => {
  it("is put together without HTML escapes", () => {
    expectRender("{{event.payload.html}} by {{event.payload.user.name}}", "<b>&</b> by Ada");
    expectRender("{{flow.greeting}}, {{event.payload.user.name}}!", "Hello, Ada!");
  });

  it("shows lists and objects as JSON, null as nothing, numbers with all digits", () => {
    expectRender("user={{event.payload.user}}", 'user={"name":"Ada","tags":["a","b"]}');
    expectRender("[{{event.payload.no}}{{event.payload.nope}}]", "[]");
    expectRender("#{{event.payload.big}} {{event.payload.zero}}", "#12345678901234567890 0");
  });

  it("keeps escaped braces and comments out of the way", () => {
    expectRender("\\{{name}} {{! not shown }}x", "{{name}} x");
  });
});

describe("deep values", () => {
  it("renders every text and leaves the rest", () => {
    expectRender(
      { a: ["{{event.id}}", 1, null, { b: "id {{event.id}}" }], "{{event.id}}": true },
      { a: ["e-1", 1, null, { b: "id e-1" }], "{{event.id}}": true },
    );
  });

  it("knows when there is nothing to render", () => {
    const result = compileTemplate({ a: ["x", { b: 2 }] }, NAMES);
    expect("template" in result && result.template.isConstant).toBe(true);
  });

  it("tells which names it needs", () => {
    const result = compileTemplate(
      ["{{event.id}}", "{{#each event.payload.items}}{{sku}}{{@root.flow.greeting}}{{/each}}"],
      NAMES,
    );
    expect("template" in result && [...result.template.names]).toEqual(["event", "flow"]);
  });
});

describe("helpers", () => {
  it("choose", () => {
    expectRender("{{#if event.payload.count}}yes{{else}}no{{/if}}", "yes");
    expectRender("{{#if event.payload.zero}}yes{{else}}no{{/if}}", "no");
    expectRender("{{#if event.payload.empty}}yes{{else}}no{{/if}}", "no");
    expectRender("{{#unless event.payload.nope}}none{{/unless}}", "none");
    expectRender('{{#if (eq headers.[x-github-event] "push")}}p{{else if event.id}}i{{/if}}', "p");
    expectRender("{{#if (and event.id (not event.payload.no))}}both{{/if}}", "both");
    expectRender('{{#if (or event.payload.no (ne event.id "e-2"))}}one{{/if}}', "one");
    expectRender("{{#if (eq event.payload.count 3)}}three{{/if}}", "three");
  });

  it("repeat", () => {
    expectRender("{{#each event.payload.items}}{{@index}}{{sku}}{{#unless @last}},{{/unless}}{{/each}}", "0x,1y");
    expectRender("{{#each event.payload.user.tags as |tag i|}}{{i}}{{tag}}{{../event.id}}{{/each}}", "0ae-11be-1");
    expectRender("{{#each event.payload.user}}{{@key}}={{this}};{{/each}}", 'name=Ada;tags=["a","b"];');
    expectRender("{{#each event.payload.nope}}x{{else}}none{{/each}}", "none");
    expectRender("{{#each event.payload.items}}{{#if @first}}{{../event.id}}{{/if}}{{/each}}", "e-1");
    expectRender("{{#each event.payload.user.tags}}{{this}}{{../event.id}};{{/each}}", "ae-1;be-1;");
  });

  it("count as levels for `../`, whatever their values are", () => {
    const odd = parseJson(
      `{ "event": { "id": "e", "list": [[3], "3", 3, null, true, {}], "toString": 5, "valueOf": 1 } }`,
    );
    const inOdd = (template: string): JsonValue => render(template, odd as JsonObject);
    expect(inOdd("{{#each event.list}}{{#if true}}{{this}}{{../event.id}} {{/if}}{{/each}}")).toBe(
      "[3]e 3e 3e e truee {}e ",
    );
    expect(
      inOdd("{{#each event.list}}{{#each this}}{{this}}{{../../event.id}}{{@root.event.id}}{{/each}}{{/each}}"),
    ).toBe("3ee");
    expect(inOdd("{{#with event}}{{#each list}}{{#with this}}{{../../id}}{{/with}}{{/each}}{{/with}}")).toBe("eeeee");
    expect(inOdd("{{#with event}}{{#with .}}{{../id}}{{../../event.id}}{{/with}}{{/with}}")).toBe("ee");
    expect(inOdd("{{#each event.list as |item|}}{{item}}{{../event.id}} {{/each}}")).toBe("[3]e 3e 3e e truee {}e ");
  });

  it("look up and shape", () => {
    expectRender("{{#with event.payload.user}}{{name}} {{length tags}}{{/with}}", "Ada 2");
    expectRender('{{lookup headers "x-github-event"}}!', "push!");
    expectRender(
      '{{default event.payload.nope "none"}}-{{upper event.id}}-{{lower "AB"}}-{{trim " x "}}',
      "none-E-1-ab-x",
    );
    expectRender('{{join event.payload.user.tags}} {{join event.payload.user.tags "+"}}', "a, b a+b");
    expectRender("{{json event.payload.user.name}}", '"Ada"');
  });

  it("are each shown by an example above", async () => {
    const { readFile } = await import("node:fs/promises");
    const tests = await readFile(new URL(import.meta.url), "utf8");
    for (const name of Object.keys(TEMPLATE_HELPERS)) expect(tests).toMatch(new RegExp(`[{(][{#(]?${name} `));
  });
});

describe("safety", () => {
  it("reaches no prototype", () => {
    for (const text of [
      "{{event.constructor}}",
      "{{event.__proto__}}",
      "{{event.toString}}",
      "{{event.id.constructor}}",
    ])
      expectRender(text, null);
    for (const text of [
      "a{{event.constructor}}",
      "a{{event.__proto__}}",
      'a{{lookup event "constructor"}}',
      "a{{event.id.big}}",
    ])
      expectRender(text, "a");
    expectRender("{{event.payload.constructor}}", "own");
    expectRender("is {{event.payload.constructor}}", "is own");
  });

  it("does not render what a payload holds", () => {
    expect(render("got {{event.id}}", { ...SCOPE, event: { id: "{{headers}}" } })).toBe("got {{headers}}");
  });

  it("bounds what values that are put in whole become together", () => {
    const scope = { ...SCOPE, event: { text: "x".repeat(1_000_000) } };
    const copies = (count: number) => Array.from({ length: count }, () => "{{event.text}}");
    expect(render(copies(30), scope)).toHaveLength(30);
    expect(() => render(copies(40), scope)).toThrow(/larger than 33554432 characters/);
  });

  it("makes nothing of the items of a long list before a bound is looked at", () => {
    const scope = { ...SCOPE, event: { list: Array<number>(4_000_000).fill(7), between: "x".repeat(20_000_000) } };
    const before = process.memoryUsage().heapUsed;
    expect(() => render("{{#each event.list}}x{{/each}}", scope)).toThrow("more than 100000 turns");
    expect(() => render("{{join event.list event.between}}", scope)).toThrow("read more than");
    expect(render("{{event.list}}", scope)).toHaveLength(4_000_000);
    // As entries they would be half a gigabyte.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(200_000_000);
  });

  it("bounds the loops and the size", () => {
    const many = { ...SCOPE, event: { list: Array.from({ length: 400 }, () => 1), text: "x".repeat(1_000_000) } };
    const squared = "{{#each event.list}}{{#each ../event.list}}.{{/each}}{{/each}}";
    expect(() => render(squared, many)).toThrow(TemplateError);
    expect(() => render("{{#each event.list}}{{../event.text}}{{/each}}", many)).toThrow(/grew beyond/);
  });

  it.each([
    "(json ../event)",
    "(upper ../event.text)",
    "(join ../event.list)",
    "(eq ../event ../event)",
    "(length ../event.map)",
    "(eq ../event.text ../event.copy)",
  ])("of what %s reads in a loop", (helper) => {
    const list = Array.from({ length: 20_000 }, (_, index) => index);
    const text = "x".repeat(10_000);
    const map = Object.fromEntries(list.map((key) => [`k${key}`, key]));
    const many: JsonObject = { event: { list, text, copy: `${text.slice(1)}x`, map } };
    expect(() => render(`{{#each event.list}}{{#if ${helper}}}{{/if}}{{/each}}`, many)).toThrow(/helpers read/);
    const counted =
      "{{#each event.list}}{{#if @last}}{{length ../event.list}}{{else}}{{#if (length ../event.list)}}{{/if}}{{/if}}{{/each}}";
    expect(render(counted, many)).toBe("20000");
  });

  it("has no partials, decorators or unknown helpers", () => {
    expect(faultsOf("{{> page}}")[0]?.message).toMatch(/Partials/);
    expect(faultsOf('{{* inline "x"}}')[0]?.message).toMatch(/decorators/);
    expect(faultsOf("{{uper event.id}}")[0]).toMatchObject({ code: "unknown-helper", hint: "Did you mean `upper`?" });
    expect(faultsOf("{{log event.id}}")[0]).toMatchObject({ code: "unknown-helper" });
    expect(faultsOf("{{#event}}x{{/event}}")[0]?.message).toMatch(/no helper `event`/);
    expect(faultsOf("{{#upper event}}x{{/upper}}")[0]?.message).toMatch(/is no block/);
    expect(faultsOf("{{each event}}")[0]?.message).toMatch(/is a block/);
    expect(faultsOf("{{upper event.id event.id}}")[0]).toMatchObject({ hint: "Write {{upper x}}." });
    expect(faultsOf("{{default event.id}}")[0]?.message).toMatch(/takes 2 argument/);
    expect(faultsOf('{{upper event.id locale="tr"}}')[0]?.message).toMatch(/no named arguments/);
  });
});

describe("faults of a template", () => {
  it("have their place in the value and in the text", () => {
    expect(faultsOf({ a: ["ok", "id: {{evnt.id}}"] })[0]).toEqual({
      code: "unknown-name",
      message: "There is no `evnt` in this flow.",
      hint: "Did you mean `event`?",
      path: ["a", 1],
      range: { start: 6, end: 13 },
    });
    expect(faultsOf("one\ntwo {{upper evnt.id}}")[0]?.range).toEqual({ start: 16, end: 23 });
  });

  it("say what is not closed, and where", () => {
    expect(faultsOf("{{event.id")[0]).toMatchObject({ code: "bad-template", range: { start: 8, end: 9 } });
    expect(faultsOf("{{#if event.id}}x")[0]).toMatchObject({ message: expect.stringMatching(/last block is closed/) });
    expect(faultsOf("first line\nand {{/if}}")[0]).toMatchObject({ range: { start: 15, end: 16 } });
    expect(faultsOf("{{event.id x=}}")[0]?.message).toMatch(/too early/);
    expect(faultsOf("{{#if event.id}}x{{/unless}}")[0]).toMatchObject({
      message: "if doesn't match unless",
      range: { start: 3, end: 4 },
    });
  });

  it.each([
    ["{{payload.l.0}}", "The items of a list stand in brackets: `{{payload.l.[0]}}`."],
    ["{{upper payload.l.0}}", "The items of a list stand in brackets: `{{upper payload.l.[0]}}`."],
    ["{{headers['x-github-event']}}", "A key in brackets has no quotes: `{{headers.[x-github-event]}}`."],
    ['{{payload["a b"][0].c}}', "A key in brackets has no quotes: `{{payload.[a b].[0].c}}`."],
    ["{{payload.l[0].name}}", "The items of a list stand in brackets: `{{payload.l.[0].name}}`."],
    [
      "{{#if (eq payload.l.[1].2 3)}}x{{/if}}",
      "The items of a list stand in brackets: `{{#if (eq payload.l.[1].[2] 3)}}`.",
    ],
    ["{{#if payload.a == 1}}x{{/if}}", "There are no operators here, but helpers: `(eq payload.a 1)`."],
    ["{{#if payload.a==1}}x{{/if}}", "There are no operators here, but helpers: `(eq payload.a 1)`."],
    ["a {{#if payload.a === 'b c'}}x{{/if}}", "There are no operators here, but helpers: `(eq payload.a 'b c')`."],
    ["{{#if payload.a != payload.b}}x{{/if}}", "There are no operators here, but helpers: `(ne payload.a payload.b)`."],
    [
      "{{#if payload.a && payload.b}}x{{/if}}",
      "There are no operators here, but helpers: `(and payload.a payload.b)`.",
    ],
    [
      "{{#if payload.a <= 1}}x{{/if}}",
      "A template compares with `(eq a b)` and `(ne a b)` only; a `branch` knows `<` and `>`.",
    ],
  ])("say what to write instead of %s", (text, hint) => {
    expect(faultsOf(text)[0]).toMatchObject({ code: "bad-template", hint });
  });

  it("ask for what is not closed where nothing else is wrong", () => {
    for (const text of ["{{payload.l.0", "{{payload.l.0 {{event.id}}", "{{#if event.id}}x", "{{event.id x=}}"])
      expect(faultsOf(text)[0]?.hint, text).toMatch(/^Close every/);
  });

  it("find a number that would be rounded", () => {
    expect(faultsOf("{{#if (eq event.payload.big 12345678901234567890)}}x{{/if}}")[0]).toEqual({
      code: "bad-template",
      message: "A whole number beyond 2^53 would be rounded in a template.",
      hint: "Compare it in the condition of a `branch`, or give it a name in `variables`.",
      path: [],
      range: { start: 28, end: 48 },
    });
    for (const text of [
      "{{9007199254740993}}",
      "{{default event.id -9007199254740993}}",
      "{{#if 9007199254740992}}{{/if}}",
    ])
      expect(faultsOf(text), text).toHaveLength(1);
    expectRender(
      "{{#if (eq event.payload.big 9007199254740991)}}a{{else}}b{{/if}} {{default event.payload.no 0.5}}",
      "b 0.5",
    );
  });

  it("know what names mean inside blocks", () => {
    expect(faultsOf("{{#each event.payload.items}}{{../../event}}{{/each}}")[0]?.message).toMatch(/leads out/);
    expect(faultsOf("{{this}}")[0]?.message).toMatch(/names no value/);
    expect(faultsOf("{{@root}} x")[0]?.message).toMatch(/names no value/);
    expect(faultsOf("{{@level}}")[0]?.message).toMatch(/no `@level`/);
    expect(faultsOf("{{#if evnt}}a{{else}}{{evnt2}}{{/if}}")).toHaveLength(2);
  });

  it("find a header that is asked for with capitals", () => {
    for (const text of [
      "{{headers.X-Request-Id}}",
      "{{@root.headers.[X-Request-Id]}} x",
      "a {{event.headers.X-Request-Id}}",
    ])
      expect(faultsOf(text)[0], text).toMatchObject({ code: "unknown-name", hint: "Write `x-request-id`." });
    expect("template" in compileTemplate("{{event.payload.headers.X-A}} {{headers.x-a}}", ["event", "headers"])).toBe(
      true,
    );
  });

  it("bound the length of a text", () => {
    expect(faultsOf(`{{event.id}}${"x".repeat(70_000)}`)[0]?.message).toMatch(/characters long/);
  });
});

describe("nesting", () => {
  const blocks = (levels: number) => `${"{{#if event}}".repeat(levels)}x${"{{/if}}".repeat(levels)}`;
  const calls = (levels: number) => `{{json ${"(not ".repeat(levels)}event${")".repeat(levels)}}}`;
  const elses = (levels: number) => `{{#if flow.a}}${"{{else if flow.b}}".repeat(levels - 1)}{{else}}x{{/if}}`;

  it("is rendered down to its bound", () => {
    expectRender(blocks(200), "x");
    expectRender(calls(200), "true");
    expectRender(elses(200), "x");
    expectRender(
      `${"(".repeat(300)}{{! ${"(".repeat(300)} }}{{json "${"(".repeat(300)}"}}`,
      `${"(".repeat(300)}"${"(".repeat(300)}"`,
    );
  });

  it.each([
    ["blocks", blocks(201)],
    ["calls", calls(201)],
    ["many else if", elses(201)],
    ["blocks beyond any stack", blocks(3200)],
    ["calls beyond any stack", calls(10_000)],
  ])("is refused beyond it, and is no crash: %s", (_, text) => {
    expect(faultsOf(text).map(({ message }) => message)).toEqual(["The template nests more than 200 levels deep."]);
  });
});
