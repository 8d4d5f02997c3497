/**
 * Native functions: what the standard library and a host add to the language. A function is found by its name, its
 * number of arguments and their types; the first overload that fits is called.
 */
import type { RuntimeCalls as Runtime } from "./runtime-calls.ts";
import { T, typeBit, type RhaiValue } from "./values.ts";

/**
 * What a function does to its first argument: nothing, take it by reference without changing it (which strict Rhai
 * still refuses on a constant), or change it.
 */
export type Effect = "pure" | "by-ref" | "changes";

export interface Native {
  readonly name: string;
  /** Type bits of each parameter. */
  readonly types: readonly number[];
  readonly effect: Effect;
  /** Also readable as a property `x.name`. */
  readonly isProperty: boolean;
  /** Whether a call takes longer the larger its arguments are. */
  readonly isSizeBound: boolean;
  /** Ours, not Rhai's: off in strict mode. */
  readonly isExtension: boolean;
  call(runtime: Runtime, args: readonly RhaiValue[], at: number): RhaiValue;
}

export type NativeCall<A extends readonly RhaiValue[]> = (
  args: A,
  runtime: Runtime,
  at: number,
) => RhaiValue | undefined;

export interface NativeOptions {
  readonly effect?: Effect;
  readonly property?: boolean;
  readonly extension?: boolean;
}

/** Parameter types as the tables write them, e.g. `array int any`; `a|b` allows either. */
const TYPE_WORDS: Readonly<Record<string, number>> = {
  ...T,
  number: T.int | T.float,
  text: T.string | T.char,
  ranges: T.range | T.rangeInclusive,
};

const SIZED_TYPES = T.string | T.array | T.map | T.blob;
/** Functions of large values that look at one element. */
const LOOK_AT_ONE = new Set(["get", "set", "push", "pop", "len", "is_empty"]);

/** Defines one native function. `signature` is `name type type …`; a result of undefined is `()`. */
export function native<A extends readonly RhaiValue[]>(
  signature: string,
  call: NativeCall<A>,
  options: NativeOptions = {},
): Native {
  const [name = "", ...words] = signature.split(" ");
  const types = words.map((type) => type.split("|").reduce((bits, word) => bits | (TYPE_WORDS[word] ?? 0), 0));
  return {
    name,
    types,
    isSizeBound: ((types[0] ?? 0) & SIZED_TYPES) !== 0 && !LOOK_AT_ONE.has(name),
    effect: options.effect ?? "pure",
    isProperty: options.property ?? false,
    isExtension: options.extension ?? false,
    // The types were checked by `fits` before the call.
    call: (runtime, args, at) => call(args as unknown as A, runtime, at) ?? null,
  };
}

/** All functions a script can call, by name and number of arguments. */
export class NativeTable {
  readonly #byKey = new Map<string, Native[]>();
  readonly #properties = new Map<string, Native[]>();
  readonly #names = new Set<string>();

  constructor(natives: Iterable<Native>, strict: boolean) {
    for (const item of natives) if (!strict || !item.isExtension) this.#add(item);
  }

  #add(item: Native): void {
    push(this.#byKey, `${item.name}/${item.types.length}`, item);
    if (item.isProperty) push(this.#properties, item.name, item);
    this.#names.add(item.name);
  }

  /** The overloads of a call; empty when there are none. */
  find(name: string, arity: number): readonly Native[] {
    return this.#byKey.get(`${name}/${arity}`) ?? NONE;
  }

  property(name: string): readonly Native[] {
    return this.#properties.get(name) ?? NONE;
  }

  /** Whether some overload changes its first argument. */
  mayChange(name: string, arity: number): boolean {
    return this.find(name, arity).some(({ effect }) => effect === "changes");
  }

  /** Whether some overload takes its first argument by reference without changing it. */
  takesReference(name: string, arity: number): boolean {
    return this.find(name, arity).some(({ effect }) => effect === "by-ref");
  }

  get names(): ReadonlySet<string> {
    return this.#names;
  }
}

const NONE: readonly Native[] = [];

function push(map: Map<string, Native[]>, key: string, item: Native): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [item]);
  else list.push(item);
}

/** Whether the arguments fit the parameters. */
export function fits(types: readonly number[], args: readonly RhaiValue[]): boolean {
  for (let at = 0; at < types.length; at++) {
    const wanted = types[at]!;
    if (wanted !== T.any && (wanted & typeBit(args[at]!)) === 0) return false;
  }
  return true;
}
