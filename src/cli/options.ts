/** The kinds of options and arguments that commands declare. */
import { parseDurationMs, parseMomentMs } from "../base/index.ts";
import { UsageFault, type ArgumentSpec, type OptionSpec } from "./command.ts";

interface ValueLook {
  readonly short?: string;
}

/** `--verbose`: true when it is written. */
export function flag(summary: string, look: ValueLook = {}): OptionSpec<boolean> {
  return { kind: "flag", summary, ...look, read: (texts) => texts.length > 0 };
}

/** `--host HOST`. */
export function text(placeholder: string, summary: string, look: ValueLook = {}): OptionSpec<string | undefined> {
  return { kind: "value", placeholder, summary, ...look, read: (texts) => texts.at(-1) };
}

/** `--set NAME=VALUE --set …`: all that were written. */
export function texts(placeholder: string, summary: string, look: ValueLook = {}): OptionSpec<readonly string[]> {
  return { kind: "value", placeholder, summary, ...look, repeatable: true, read: (given) => given };
}

/** `--limit N`, a whole number between the bounds. */
export function integer(
  placeholder: string,
  summary: string,
  bounds: { readonly min: number; readonly max: number },
): OptionSpec<number | undefined> {
  const read = ([...given]: readonly string[]): number | undefined => {
    const written = given.at(-1);
    if (written === undefined) return undefined;
    const value = Number(written);
    if (/^\d+$/.test(written) && value >= bounds.min && value <= bounds.max) return value;
    throw new UsageFault(`must be a whole number from ${bounds.min} to ${bounds.max}, not ${JSON.stringify(written)}`);
  };
  return { kind: "value", placeholder, summary, read };
}

/** `--log-format pretty|json`. */
export function oneOf<const T extends string>(allowed: readonly T[], summary: string): OptionSpec<T | undefined> {
  const read = (given: readonly string[]): T | undefined => {
    const written = given.at(-1);
    if (written === undefined) return undefined;
    const found = allowed.find((value) => value === written);
    if (found !== undefined) return found;
    throw new UsageFault(`must be one of ${allowed.join(", ")}, not ${JSON.stringify(written)}`);
  };
  return { kind: "value", placeholder: allowed.join("|"), summary, read };
}

/** `--since 2h` or `--since 2026-11-24T09:00:00Z`: a moment, as a function of now. */
export function moment(placeholder: string, summary: string): OptionSpec<((nowMs: number) => number) | undefined> {
  const read = (given: readonly string[]): ((nowMs: number) => number) | undefined => {
    const written = given.at(-1);
    if (written === undefined) return undefined;
    // A number without a unit is no duration here: nobody asks for the last two milliseconds.
    const agoMs = /^[\d.\s]+$/.test(written) ? undefined : parseDurationMs(written);
    // Nothing is older, and a date has its bounds.
    if (agoMs !== undefined) return (nowMs) => Math.max(0, nowMs - agoMs);
    const atMs = parseMomentMs(written);
    if (atMs !== undefined) return () => atMs;
    throw new UsageFault(
      `must be a duration such as 2h or a time such as 2026-01-31T08:00:00Z, not ${JSON.stringify(written)}`,
    );
  };
  return { kind: "value", placeholder, summary, read };
}

export function required(summary: string): ArgumentSpec<string> {
  return { summary, arity: "required", read: ([first]) => first ?? "" };
}

export function optional(summary: string): ArgumentSpec<string | undefined> {
  return { summary, arity: "optional", read: ([first]) => first };
}

export function many(summary: string): ArgumentSpec<readonly string[]> {
  return { summary, arity: "many", read: (given) => given };
}
