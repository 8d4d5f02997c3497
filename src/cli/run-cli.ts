/** Finds the command that was named, runs it, and is the one place where an error becomes a message and an exit code. */
import { GtcError, nearest, type ExitCode } from "../base/index.ts";
import { UsageFault, type Command, type CommandContext, type Surroundings } from "./command.ts";
import { COMMANDS, type CommandEntry } from "./commands.ts";
import { errorsAreJson } from "./error-format.ts";
import { commandHelp, groupHelp, overview } from "./help.ts";
import { parseCommandLine, usage } from "./parse-command-line.ts";
import { reportError } from "./report-error.ts";

/**
 * Runs `gtc` with the words behind it. Never throws.
 * @param words without the program itself: `["events", "list", "--json"]`
 */
export async function runCli(
  words: readonly string[],
  surroundings: Surroundings,
  version: string,
  entries: readonly CommandEntry[] = COMMANDS,
): Promise<ExitCode> {
  let asJson = errorsAreJson(words, surroundings.env);
  const context = { ...surroundings, version, tellErrorsAsJson: () => void (asJson = true) };
  try {
    return await dispatch(words, context, entries);
  } catch (thrown) {
    return reportError(thrown, context, asJson);
  }
}

async function dispatch(
  words: readonly string[],
  context: CommandContext,
  entries: readonly CommandEntry[],
): Promise<ExitCode> {
  const [first] = words;
  if (first === "--version" || first === "-V") return print(context, `${context.version}\n`);
  if (first === undefined || first === "--help" || first === "-h") {
    return print(context, overview(entries, context.paint), first === undefined ? 2 : 0);
  }
  if (first === "help") return dispatch([...words.slice(1), "--help"], context, entries);
  if (first === "--no-color") return dispatch(withNoColorBehind(words), context, entries);
  const entry = findEntry(words, entries);
  if (entry === undefined) return noCommand(words, context, entries);
  return runCommand(await entry.load(), words.slice(entry.name.split(" ").length), context);
}

/** Options stand behind a command; where there is nothing else, there is no command for it either. */
function withNoColorBehind(words: readonly string[]): readonly string[] {
  const others = words.filter((word) => word !== "--no-color");
  return others.length === 0 ? [] : [...others, "--no-color"];
}

async function runCommand(command: Command, words: readonly string[], context: CommandContext): Promise<ExitCode> {
  const given = parseCommandLine(command, words);
  if (given.options.has("help")) return print(context, commandHelp(command, context.paint));
  try {
    return await command.run(context, given);
  } catch (thrown) {
    if (thrown instanceof UsageFault) throw usage(command, `${thrown.message}.`);
    throw thrown;
  }
}

/** The longest name wins: `rhai run` before `rhai`. */
function findEntry(words: readonly string[], entries: readonly CommandEntry[]): CommandEntry | undefined {
  const isNamed = ({ name }: CommandEntry): boolean => name.split(" ").every((word, index) => words[index] === word);
  return entries.filter(isNamed).toSorted((a, b) => b.name.length - a.name.length)[0];
}

function noCommand(words: readonly string[], context: CommandContext, entries: readonly CommandEntry[]): ExitCode {
  const [first = "", second] = words;
  const group = entries.filter(({ name }) => name.startsWith(`${first} `));
  if (group.length === 0) throw unknownCommand(first, entries);
  if (second === undefined || second.startsWith("-")) {
    const asked = words.includes("--help") || words.includes("-h");
    return print(context, groupHelp(first, group, context.paint), asked ? 0 : 2);
  }
  throw unknownCommand(`${first} ${second}`, group);
}

function unknownCommand(name: string, entries: readonly CommandEntry[]): GtcError {
  const names = entries.flatMap((entry) => [entry.name, entry.name.split(" ")[0] ?? ""]);
  const meant = nearest(name, new Set(names));
  const suggestion = meant === undefined ? "" : ` Did you mean \`gtc ${meant}\`?`;
  const what = name.startsWith("-") ? "option" : "command";
  return new GtcError("GTC_USAGE", { detail: `There is no ${what} ${name}.${suggestion}` });
}

function print({ stdout }: CommandContext, text: string, exitCode: ExitCode = 0): ExitCode {
  stdout.write(text);
  return exitCode;
}
