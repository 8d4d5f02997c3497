/**
 * What a schema found, said to a person: the field, what is wrong with it, what is allowed, and the place.
 */
import type { z } from "zod";
import { nearest, type JsonValue } from "../base/index.ts";

export interface ShapeFault {
  readonly code: "missing-field" | "unknown-key" | "bad-value";
  readonly message: string;
  readonly hint?: string;
  readonly path: readonly (string | number)[];
  /** True when the place is the key at the end of the path, not its value. */
  readonly isKey?: true;
}

/** Stands for the checked value itself until its name is put there. */
const WHOLE = "\0";

type Issue = z.core.$ZodIssue;
type Path = readonly (string | number)[];

/** Turns the issues of checking `value` into faults; paths are relative to `value`, which is called `what`. */
export function describeIssues(
  issues: readonly Issue[],
  schema: z.core.$ZodType,
  value: JsonValue,
  what: string,
): ShapeFault[] {
  const faults = issues.flatMap((issue) => describeIssue(issue, schema, value, []));
  return onePerPlace(faults).map((fault) => ({ ...fault, message: fault.message.replace(WHOLE, what) }));
}

/** What has the wrong type also has the wrong length: the first complaint about a value is enough. */
function onePerPlace(faults: readonly ShapeFault[]): readonly ShapeFault[] {
  const seen = new Set<string>();
  return faults.filter(({ path }) => {
    const place = JSON.stringify(path);
    return !seen.has(place) && seen.add(place);
  });
}

function describeIssue(issue: Issue, schema: z.core.$ZodType, value: JsonValue, above: Path): ShapeFault[] {
  const path = [...above, ...(issue.path as Path)];
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => unknownKey(key, keysAt(schema, path, value), path));
  if (issue.code === "invalid_union") return describeUnion(issue, schema, value, path);
  if (issue.code === "invalid_key")
    return [{ code: "bad-value", message: `${label(path)} is not allowed as a name.`, path, isKey: true }];
  if (valueAt(value, path) === undefined)
    return [{ code: "missing-field", message: `${label(path)} is missing.`, path }];
  const allowed = issue.code === "invalid_value" ? issue.values.map(String) : [];
  return [
    {
      code: "bad-value",
      message: `${label(path)} ${complaint(issue)}.`,
      path,
      ...didYouMean(value, path, allowed),
      ...(isWanted(issue, "string") && inQuotes(valueAt(value, path))),
    },
  ];
}

function isWanted(issue: Issue, type: string): boolean {
  return issue.code === "invalid_type" && issue.expected === type;
}

/** What YAML takes for a number or a truth value. */
function inQuotes(given: JsonValue | undefined): { readonly hint?: string } {
  const isPlain = typeof given === "number" || typeof given === "bigint" || typeof given === "boolean";
  // As it stands in the file: of `1.10` and `0123` the value is not what was written.
  return isPlain ? { hint: "Write it in quotes, as it stands there." } : {};
}

function didYouMean(value: JsonValue, path: Path, allowed: readonly string[]): { readonly hint?: string } {
  const given = valueAt(value, path);
  const similar = typeof given === "string" ? nearest(given, allowed) : undefined;
  return similar === undefined ? {} : { hint: `Did you mean \`${similar}\`?` };
}

function unknownKey(key: string, known: readonly string[], path: Path): ShapeFault {
  const similar = nearest(key, known);
  const list = known.length === 0 ? undefined : `Known keys: ${known.join(", ")}.`;
  const hint = similar === undefined ? list : `Did you mean \`${similar}\`?`;
  const fault = {
    code: "unknown-key",
    message: `There is no key \`${key}\` here.`,
    path: [...path, key],
    isKey: true,
  } as const;
  return hint === undefined ? fault : { ...fault, hint };
}

/** Where one alternative accepts the value's type, its complaint is the one that helps. */
function describeUnion(
  issue: Extract<Issue, { code: "invalid_union" }>,
  schema: z.core.$ZodType,
  value: JsonValue,
  path: Path,
): ShapeFault[] {
  if (valueAt(value, path) === undefined)
    return [{ code: "missing-field", message: `${label(path)} is missing.`, path }];
  const alternatives = issue.errors.filter((errors) =>
    errors.every(({ code, path: at }) => code !== "invalid_type" || at.length > 0),
  );
  const best = alternatives.find((errors) => errors.length > 0);
  if (best !== undefined) return best.flatMap((inner) => describeIssue(inner, schema, value, path));
  const types = issue.errors.flatMap((errors) =>
    errors.map((inner) => (inner.code === "invalid_type" ? typeName(inner.expected) : undefined)),
  );
  const known = [...new Set(types.filter((type) => type !== undefined))];
  const options = "options" in issue && Array.isArray(issue.options) ? issue.options.map(String) : known;
  const message = `${label(path)} must be ${options.join(" or ") || "of another kind"}.`;
  return [{ code: "bad-value", message, path, ...didYouMean(value, path, options) }];
}

function complaint(issue: Issue): string {
  if (issue.code === "invalid_type") return `must be ${typeName(issue.expected)}`;
  if (issue.code === "invalid_value")
    return `must be ${issue.values.map((value) => `\`${String(value)}\``).join(" or ")}`;
  // A schema's own words, where it has some, say more than the limit.
  if (issue.code === "too_small" && issue.message.startsWith("Too small"))
    return `must be at least ${sizeOf(issue.minimum, issue.origin)}`;
  if (issue.code === "too_big" && issue.message.startsWith("Too big"))
    return `must be at most ${sizeOf(issue.maximum, issue.origin)}`;
  return issue.message;
}

function sizeOf(limit: number | bigint, origin: string): string {
  if (origin === "string") return `${limit} character(s) long`;
  return origin === "array" ? `${limit} item(s) long` : String(limit);
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a mapping",
  record: "a mapping",
};

function typeName(expected: string): string {
  return TYPE_NAMES[expected] ?? expected;
}

const PLAIN_KEY = /^[\w-]+$/;

/** The field as a person names it: `config.retry_policy.factor`, `conditions[0].next`, `headers["a b"]`. */
function label(path: Path): string {
  if (path.length === 0) return WHOLE;
  return `\`${path
    .map((step) => (typeof step === "string" && PLAIN_KEY.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`))
    .join("")
    .replace(/^\./, "")}\``;
}

function valueAt(value: JsonValue, path: Path): JsonValue | undefined {
  let found: JsonValue | undefined = value;
  for (const step of path) {
    if (found === null || typeof found !== "object") return undefined;
    found = Object.hasOwn(found, step) ? (found as Readonly<Record<string | number, JsonValue>>)[step] : undefined;
  }
  return found;
}

/** The keys that a schema knows at a path. Of alternatives it is the one that `value` chose, where it says which. */
function keysAt(schema: z.core.$ZodType, path: Path, value: JsonValue | undefined): readonly string[] {
  const def = schema._zod.def as unknown as SchemaDef;
  if (def.innerType !== undefined) return keysAt(def.innerType, path, value);
  if (def.in !== undefined) return keysAt(def.in, path, value);
  if (def.options !== undefined) {
    const chosen = def.options.filter((option) => isChosen(option, def.discriminator, value));
    const options = chosen.length > 0 ? chosen : def.options;
    return [...new Set(options.flatMap((option) => keysAt(option, path, value)))];
  }
  const [step, ...rest] = path;
  if (step === undefined) return Object.keys(def.shape ?? {});
  const child =
    def.element ??
    def.valueType ??
    (def.shape !== undefined && Object.hasOwn(def.shape, step) ? def.shape[step] : undefined);
  return child === undefined ? [] : keysAt(child, rest, value === undefined ? undefined : valueAt(value, [step]));
}

function isChosen(option: z.core.$ZodType, discriminator: string | undefined, value: JsonValue | undefined): boolean {
  if (discriminator === undefined || value === undefined) return false;
  const { shape } = option._zod.def as unknown as SchemaDef;
  const { values } = (shape?.[discriminator]?._zod.def ?? {}) as SchemaDef;
  return values?.includes(valueAt(value, [discriminator])) === true;
}

/** The parts of a schema's definition that lead to the schemas inside it. */
interface SchemaDef {
  readonly innerType?: z.core.$ZodType;
  readonly in?: z.core.$ZodType;
  readonly options?: readonly z.core.$ZodType[];
  readonly discriminator?: string;
  readonly values?: readonly unknown[];
  readonly shape?: Readonly<Record<string | number, z.core.$ZodType>>;
  readonly element?: z.core.$ZodType;
  readonly valueType?: z.core.$ZodType;
}
