/**
 * What a command of `gtc` is: one file that exports a `Command` made by `defineCommand`. A command knows neither
 * `process` nor the terminal: all it may use of them comes in its `CommandContext`, so that a test runs it in process
 * exactly as `main.ts` runs it.
 *
 * Invariants:
 * 1. A command returns its exit code, or throws a `GtcError`, which `runCli` prints and turns into the code of its row.
 * 2. Data goes to `stdout`, everything said to a person beside it to `stderr`; with `--json`, `stdout` holds JSON only.
 */
import type { Readable, Writable } from "node:stream";
import type { ExitCode } from "../base/index.ts";
import type { Paint } from "../text/index.ts";

/** The outer world as a command sees it. */
export interface CommandContext {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Whether a person sits at both ends: then a command may ask, and prints tables instead of plain lines. */
  readonly isTerminal: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  /** Paints for a diagnostic and for what is printed; they paint nothing where colours are not wanted. */
  readonly paint: Palette;
  readonly cwd: string;
  readonly env: Environment;
  /** Of gtc. */
  readonly version: string;
  /** Resolves when the program is asked to stop (SIGINT, SIGTERM). Only a command that waits for it changes what a signal does. */
  readonly untilStopped: () => Promise<void>;
  /**
   * From here on nothing that becomes of the standard output (a full disk behind it, a reader that goes away) ends the
   * program: what is printed is not what it runs for.
   */
  readonly outliveOutput: () => void;
  /** From here on an error that ends the command is told as JSON, whatever its words say. */
  readonly tellErrorsAsJson: () => void;
}

/** What the program gives; the rest comes from `runCli`. */
export type Surroundings = Omit<CommandContext, "version" | "tellErrorsAsJson">;

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Palette extends Paint {
  readonly good: (text: string) => string;
  readonly accent: (text: string) => string;
}

/** One option: how it is written, what it means, and how its text becomes a value. */
export interface OptionSpec<T> {
  readonly kind: "flag" | "value";
  readonly summary: string;
  /** What stands for the value in the help: `PORT`. */
  readonly placeholder?: string;
  /** One letter: `e` for `-e`. */
  readonly short?: string;
  /** Whether it may be given several times; `read` then gets them all. */
  readonly repeatable?: boolean;
  /** Turns the texts that were given (none: the option was not written) into the value. @throws UsageFault */
  readonly read: (texts: readonly string[]) => T;
}

export interface ArgumentSpec<T> {
  readonly summary: string;
  readonly arity: "required" | "optional" | "many";
  readonly read: (texts: readonly string[]) => T;
}

/** A value that an option does not take: says what is wrong with it, in a sentence that continues `--port 99999999`. */
export class UsageFault extends Error {}

type OptionSpecs = Readonly<Record<string, OptionSpec<unknown>>>;
type ArgumentSpecs = Readonly<Record<string, ArgumentSpec<unknown>>>;
type ValuesOf<S> = {
  readonly [K in keyof S]: S[K] extends { read: (texts: readonly string[]) => infer T } ? T : never;
};

/** What was written behind the command's name, read by its specs. Option names are as declared: `"log-format"`. */
export interface Given<O, A> {
  readonly options: ValuesOf<O>;
  readonly args: ValuesOf<A>;
}

export interface CommandDefinition<O extends OptionSpecs, A extends ArgumentSpecs> {
  /** As it is typed: `start`, `events list`. */
  readonly name: string;
  /** One line, without a full stop. */
  readonly summary: string;
  /** More, for the command's own help. */
  readonly description?: string;
  readonly examples?: readonly string[];
  /** In the order in which they are written. */
  readonly args: A;
  readonly options: O;
  readonly run: (context: CommandContext, given: Given<O, A>) => Promise<ExitCode>;
}

/** A command whose options' types only its own file needs to know. */
export interface Command extends Omit<CommandDefinition<OptionSpecs, ArgumentSpecs>, "run"> {
  readonly run: (context: CommandContext, given: RawGiven) => Promise<ExitCode>;
}

/** The texts as they were written, by option and argument. */
export interface RawGiven {
  readonly options: ReadonlyMap<string, readonly string[]>;
  readonly args: ReadonlyMap<string, readonly string[]>;
}

/** Makes a command; `run` gets its options and arguments with the types that their specs read. */
export function defineCommand<const O extends OptionSpecs, const A extends ArgumentSpecs>(
  definition: CommandDefinition<O, A>,
): Command {
  return {
    ...definition,
    run: async (context, raw) =>
      definition.run(context, {
        options: readAll(definition.options, raw.options, (name) => `--${name}`),
        args: readAll(definition.args, raw.args, (name) => name.toUpperCase()),
      }),
  };
}

function readAll<S extends OptionSpecs | ArgumentSpecs>(
  specs: S,
  given: ReadonlyMap<string, readonly string[]>,
  nameOf: (name: string) => string,
): ValuesOf<S> {
  const values = Object.entries(specs).map(([name, spec]) => {
    const texts = given.get(name) ?? [];
    try {
      return [name, spec.read(texts)] as const;
    } catch (fault) {
      if (fault instanceof UsageFault) throw new UsageFault(`${nameOf(name)} ${fault.message}`, { cause: fault });
      throw fault;
    }
  });
  return Object.fromEntries(values) as ValuesOf<S>;
}
