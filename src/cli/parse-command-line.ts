/** From the words behind a command's name to what was given. Node's own tokenizer splits them; the words' sense is here. */
import { parseArgs } from "node:util";
import { GtcError, nearest } from "../base/index.ts";
import type { Command, OptionSpec, RawGiven } from "./command.ts";

export const HELP_OPTION: OptionSpec<boolean> = {
  kind: "flag",
  short: "h",
  summary: "Show this help",
  read: (texts) => texts.length > 0,
};
export const NO_COLOR_OPTION: OptionSpec<boolean> = {
  kind: "flag",
  summary: "Print without colours (so does NO_COLOR)",
  read: (texts) => texts.length > 0,
};
const EVERYWHERE = { help: HELP_OPTION, "no-color": NO_COLOR_OPTION };

/**
 * Reads the words behind a command's name.
 * @throws GtcError GTC_USAGE with "did you mean" for an unknown option.
 */
export function parseCommandLine(command: Command, words: readonly string[]): RawGiven {
  const specs: Readonly<Record<string, OptionSpec<unknown>>> = { ...command.options, ...EVERYWHERE };
  const options = new Map<string, string[]>();
  const positionals: string[] = [];
  for (const token of tokensOf(specs, words)) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const spec = Object.hasOwn(specs, token.name) ? specs[token.name] : undefined;
    if (spec === undefined) throw unknownOption(command, token.rawName, Object.keys(specs));
    const given = options.get(token.name) ?? [];
    if (given.length > 0 && spec.repeatable !== true && spec.kind === "value")
      throw usage(command, `${token.rawName} is given twice.`);
    given.push(valueOf(command, spec, token));
    options.set(token.name, given);
  }
  if (options.has("help")) return { options, args: new Map() };
  return { options, args: placeArguments(command, positionals) };
}

type Token = NonNullable<ReturnType<typeof parseArgs>["tokens"]>[number];
type OptionToken = Extract<Token, { kind: "option" }>;

function tokensOf(specs: Readonly<Record<string, OptionSpec<unknown>>>, words: readonly string[]): readonly Token[] {
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, { kind, short }]) => [
      name,
      {
        type: kind === "flag" ? ("boolean" as const) : ("string" as const),
        multiple: true,
        ...(short !== undefined && { short }),
      },
    ]),
  );
  return parseArgs({ args: [...words], options, strict: false, allowPositionals: true, tokens: true }).tokens;
}

function valueOf(command: Command, spec: OptionSpec<unknown>, { rawName, value, inlineValue }: OptionToken): string {
  if (spec.kind === "flag") {
    if (value !== undefined) throw usage(command, `${rawName} takes no value.`);
    return "true";
  }
  // Without strictness the tokenizer takes `--port --watch` as a value; nobody means that.
  if (value === undefined || (!inlineValue && /^--\w/.test(value)))
    throw usage(command, `${rawName} needs a value: ${rawName} ${spec.placeholder ?? "VALUE"}.`);
  return value;
}

function placeArguments(command: Command, positionals: readonly string[]): Map<string, readonly string[]> {
  const placed = new Map<string, readonly string[]>();
  let used = 0;
  for (const [name, { arity }] of Object.entries(command.args)) {
    const texts = positionals.slice(used, arity === "many" ? undefined : used + 1);
    if (texts.length === 0 && arity === "required") throw usage(command, `${name.toUpperCase()} is missing.`);
    if (texts.length > 0) placed.set(name, texts);
    used += texts.length;
  }
  const extra = positionals[used];
  if (extra !== undefined) throw usage(command, `${JSON.stringify(extra)} is one word too many.`);
  return placed;
}

function unknownOption(command: Command, rawName: string, known: readonly string[]): GtcError {
  const meant = nearest(rawName.replace(/^-+/, ""), known);
  const suggestion = meant === undefined ? "" : ` Did you mean --${meant}?`;
  return usage(command, `There is no option ${rawName}.${suggestion}`);
}

/** A wrong use of one command. */
export function usage(command: Pick<Command, "name">, detail: string): GtcError {
  return new GtcError("GTC_USAGE", { detail: `gtc ${command.name}: ${detail}`, command: command.name });
}
