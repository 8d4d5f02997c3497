/**
 * `this`, `../x` and `@root.x` as calls of a helper. Handlebars keeps a stack of contexts for them that it only grows when
 * a context differs from the one before, and it finds that out with `!=`: a text or number beside an object calls the
 * object's `toString` (which a payload may bring, and which the names of a step do not have), `3` counts as `[3]`, and
 * what is null becomes an empty object. Here each `each` and `with` adds one level, whatever its value is.
 */
import type { JsonValue } from "../base/index.ts";
import { ownValue } from "./own-value.ts";

/** No author can write its name. */
export const CONTEXT_HELPER = "*context";

/** The value that an `each` or `with` looks names up in, and those around it. */
export interface ContextFrame {
  readonly value: JsonValue | undefined;
  readonly outer?: ContextFrame;
}

/** The path as such a call, where it is one of these; `depth`: how many levels there are around it. */
export function inFrames(path: hbs.AST.PathExpression, depth: number): hbs.AST.Expression {
  if (path.data) return path.parts[0] === "root" ? callFor(path, depth, path.parts.slice(1)) : path;
  return path.depth > 0 || path.parts.length === 0 ? callFor(path, path.depth, path.parts) : path;
}

function callFor({ loc }: hbs.AST.PathExpression, levels: number, keys: readonly string[]): hbs.AST.Expression {
  const name = {
    type: "PathExpression",
    data: false,
    depth: 0,
    parts: [CONTEXT_HELPER],
    original: CONTEXT_HELPER,
    loc,
  };
  const params = [
    { type: "NumberLiteral", value: levels, original: levels, loc },
    ...keys.map((key) => ({ type: "StringLiteral", value: key, original: key, loc })),
  ];
  return { type: "SubExpression", path: name, params, loc } as hbs.AST.Expression;
}

/** What stands at `keys` in the context so many levels out. */
export function valueInFrames(
  frame: ContextFrame | undefined,
  levels: number,
  keys: readonly string[],
): JsonValue | undefined {
  let around = frame;
  for (let level = 0; level < levels; level++) around = around?.outer;
  let value = around?.value;
  for (const key of keys) value = ownValue(value, key);
  return value;
}
