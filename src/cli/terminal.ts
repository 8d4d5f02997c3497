/** The context of a real process: its streams, its terminal, its colours, its signals. */
import { once } from "node:events";
import { isatty } from "node:tty";
import pc from "picocolors";
import type { Environment, Palette, Surroundings } from "./command.ts";
import { errorsAreJson } from "./error-format.ts";
import { reportError } from "./report-error.ts";

const DEFAULT_WIDTH = 100;

/** The context for `main.ts`. Colours: only on a terminal, and never with NO_COLOR (no-color.org) or `--no-color`. */
export function processContext(words: readonly string[], env: Environment): Surroundings {
  const isTerminal = isatty(0) && isatty(1);
  const wanted = (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb" && !words.includes("--no-color");
  const paint = paletteOf(wanted && isatty(1));
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    isTerminal,
    width: process.stdout.columns || DEFAULT_WIDTH,
    paint,
    cwd: process.cwd(),
    env,
    untilStopped: async () => {
      await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
    },
    outliveOutput: endWithOutput({ stderr: process.stderr, paint }, errorsAreJson(words, env)),
  };
}

/** Ends the program when its output cannot be written; what it returns takes that back. */
function endWithOutput(context: Pick<Surroundings, "stderr" | "paint">, asJson: boolean): () => void {
  let isNeeded = true;
  process.stdout.on("error", (fault: NodeJS.ErrnoException) => {
    // A reader that goes away early (`gtc events list | head`) is no error.
    if (isNeeded) process.exit(fault.code === "EPIPE" ? 0 : reportError(fault, context, asJson));
  });
  // There is nowhere left to say it; the exit code goes on to tell how it went.
  process.stderr.on("error", () => undefined);
  return () => {
    isNeeded = false;
  };
}

/** The colours of everything that gtc prints. */
export function paletteOf(enabled: boolean): Palette {
  const { red, yellow, dim, bold, green, cyan } = pc.createColors(enabled);
  return { error: red, warning: yellow, dim, bold, good: green, accent: cyan };
}
