/** `gtc rhai run` and `gtc rhai check`: scripts outside of flows. */
import { randomInt } from "node:crypto";
import type { Writable } from "node:stream";
import { GtcError, messageOf, systemClock } from "../base/index.ts";
import {
  checkScript,
  compileScript,
  display,
  parseJsonValue,
  RhaiError,
  RhaiScope,
  rhaiValues,
  toJsonText,
  type RhaiHost,
  type RhaiOptions,
  type RhaiValue,
} from "../rhai/index.ts";
import {
  diagnosticToJson,
  fileText,
  whyNoText,
  renderDiagnostic,
  Source,
  visibleJson,
  type Diagnostic,
} from "../text/index.ts";
import { defineCommand, type CommandContext } from "./command.ts";
import { flag, many, optional, text } from "./options.ts";
import { readBytes } from "./scheme-options.ts";
import { jsonLine } from "./json-line.ts";

const STRICT = flag("Pure Rhai, without the extensions that flows have");

export const rhaiRun = defineCommand({
  name: "rhai run",
  summary: "Run a script and print its result",
  description:
    "The script has the limits of a flow's script. What it prints goes to the standard output, with --json to the standard error.",
  examples: [
    'gtc rhai run transform.rhai --scope \'{"event": {"payload": {}}}\'',
    "gtc rhai run -e '[3, 1, 2].order()' --json",
  ],
  args: { file: optional("The script; `-` for the standard input") },
  options: {
    expression: text("SCRIPT", "The script itself instead of a file", { short: "e" }),
    scope: text("JSON", "Variables for the script: an object with one key for each"),
    strict: STRICT,
    json: flag("Print the result as JSON"),
  },
  run: async (context, { args, options }) => {
    const source = await sourceOf(context, args.file, options.expression);
    const scope = scopeOf(options.scope ?? "{}");
    const output = options.json ? context.stderr : context.stdout;
    const result = runScript(source, scope, rhaiHost(output), { strict: options.strict });
    context.stdout.write(resultText(result, source.name, options.json));
    return 0;
  },
});

export const rhaiCheck = defineCommand({
  name: "rhai check",
  summary: "Look for the faults of scripts without running them",
  description:
    "Finds what does not compile, and what could only fail when it is reached: functions that nothing defines, names that a function does not see, modules.",
  examples: ["gtc rhai check scripts/*.rhai"],
  args: { files: many("The scripts; `-` for the standard input") },
  options: { strict: STRICT, json: flag("Print JSON, one object a fault") },
  run: async (context, { args, options }) => {
    if (args.files.length === 0) throw new GtcError("GTC_USAGE", { detail: "gtc rhai check: FILES are missing." });
    const faults: Diagnostic[] = [];
    for (const file of args.files) {
      const source = await sourceOf(context, file, undefined);
      faults.push(...checkScript(source, { strict: options.strict }));
    }
    context.stdout.write(faultsText(faults, options.json, context));
    if (!options.json && faults.length === 0) context.stderr.write(`${context.paint.good("✓")} no faults\n`);
    return faults.length === 0 ? 0 : 3;
  },
});

/** An error whose places are shown with their lines. */
class ScriptFault extends GtcError {
  readonly diagnostics: readonly Diagnostic[];
  constructor(path: string, diagnostics: readonly Diagnostic[]) {
    super("GTC_SCRIPT_INVALID", { path, count: diagnostics.length });
    this.diagnostics = diagnostics;
  }
}

/** Compiles and runs a script. @throws GtcError GTC_SCRIPT_INVALID with its places, GTC_SCRIPT_FAILED with a frame */
function runScript(source: Source, scope: RhaiScope, host: RhaiHost, options: Partial<RhaiOptions>): RhaiValue {
  const compiled = compileScript(source, options);
  if ("diagnostics" in compiled) throw new ScriptFault(source.name, compiled.diagnostics);
  try {
    return compiled.script.run(scope, host);
  } catch (thrown) {
    const detail = thrown instanceof RhaiError ? thrown.render() : messageOf(thrown);
    throw new GtcError("GTC_SCRIPT_FAILED", { path: source.name, detail }, { cause: thrown });
  }
}

/** What a script on the command line may use of the machine: output, clock, randomness. */
export function rhaiHost(output: Writable): RhaiHost {
  const line = (written: string): void => void output.write(`${written}\n`);
  return { print: line, debug: line, now: () => systemClock.now(), random: () => randomInt(2 ** 32) / 2 ** 32 };
}

async function sourceOf(
  context: CommandContext,
  file: string | undefined,
  expression: string | undefined,
): Promise<Source> {
  if ((file === undefined) === (expression === undefined))
    throw new GtcError("GTC_USAGE", { detail: "gtc rhai run: Give either FILE or -e SCRIPT." });
  if (expression !== undefined) return new Source("-e", expression);
  const name = file ?? "-";
  const bytes = await readBytes(context, name);
  const text = fileText(bytes);
  if (text !== undefined) return new Source(name, text);
  const { what, fix } = whyNoText(bytes);
  throw new GtcError("GTC_USAGE", { detail: `${name} ${what}. ${fix}` });
}

function scopeOf(json: string): RhaiScope {
  const scope = new RhaiScope();
  for (const [name, value] of entriesOf(json)) scope.setValue(name, value);
  return scope;
}

function entriesOf(json: string): ReadonlyMap<string, RhaiValue> {
  const none = (): undefined => undefined;
  const entries = rhaiValues.match<ReadonlyMap<string, RhaiValue> | undefined>(scopeValue(json), {
    map: (found) => found,
    unit: none,
    bool: none,
    int: none,
    float: none,
    string: none,
    char: none,
    array: none,
    blob: none,
    range: none,
    items: none,
    fn: none,
    timestamp: none,
  });
  if (entries !== undefined) return entries;
  throw new GtcError("GTC_USAGE", {
    detail: "gtc rhai run: --scope must be a JSON object, one key for each variable.",
  });
}

function scopeValue(json: string): RhaiValue {
  try {
    return parseJsonValue(json);
  } catch (cause) {
    throw new GtcError("GTC_USAGE", { detail: `gtc rhai run: --scope is not JSON: ${messageOf(cause)}.` }, { cause });
  }
}

function resultText(result: RhaiValue, path: string, asJson: boolean): string {
  if (!asJson) return result === null ? "" : `${display(result)}\n`;
  try {
    return `${visibleJson(toJsonText(result))}\n`;
  } catch (cause) {
    throw new GtcError(
      "GTC_SCRIPT_FAILED",
      { path, detail: `its result has no JSON form: ${messageOf(cause)}` },
      { cause },
    );
  }
}

function faultsText(faults: readonly Diagnostic[], asJson: boolean, { paint }: CommandContext): string {
  return faults
    .map((fault) => (asJson ? jsonLine(diagnosticToJson(fault)) : `${renderDiagnostic(fault, paint)}\n\n`))
    .join("");
}
