/** The context of a real process: its streams, its terminal, its colours, its signals. */
import { isatty } from "node:tty";
import pc from "picocolors";
import type { Environment, Palette, Surroundings } from "./command.ts";
import { errorsAreJson } from "./error-format.ts";
import { reportError } from "./report-error.ts";

const DEFAULT_WIDTH = 100;

/** How long a program that outlives its output waits at its end for a reader of what it printed last. */
const LAST_LINES_MS = 2000;

interface ProcessContext extends Surroundings {
  /** To be called once the command is over: of a program that outlives its output, a reader who only waits holds up no end. */
  readonly end: () => void;
}

/** The context for `main.ts`. Colours: only on a terminal, and never with NO_COLOR (no-color.org) or `--no-color`. */
export function processContext(words: readonly string[], env: Environment): ProcessContext {
  const isTerminal = isatty(0) && isatty(1);
  const wanted = (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb" && !words.includes("--no-color");
  const paint = paletteOf(wanted && isatty(1));
  const output = endWithOutput({ stderr: process.stderr, paint }, errorsAreJson(words, env));
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    isTerminal,
    width: process.stdout.columns || DEFAULT_WIDTH,
    paint,
    cwd: currentFolder(env),
    env,
    untilStopped: stopSignals(),
    ...output,
  };
}

/** A folder that was removed while a shell stands in it has no path any more: what it was called there then, as the shell says. */
function currentFolder(env: Environment): string {
  try {
    return process.cwd();
  } catch (fault) {
    const called = env["PWD"];
    if (called === undefined) throw fault;
    return called;
  }
}

/**
 * One Ctrl-C comes more than once: to each process of the terminal, and again from each that passes it on, such as npm and
 * `npm start`; so does a SIGTERM that a supervisor sends to all processes of a service. What follows in this time is the same.
 */
const ECHO_MS = 500;

/**
 * How to wait for the next signal to stop. From the first wait on signals are listened to for good: between two waits, one
 * would end the program at once. Where nobody waits any more, it does what it does by itself.
 */
function stopSignals(): () => Promise<void> {
  const waiting: (() => void)[] = [];
  let heardAtMs = -Infinity;
  let listens = false;
  const hear = (signal: NodeJS.Signals): void => {
    if (performance.now() - heardAtMs < ECHO_MS) return;
    heardAtMs = performance.now();
    if (waiting.length === 0) {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    }
    for (const stop of waiting.splice(0)) stop();
  };
  return () => {
    if (!listens) for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, hear);
    listens = true;
    return new Promise((resolve) => void waiting.push(resolve));
  };
}

/** Ends the program when its output cannot be written, until `outliveOutput` takes that back. */
function endWithOutput(
  context: Pick<Surroundings, "stderr" | "paint">,
  asJson: boolean,
): Pick<ProcessContext, "outliveOutput" | "end"> {
  let isNeeded = true;
  process.stdout.on("error", (fault: NodeJS.ErrnoException) => {
    // A reader that goes away early (`gtc events list | head`) is no error.
    if (isNeeded) process.exit(fault.code === "EPIPE" ? 0 : reportError(fault, context, asJson));
  });
  // There is nowhere left to say it; the exit code goes on to tell how it went.
  process.stderr.on("error", () => undefined);
  return {
    outliveOutput: () => {
      isNeeded = false;
    },
    end: () => {
      // Lines that nobody takes are work to Node: it would wait for them for ever.
      if (!isNeeded) setTimeout(() => process.exit(), LAST_LINES_MS).unref();
    },
  };
}

/** The colours of everything that gtc prints. */
export function paletteOf(enabled: boolean): Palette {
  const { red, yellow, dim, bold, green, cyan } = pc.createColors(enabled);
  return { error: red, warning: yellow, dim, bold, good: green, accent: cyan };
}
