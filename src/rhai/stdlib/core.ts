/** Functions of the engine and the language core: output, types, function pointers, JSON. */
import { RhaiError } from "../errors.ts";
import { countElements } from "../json-containers.ts";
import { parseJsonValue } from "../json.ts";
import { toJsonText } from "../json-text.ts";
import { native, type Native } from "../natives.ts";
import type { RhaiOptions } from "../options.ts";
import { tooLarge } from "../runtime-sizes.ts";
import { debugForm, display } from "../text-form.ts";
import { KEYWORDS, RESERVED, RESERVED_FUNCTIONS } from "../tokens.ts";
import { RhaiMap } from "../containers.ts";
import { RhaiFloat, RhaiFn, typeName, RhaiChar, type RhaiValue } from "../values.ts";

export const CORE: readonly Native[] = [
  native<[RhaiValue]>("print any", ([value], runtime) => {
    runtime.host.print?.(runtime.text(value));
  }),
  native("print", (_args, runtime) => {
    runtime.host.print?.("");
  }),
  native<[RhaiValue]>("debug any", ([value], runtime, at) => {
    runtime.host.debug?.(debugForm(value), runtime.source.positionAt(at));
  }),
  native("debug", (_args, runtime, at) => {
    runtime.host.debug?.("", runtime.source.positionAt(at));
  }),
  native<[RhaiValue]>("type_of any", ([value]) => typeName(value)),
  native<[RhaiValue]>("to_string any", ([value], runtime) => runtime.text(value)),
  native<[RhaiValue]>("to_debug any", ([value]) => debugForm(value)),
  native<[string]>("Fn string", ([name], _runtime, at) => {
    if (!/^[\p{XID_Start}_][\p{XID_Continue}]*$/u.test(name))
      throw new RhaiError("ErrorFunctionNotFound", `Function not found: ${name}`, at);
    if (RESERVED.has(name) || RESERVED_FUNCTIONS.has(name) || KEYWORDS.has(name))
      throw new RhaiError("ErrorParsing", `Syntax error: '${name}' is a reserved keyword`, at);
    return new RhaiFn(name, []);
  }),
  native<[RhaiFn]>("name fn", ([fn]) => fn.name, { property: true }),
  native<[RhaiFn]>("is_anonymous fn", ([fn]) => fn.name.startsWith("anon$"), { property: true }),
  native<[string, number | bigint]>("is_def_fn string int", ([name, arity], runtime) =>
    runtime.hasFunction(name, Number(arity)),
  ),
  native<[string, string, number | bigint]>("is_def_fn string string int", ([type, name, arity], runtime) =>
    runtime.hasFunction(`${type}.${name}`, Number(arity)),
  ),
  native<[string]>("parse_json string", ([text], runtime, at) => parsedJson(text, runtime.options, at)),
  native<[RhaiMap]>("to_json map", ([map], runtime, at) =>
    runtime.options.strict ? rustJson(map) : realJson(map, at),
  ),
  native<[RhaiValue]>("to_json any", ([value], _runtime, at) => realJson(value, at), { extension: true }),
  native("exit", (_args, _runtime, at) => stop(null, at)),
  native<[RhaiValue]>("exit any", ([value], _runtime, at) => stop(value, at)),
  native<[RhaiValue]>(
    "take any",
    ([value], runtime) => {
      runtime.replaced = { value: null };
      return value;
    },
    { effect: "changes" },
  ),
  native("tag any", () => 0, { property: true }),
];

/** Any JSON; in strict Rhai only an object, as its object maps are all that it reads. */
function parsedJson(text: string, options: RhaiOptions, at: number): RhaiValue {
  let value: RhaiValue;
  try {
    refuseTooMany(text, options, at);
    value = parseJsonValue(text);
  } catch (fault) {
    if (fault instanceof RhaiError) throw fault;
    throw new RhaiError("ErrorRuntime", `Syntax error: ${fault instanceof Error ? fault.message : "no JSON"}`, at);
  }
  if (options.strict && !(value instanceof RhaiMap))
    throw new RhaiError("ErrorMismatchOutputType", `Output type incorrect: ${typeName(value)} (expecting map)`, at);
  return value;
}

/** A value that would be refused for its size is not made: its millions of elements may be more than there is memory. */
function refuseTooMany(text: string, { maxArraySize, maxMapSize }: RhaiOptions, at: number): void {
  const most = maxArraySize + maxMapSize;
  if (maxArraySize === 0 || maxMapSize === 0 || text.length <= most) return;
  // An empty container counts as an element of its own besides the one that it is.
  if (countElements(text) > 2 * most) throw tooLarge("Size of array/BLOB", at);
}

function stop(value: RhaiValue, at: number): never {
  throw new RhaiError("ErrorTerminated", "Script terminated", at, { thrown: value });
}

function realJson(value: RhaiValue, at: number): string {
  try {
    return toJsonText(value);
  } catch (fault) {
    if (fault instanceof RhaiError) throw fault;
    throw new RhaiError("ErrorRuntime", fault instanceof Error ? fault.message : "no JSON form", at);
  }
}

/** Rhai's own `to_json`: characters and texts in Rust's debug form. */
function rustJson(value: RhaiValue): string {
  if (value instanceof RhaiMap)
    return `{${value
      .sortedKeys()
      .map((key) => `${debugForm(key)}:${rustJson(value.entries.get(key) ?? null)}`)
      .join(",")}}`;
  if (value === null) return "null";
  if (typeof value === "object" && "items" in value) return `[${value.items.map(rustJson).join(",")}]`;
  if (value instanceof RhaiFloat || typeof value !== "object") return debugForm(value);
  if (value instanceof RhaiChar) return `'${value.text}'`;
  if (!(value instanceof RhaiFn)) return `"${display(value)}"`;
  const parts = [`"${value.name}"`, ...value.curried.map(rustJson)];
  return parts.length === 1 ? parts.join() : `[${parts.join(",")}]`;
}
