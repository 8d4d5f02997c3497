import fc from "fast-check";
import { expect, test } from "vitest";
import { Source } from "../text/index.ts";
import { parseScript, printScript } from "./index.ts";
import { lex } from "./lexer.ts";

/** Scripts by the grammar, so that every production meets every other. */
const { script: grammar } = fc.letrec<{ expr: string; stmt: string; block: string; script: string }>((tie) => {
  const leaf = fc.constantFrom("1", "-2", "1.5", "-0.5", '"a\\n"', "'c'", "true", "()", "x", "y", "[]", "#{}");
  const [e, s, b] = [tie("expr"), tie("stmt"), tie("block")];
  const ops = fc.constantFrom(..."+ - * / % ** << >> & | ^ == != < <= > >= ?? in !in .. ..=".split(" "));
  const pair = fc.tuple(e, e);
  return {
    expr: fc.oneof(
      { maxDepth: 5, depthSize: "small" },
      leaf,
      fc.tuple(e, ops, e).map(([l, op, r]) => `${l} ${op} ${r}`),
      fc.tuple(e, ops, e).map(([l, op, r]) => `(${l}) ${op} (${r})`),
      fc.tuple(fc.constantFrom("-", "+", "!"), e).map(([op, r]) => `${op} ${r}`),
      e.map((inner) => `(${inner})`),
      pair.map(([l, r]) => `[${l}, ${r}]`),
      pair.map(([l, r]) => `#{ a: ${l}, "b c": ${r} }`),
      e.map((inner) => `(${inner}).p?.q`),
      pair.map(([l, r]) => `(${l}).m(${r})`),
      pair.map(([l, r]) => `f(${l}, ${r})`),
      e.map((inner) => `x[y][f(${inner})]`),
      e.map((inner) => `|a, b| ${inner}`),
      b.map((inner) => `|| ${inner}`),
      e.map((inner) => `\`t \${${inner}} u\``),
      b,
      fc.tuple(e, b, b).map(([c, t, o]) => `if ${c} ${t} else ${o}`),
      fc.tuple(e, e, s).map(([v, one, two]) => `switch ${v} { 1 | "a" => ${one}, 2..5 if x => ${two}, _ => {} }`),
      fc.tuple(b, e).map(([body, c]) => `do ${body} until ${c}`),
      e.map((inner) => `x ?? return ${inner}`),
    ),
    stmt: fc.oneof(
      { maxDepth: 5, depthSize: "small" },
      e,
      e.map((inner) => `let x = ${inner}`),
      fc.tuple(fc.constantFrom("=", "+=", "<<="), e).map(([op, inner]) => `x.a[0] ${op} ${inner}`),
      e.map((inner) => `return ${inner}`),
      fc.tuple(b, b).map(([t, c]) => `try ${t} catch (e) ${c}`),
      fc.tuple(e, b).map(([c, body]) => `while ${c} ${body}`),
      fc.tuple(e, b).map(([c, body]) => `for (i, n) in ${c} ${body}`),
    ),
    block: fc.array(s, { maxLength: 3 }).map((items) => `{ ${items.join("; ")} }`),
    script: fc.array(s, { minLength: 1, maxLength: 4 }).map((items) => items.join("; ")),
  };
});

test("what the printer writes parses to the same tree", () => {
  let parsed = 0;
  fc.assert(
    fc.property(grammar, (script) => {
      const first = parseScript(new Source("a", script), { maxExprDepth: 0 });
      if (first.diagnostics.length > 0) return;
      parsed += 1;
      const text = printScript(first.program);
      const second = parseScript(new Source("b", text), { maxExprDepth: 0 });
      expect(second.diagnostics.map(({ message }) => `${message}\n${text}`)).toEqual([]);
      expect(withoutPlaces(second.program)).toBe(withoutPlaces(first.program));
      expect(printScript(second.program)).toBe(text);
    }),
    { numRuns: 3000 },
  );
  expect(parsed).toBeGreaterThan(300);
});

/** The script with a numbered comment between some of its tokens. */
function commented(script: string, seed: readonly number[]): { readonly text: string; readonly count: number } {
  const { tokens } = lex(new Source("c", script), { disabledSymbols: new Set(), plainNames: false });
  let text = "";
  let [from, count] = [0, 0];
  tokens.forEach(({ span }, at) => {
    text += script.slice(from, span.start);
    from = span.start;
    const kind = seed[at % seed.length] ?? 0;
    if (kind > 4) return;
    text += [` /* ${count} */ `, ` // ${count}\n`, `\n// ${count}\n`, `\n\n/* ${count}\n   ${count} */\n\n`, `\n`][
      kind
    ]!;
    if (kind < 4) count += 1;
  });
  return { text: text + script.slice(from), count };
}

test("comments at any place are kept, once, and printing again changes nothing", () => {
  let kept = 0;
  fc.assert(
    fc.property(grammar, fc.array(fc.nat({ max: 12 }), { minLength: 3, maxLength: 20 }), (script, seed) => {
      const { text, count } = commented(script, seed);
      const source = new Source("a", text);
      const first = parseScript(source, { maxExprDepth: 0 });
      if (first.diagnostics.length > 0) return;
      kept += count;
      const once = printScript(first.program, source);
      const again = new Source("b", once);
      const second = parseScript(again, { maxExprDepth: 0 });
      expect(second.diagnostics.map(({ message }) => `${message}\n${once}`)).toEqual([]);
      expect(withoutPlaces(second.program)).toBe(withoutPlaces(first.program));
      const { comments } = lex(again, { disabledSymbols: new Set(), plainNames: false });
      const found = comments.map(({ start }) => Number(/\d+/.exec(once.slice(start))?.[0]));
      expect(found.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, at) => at));
      expect(printScript(second.program, again)).toBe(once);
    }),
    { numRuns: 1500 },
  );
  expect(kept).toBeGreaterThan(300);
});

function withoutPlaces(tree: unknown): string {
  return JSON.stringify(tree, (key, value: unknown) => {
    if (/span$/i.test(key)) return undefined;
    return typeof value === "bigint" ? `${value}n` : Object.is(value, -0) ? "-0" : value;
  });
}
