/** The context of a real process: its streams, its terminal, its colours, its signals. */
import { once } from "node:events";
import { isatty } from "node:tty";
import pc from "picocolors";
import type { Environment, Palette, Surroundings } from "./command.ts";

const DEFAULT_WIDTH = 100;

/** The context for `main.ts`. Colours: only on a terminal, and never with NO_COLOR (no-color.org) or `--no-color`. */
export function processContext(words: readonly string[], env: Environment): Surroundings {
  const isTerminal = isatty(0) && isatty(1);
  const wanted = (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb" && !words.includes("--no-color");
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    isTerminal,
    width: process.stdout.columns || DEFAULT_WIDTH,
    paint: paletteOf(wanted && isatty(1)),
    cwd: process.cwd(),
    env,
    untilStopped: async () => {
      await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
    },
  };
}

/** The colours of everything that gtc prints. */
export function paletteOf(enabled: boolean): Palette {
  const { red, yellow, dim, bold, green, cyan } = pc.createColors(enabled);
  return { error: red, warning: yellow, dim, bold, good: green, accent: cyan };
}
