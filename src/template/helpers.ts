/**
 * The helpers of a template: this table and nothing else. Each is a pure function of JSON values.
 */
import Handlebars from "handlebars";
import { stringifyJson, type JsonValue } from "../base/index.ts";
import { CONTEXT_HELPER, valueInFrames, type ContextFrame } from "./context-paths.ts";
import { ownValue } from "./own-value.ts";
import type { RenderBudget } from "./render-budget.ts";

type Value = JsonValue | undefined;

/** To count a key or to join an item takes as long as to read so many characters. */
const ITEM_CHARS = 16;

interface HelperSpec {
  /** How it is written, for the reference. */
  readonly usage: string;
  readonly summary: string;
  readonly kind: "inline" | "block";
  readonly minArguments: number;
  readonly maxArguments: number;
  /** Whether names inside the block are looked up in something else than the step's names. */
  readonly changesContext?: true;
}

interface BlockOptions {
  readonly fn: (context: unknown, options?: object) => string;
  readonly inverse: (context: unknown) => string;
  readonly data: RenderData;
}

/** What a rendering carries from block to block. */
export interface RenderData {
  readonly budget: RenderBudget;
  readonly context: ContextFrame;
}

const inline = (usage: string, summary: string, minArguments: number, maxArguments = minArguments): HelperSpec => ({
  usage,
  summary,
  kind: "inline",
  minArguments,
  maxArguments,
});

/** What there is, by name. */
export const TEMPLATE_HELPERS: Readonly<Record<string, HelperSpec>> = {
  if: {
    ...inline("{{#if x}}…{{else}}…{{/if}}", "Shows a part when `x` is true, not empty and not 0.", 1),
    kind: "block",
  },
  unless: { ...inline("{{#unless x}}…{{/unless}}", "The opposite of `if`.", 1), kind: "block" },
  each: {
    ...inline(
      "{{#each list}}{{@index}} {{this}}{{else}}none{{/each}}",
      "Repeats a part for each item of a list or object.",
      1,
    ),
    kind: "block",
    changesContext: true,
  },
  with: {
    ...inline("{{#with x}}{{name}}{{/with}}", "Looks names up in `x`; shows nothing when there is no `x`.", 1),
    kind: "block",
    changesContext: true,
  },
  json: inline("{{json x}}", "The value as JSON, also a text: with its quotes.", 1),
  default: inline('{{default x "none"}}', "`x`, or the second value when there is no `x`.", 2),
  upper: inline("{{upper x}}", "In capital letters.", 1),
  lower: inline("{{lower x}}", "In small letters.", 1),
  trim: inline("{{trim x}}", "Without white space at both ends.", 1),
  join: inline('{{join list ", "}}', "The items of a list, with a text between them.", 1, 2),
  length: inline("{{length x}}", "How many items, keys or characters.", 1),
  lookup: inline('{{lookup x "key"}}', "The item of an object or list by a key that is itself a value.", 2),
  eq: inline('{{#if (eq x "a")}}', "True when both are equal.", 2),
  ne: inline('{{#if (ne x "a")}}', "True when they differ.", 2),
  not: inline("{{#if (not x)}}", "True when `x` is false, empty or 0.", 1),
  and: inline("{{#if (and x y)}}", "True when all are true.", 2, 8),
  or: inline("{{#if (or x y)}}", "True when one is true.", 2, 8),
};

/** The name under which every `{{…}}` is turned into text; no author can write it. */
export const TEXT_HELPER = "*text";

/** How a value reads inside a text: nothing for null, JSON for lists and objects. */
export function textOf(value: Value): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  return typeof value === "object" ? stringifyJson(value) : String(value);
}

function isTrue(value: Value): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return value !== 0n && Boolean(value);
}

/** The value as JSON, with what that costs counted. */
function jsonOf(value: Value, { budget }: RenderData): string {
  const json = stringifyJson(value ?? null);
  budget.addRead(json.length);
  return json;
}

/** The same for its text. */
function readText(value: Value, { budget }: RenderData): string {
  const text = textOf(value);
  budget.addRead(text.length);
  return text;
}

function isEqual(a: Value, b: Value, data: RenderData): boolean {
  // A large id is a bigint, a literal in a template is a number.
  // oxlint-disable-next-line eqeqeq
  if (isNumeric(a) && isNumeric(b)) return a == b;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) {
    if (typeof a === "string") data.budget.addRead(a.length);
    return (a ?? null) === (b ?? null);
  }
  return jsonOf(a, data) === jsonOf(b, data);
}

function isNumeric(value: Value): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

function lengthOf(value: Value, { budget }: RenderData): number {
  if (typeof value === "string" || Array.isArray(value)) return value.length;
  if (value === null || typeof value !== "object") return 0;
  const { length } = Object.keys(value);
  budget.addRead(length * ITEM_CHARS);
  return length;
}

function joined(list: Value, between: Value, data: RenderData): string {
  if (!Array.isArray(list)) return readText(list, data);
  const separator = textOf(between);
  const texts: string[] = [];
  for (const item of list as readonly JsonValue[]) {
    const text = textOf(item);
    // Before they are put together: a payload may have millions of items, or a text of megabytes for between them.
    data.budget.addRead(text.length + separator.length + ITEM_CHARS);
    texts.push(text);
  }
  return texts.join(separator);
}

/** Its keys, or undefined of a list: of millions of items nothing is made before the loop comes to them. */
function keysOf(items: object): readonly string[] | undefined {
  return Array.isArray(items) ? undefined : Object.keys(items);
}

function repeated(items: Value, options: BlockOptions, self: unknown): string {
  if (items === null || typeof items !== "object") return options.inverse(self);
  const keys = keysOf(items);
  const count = keys?.length ?? (items as readonly JsonValue[]).length;
  if (count === 0) return options.inverse(self);
  const parts: string[] = [];
  for (let index = 0; index < count; index++) {
    options.data.budget.addIteration();
    const key = keys?.[index] ?? index;
    const item = (items as Readonly<Record<string | number, JsonValue>>)[key]!;
    const frame: Record<string, unknown> = Handlebars.createFrame(options.data);
    Object.assign(frame, { index, key, first: index === 0, last: index === count - 1 });
    Object.assign(frame, inside(item, options.data));
    const part = options.fn(item, { data: frame, blockParams: [item, key] });
    parts.push(options.data.budget.addText(part));
  }
  return parts.join("");
}

function inside(value: Value, { context }: RenderData): Pick<RenderData, "context"> {
  return { context: { value, outer: context } };
}

/** An isolated Handlebars that knows exactly the helpers of the table. */
export function createEngine(): typeof Handlebars {
  const engine = Handlebars.create();
  for (const name of Object.keys(engine.helpers)) engine.unregisterHelper(name);
  for (const name of Object.keys(engine.decorators)) engine.unregisterDecorator(name);
  // Handlebars passes its options as one more argument after the author's.
  engine.registerHelper({
    [CONTEXT_HELPER]: (levels: number, ...rest: readonly unknown[]) => {
      const { data } = rest.at(-1) as BlockOptions;
      return valueInFrames(data.context, levels, rest.slice(0, -1) as readonly string[]);
    },
    [TEXT_HELPER]: (value: Value, options: BlockOptions) => options.data.budget.addText(textOf(value)),
    if(this: unknown, value: Value, options: BlockOptions) {
      return isTrue(value) ? options.fn(this) : options.inverse(this);
    },
    unless(this: unknown, value: Value, options: BlockOptions) {
      return isTrue(value) ? options.inverse(this) : options.fn(this);
    },
    each(this: unknown, items: Value, options: BlockOptions) {
      return repeated(items, options, this);
    },
    with(this: unknown, value: Value, options: BlockOptions) {
      if (value === null || value === undefined) return options.inverse(this);
      return options.fn(value, { data: { ...options.data, ...inside(value, options.data) }, blockParams: [value] });
    },
    json: (value: Value, { data }: BlockOptions) => jsonOf(value, data),
    default: (value: Value, other: Value) => value ?? other,
    upper: (value: Value, { data }: BlockOptions) => readText(value, data).toUpperCase(),
    lower: (value: Value, { data }: BlockOptions) => readText(value, data).toLowerCase(),
    trim: (value: Value, { data }: BlockOptions) => readText(value, data).trim(),
    join: (list: Value, ...rest: readonly unknown[]) =>
      joined(list, rest.length > 1 ? (rest[0] as Value) : ", ", (rest.at(-1) as BlockOptions).data),
    length: (value: Value, { data }: BlockOptions) => lengthOf(value, data),
    lookup: (value: Value, key: Value, { data }: BlockOptions) => ownValue(value, readText(key, data)),
    eq: (a: Value, b: Value, { data }: BlockOptions) => isEqual(a, b, data),
    ne: (a: Value, b: Value, { data }: BlockOptions) => !isEqual(a, b, data),
    not: (value: Value) => !isTrue(value),
    and: (...values: readonly unknown[]) => values.slice(0, -1).every((value) => isTrue(value as Value)),
    or: (...values: readonly unknown[]) => values.slice(0, -1).some((value) => isTrue(value as Value)),
  });
  return engine;
}
