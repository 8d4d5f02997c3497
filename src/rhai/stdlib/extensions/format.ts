/**
 * `format!("…", args)`: Rust's patterns, as flow authors expect them. `{}` takes the next argument, `{0}` one by its
 * place, `{name}` a key of the last argument if that is a map; behind a colon stand fill, alignment, sign, width,
 * precision and form: `{:>8}`, `{:*^10}`, `{:08.3}`, `{:x}`, `{:?}`. `{{` and `}}` are braces.
 */
import { isInt } from "../../arithmetic.ts";
import { RhaiError } from "../../errors.ts";
import { native, type Native } from "../../natives.ts";
import type { RuntimeCalls as Runtime } from "../../runtime-calls.ts";
import { tooLarge } from "../../runtime-sizes.ts";
import { debugForm } from "../../text-form.ts";
import { RhaiMap } from "../../containers.ts";
import { RhaiFloat, type RhaiValue } from "../../values.ts";

const MAX_ARGUMENTS = 16;
const MAX_WIDTH = 10_000;
const PIECE = /\{\{|\}\}|\{([^{}]*)\}|[{}]/g;
const SPEC = /^(?:(.)?([<^>]))?(\+)?(#)?(0)?(\d+)?(?:\.(\d+))?([?xXbo])?$/u;

export const FORMAT: readonly Native[] = Array.from({ length: MAX_ARGUMENTS + 1 }, (_, count) =>
  native<[string, ...RhaiValue[]]>(
    ["format", "string", ...Array<string>(count).fill("any")].join(" "),
    ([pattern, ...args], runtime, at) => runtime.sized(formatText(pattern, args, runtime, at), at),
    { extension: true },
  ),
);

function formatText(pattern: string, args: readonly RhaiValue[], runtime: Runtime, at: number): string {
  const { maxStringSize } = runtime.options;
  let next = 0;
  let length = 0;
  return pattern.replaceAll(PIECE, (piece, inner: string | undefined, offset: number) => {
    if (piece === "{{" || piece === "}}") return piece[0]!;
    if (inner === undefined)
      throw fault(
        `"${piece}" at position ${offset} has no counterpart; write "${piece}${piece}" for the character itself`,
        at,
      );
    const colon = inner.indexOf(":");
    const name = (colon === -1 ? inner : inner.slice(0, colon)).trim();
    const value = name === "" ? args[next++] : argument(name, args);
    if (value === undefined) throw fault(`"${piece}" at position ${offset} has no argument: ${args.length} given`, at);
    const text = shaped(value, colon === -1 ? "" : inner.slice(colon + 1), piece, runtime, at);
    length += text.length;
    // The same long text a thousand times must not be made before it is refused.
    if (maxStringSize > 0 && length > maxStringSize) throw tooLarge("Length of string", at);
    return text;
  });
}

function argument(name: string, args: readonly RhaiValue[]): RhaiValue | undefined {
  if (/^\d+$/.test(name)) return args[Number(name)];
  const last = args.at(-1);
  return last instanceof RhaiMap ? last.entries.get(name) : undefined;
}

function shaped(value: RhaiValue, spec: string, piece: string, runtime: Runtime, at: number): string {
  const match = SPEC.exec(spec.trimEnd());
  if (match === null) throw fault(`"${piece}" is no format; write for example {:>8}, {:.2} or {:?}`, at);
  const [, fill = " ", align, sign, prefix, zero, widthText = "0", precision, form] = match;
  const width = Number(widthText);
  if (width > MAX_WIDTH || Number(precision ?? 0) > 100) throw fault(`"${piece}" is wider than ${MAX_WIDTH}`, at);
  let text = formed(value, form, prefix !== undefined, precision, runtime);
  const isNumber = isInt(value) || value instanceof RhaiFloat;
  if (sign !== undefined && isNumber && !text.startsWith("-")) text = `+${text}`;
  const hasDigits = isInt(value) || isFinite(value);
  if (zero !== undefined && hasDigits && align === undefined) return zeroPadded(text, width);
  return aligned(text, width, fill, align ?? (isNumber ? ">" : "<"));
}

const RADIX: Readonly<Record<string, readonly [number, string]>> = {
  x: [16, "0x"],
  X: [16, "0x"],
  b: [2, "0b"],
  o: [8, "0o"],
};

function formed(
  value: RhaiValue,
  form: string | undefined,
  withPrefix: boolean,
  precision: string | undefined,
  runtime: Runtime,
): string {
  const radix = form === undefined ? undefined : RADIX[form];
  if (radix !== undefined && isInt(value)) {
    const digits = BigInt.asUintN(64, BigInt(value)).toString(radix[0]);
    return (withPrefix ? radix[1] : "") + (form === "X" ? digits.toUpperCase() : digits);
  }
  if (precision !== undefined && isFinite(value)) return fixed(value.value, Number(precision));
  const text = form === "?" ? debugForm(value) : runtime.text(value);
  return precision !== undefined && typeof value === "string"
    ? Array.from(text).slice(0, Number(precision)).join("")
    : text;
}

function isFinite(value: RhaiValue): value is RhaiFloat {
  return value instanceof RhaiFloat && Number.isFinite(value.value);
}

/** Without an exponent, which JavaScript writes from 1e21 on, where every float is an integer. */
function fixed(value: number, digits: number): string {
  if (Math.abs(value) < 1e21) return value.toFixed(digits);
  return `${BigInt(value)}${digits === 0 ? "" : `.${"0".repeat(digits)}`}`;
}

function zeroPadded(text: string, width: number): string {
  const sign = /^[+-]/.exec(text)?.[0] ?? "";
  return sign + text.slice(sign.length).padStart(width - sign.length, "0");
}

function aligned(text: string, width: number, fill: string, align: string): string {
  const missing = width - Array.from(text).length;
  if (missing <= 0) return text;
  const left = align === ">" ? missing : align === "^" ? Math.floor(missing / 2) : 0;
  return fill.repeat(left) + text + fill.repeat(missing - left);
}

function fault(message: string, at: number): RhaiError {
  return new RhaiError("ErrorRuntime", `format!: ${message}`, at);
}
