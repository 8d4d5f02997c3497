/** The README's examples are run, and its tables name every function. */
import { readFileSync } from "node:fs";
import { format } from "node:util";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import * as door from "./index.ts";
import { STANDARD_LIBRARY } from "./stdlib/index.ts";

const README = readFileSync(new URL("./README.md", import.meta.url), "utf8");
const EXAMPLES = [...README.matchAll(/```js\n([^]*?)```/g)].map(([, code = ""]) => code);
const ROWS = [...README.matchAll(/^\| `.*\| `(.*)` → `(.*)` +\|$/gm)].map(
  ([, script = "", text = ""]) => [script, text] as const,
);

test("there are examples", () => {
  expect(EXAMPLES.length).toBeGreaterThan(4);
  expect(ROWS.length).toBeGreaterThan(15);
});

test.each(EXAMPLES)("the README's example %# prints what stands behind it", (code) => {
  const printed: string[] = [];
  const body = code.replaceAll(/import (\{[^}]*\}) from "gtc\/rhai";/g, "const $1 = door;");
  runInNewContext(`"use strict";${body}`, {
    door,
    console: { log: (...values: unknown[]) => printed.push(format(...values)) },
  });
  expect(printed).toEqual([...code.matchAll(/console\.log\(.*\/\/ (.*)$/gm)].map(([, text]) => text));
});

test.each(ROWS)("%s → %s", (script, text) => {
  const compiled = door.compileScript(new door.Source("README.md", script));
  expect(compiled).toHaveProperty("script");
  const host = { now: () => 0, random: () => 0.5 };
  expect("script" in compiled && door.display(compiled.script.run(new door.RhaiScope(), host))).toBe(text);
});

test("every function stands in a table", () => {
  const missing = STANDARD_LIBRARY.map(({ name }) => name).filter(
    (name) => /^\w+$/.test(name) && !new RegExp(`\`${name}[\`(!]`).test(README),
  );
  expect([...new Set(missing)]).toEqual([]);
});
