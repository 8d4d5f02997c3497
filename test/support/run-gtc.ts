/** `gtc` as a test runs it: in process, with what it printed caught. */
import { PassThrough, Readable, Writable } from "node:stream";
import type { ExitCode } from "../../src/base/index.ts";
import { runCli } from "../../src/cli/index.ts";
import { noPaint } from "../../src/text/index.ts";

export interface Ran {
  readonly exitCode: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
  /** `stdout` as one JSON value a line. */
  readonly lines: readonly Record<string, unknown>[];
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** A person who types: gets everything that was printed so far whenever something is, and may write. */
  readonly person?: (screen: string, type: (keys: string) => void) => void;
}

/** Runs `gtc` with the words behind it; nobody sits at the terminal unless there is a `person`. */
export async function runGtc(words: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { person } = options;
  const keyboard = new PassThrough();
  const stdout = new Caught(person && ((screen) => person(screen, (keys) => keyboard.write(keys))));
  const stderr = new Caught();
  const asIs = (text: string): string => text;
  const context = {
    stdin: person === undefined ? Readable.from([options.stdin ?? ""]) : keyboard,
    stdout,
    stderr,
    isTerminal: person !== undefined,
    width: 100,
    paint: { ...noPaint, good: asIs, accent: asIs },
    cwd: options.cwd ?? "/",
    env: options.env ?? {},
    untilStopped: async () => undefined,
    outliveOutput: () => undefined,
  };
  const exitCode = await runCli(words, context, "0.0.0-test");
  return {
    exitCode,
    stdout: stdout.text,
    stderr: stderr.text,
    get lines() {
      const lines = stdout.text.split("\n").filter((line) => line !== "");
      return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    },
  };
}

class Caught extends Writable {
  text = "";
  readonly #onText: ((text: string) => void) | undefined;

  constructor(onText?: (text: string) => void) {
    super();
    this.#onText = onText;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString("utf8");
    done();
    this.#onText?.(this.text);
  }
}
