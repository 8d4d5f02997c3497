/** What a call says that fits no function, for a reader: whether there is no such function at all, and what to write instead. */
import { Environment } from "@marcbachmann/cel-js";
import { nearest } from "../base/index.ts";

const NO_OVERLOAD = /^found no matching overload for '(?:.+\.)?(\w+)\(/;
const FUNCTIONS: ReadonlySet<string> = new Set(
  new Environment({ enableOptionalTypes: true }).getDefinitions().functions.map(({ name }) => name),
);

/** What other languages call it, as it is written here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  toLowerCase: "x.lowerAscii()",
  to_lower: "x.lowerAscii()",
  lower: "x.lowerAscii()",
  toUpperCase: "x.upperAscii()",
  to_upper: "x.upperAscii()",
  upper: "x.upperAscii()",
  includes: "x.contains('text')` for a text, or for a list `'item' in x",
  starts_with: "x.startsWith('text')",
  ends_with: "x.endsWith('text')",
  len: "size(x)",
  length: "size(x)",
  count: "size(x)",
  test: "x.matches('pattern')",
  match: "x.matches('pattern')",
  some: "x.exists(item, item.a == 1)",
  any: "x.exists(item, item.a == 1)",
  every: "x.all(item, item.a == 1)",
  get: "x.?name.orValue('none')",
  parseInt: "int(x)",
  Number: "double(x)",
  now: "timestamp(event.received_at)",
};

/** A better message where the function is not there; undefined where it is, but takes other values. */
export function missingFunction(summary: string): { readonly message: string; readonly hint?: string } | undefined {
  const name = NO_OVERLOAD.exec(summary)?.[1];
  if (name === undefined || FUNCTIONS.has(name)) return undefined;
  const message = `There is no function \`${name}\`.`;
  const written = Object.hasOwn(ELSEWHERE, name) ? ELSEWHERE[name] : undefined;
  if (written !== undefined) return { message, hint: `Write \`${written}\`.` };
  const similar = nearest(name, FUNCTIONS);
  return similar === undefined ? { message } : { message, hint: `Did you mean \`${similar}\`?` };
}
