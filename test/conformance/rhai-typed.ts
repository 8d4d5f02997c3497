/** The tagged values of the case files, to and from Rhai values, and when two are the same. */
import { rhaiValues as make, type RhaiValue } from "../../src/rhai/index.ts";

export type Typed = Readonly<Record<string, unknown>>;

export function fromTyped(typed: Typed): RhaiValue {
  const [tag, value] = Object.entries(typed)[0]!;
  switch (tag) {
    case "int":
      return make.int(BigInt(value as string | number));
    case "float":
      return make.float(Number(value));
    case "char":
      return make.char(value as string);
    case "array":
      return make.array((value as Typed[]).map(fromTyped));
    case "map":
      return make.map(
        Object.entries(value as Record<string, Typed>).map(([key, item]) => [key, fromTyped(item)] as const),
      );
    case "blob":
      return make.blob(Uint8Array.from(value as number[]));
    case "range": {
      const { from, to, inclusive } = value as { from: string | number; to: string | number; inclusive: boolean };
      return make.range(make.int(BigInt(from)), make.int(BigInt(to)), inclusive);
    }
    case "unit":
      return null;
    case "string":
    case "bool":
      return value as string | boolean;
    default:
      throw new Error(`no value has the tag ${tag}`);
  }
}

export function toTyped(value: RhaiValue): Typed {
  return make.match<Typed>(value, {
    unit: () => ({ unit: null }),
    bool: (bool) => ({ bool }),
    int: (int) => ({ int: typeof int === "number" ? int : int.toString() }),
    float: (float) => ({ float: Number.isFinite(float) ? float : String(float) }),
    string: (string) => ({ string }),
    char: (char) => ({ char }),
    array: (items) => ({ array: items.map(toTyped) }),
    map: (entries) => ({ map: Object.fromEntries([...entries].map(([key, item]) => [key, toTyped(item)])) }),
    blob: (bytes) => ({ blob: [...bytes] }),
    range: ({ from, to, inclusive }) => ({ range: { from: String(from), to: String(to), inclusive } }),
    fn: (name) => ({ fnptr: name }),
    timestamp: () => ({ timestamp: null }),
    items: (each) => ({ items: [...each()].map(toTyped) }),
  });
}

/** The matching rules of the case files: `any` matches everything, integers by value, floats within a tolerance. */
export function sameTyped(actual: Typed, expected: Typed, tolerance = 0): boolean {
  const [tag, left] = Object.entries(actual)[0]!;
  const [wanted, right] = Object.entries(expected)[0]!;
  if (wanted === "any") return true;
  if (tag !== wanted) return false;
  switch (tag) {
    case "int":
      return BigInt(left as string) === BigInt(right as string);
    case "float":
      return (
        Object.is(Number(left), Number(right)) ||
        Number(left) === Number(right) ||
        Math.abs(Number(left) - Number(right)) <= tolerance
      );
    case "array":
      return sameLists(left as Typed[], right as Typed[], tolerance);
    case "map":
      return sameMaps(left as Record<string, Typed>, right as Record<string, Typed>, tolerance);
    case "range":
      return sameRange(left as Record<string, string>, right as Record<string, string>);
    case "blob":
      return String(left) === String(right);
    case "unit":
      return true;
    default:
      return left === right;
  }
}

function sameLists(left: readonly Typed[], right: readonly Typed[], tolerance: number): boolean {
  return left.length === right.length && left.every((item, at) => sameTyped(item, right[at]!, tolerance));
}

function sameMaps(left: Record<string, Typed>, right: Record<string, Typed>, tolerance: number): boolean {
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && sameTyped(left[key]!, right[key]!, tolerance))
  );
}

function sameRange(left: Record<string, string>, right: Record<string, string>): boolean {
  return (
    BigInt(left["from"]!) === BigInt(right["from"]!) &&
    BigInt(left["to"]!) === BigInt(right["to"]!) &&
    left["inclusive"] === right["inclusive"]
  );
}
