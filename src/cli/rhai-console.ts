/**
 * `gtc rhai`: a console for the script language. Variables and functions stay from line to line; a line that is not
 * complete goes on in the next one; the lines of earlier days come back with the arrow keys.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import {
  compileScript,
  debugForm,
  parseScript,
  printScript,
  RhaiError,
  RhaiScope,
  type RhaiHost,
  type RhaiOptions,
} from "../rhai/index.ts";
import { codeFrame, renderDiagnostic, Source, visible, type Diagnostic } from "../text/index.ts";
import { defineCommand, type CommandContext, type Palette } from "./command.ts";
import { flag } from "./options.ts";
import { rhaiHost } from "./rhai.ts";

const MAX_HISTORY = 500;
const GREETING = "Rhai. Ctrl-D ends; an empty line ends a script of several lines.\n";

export const rhai = defineCommand({
  name: "rhai",
  summary: "Try the script language line by line",
  description: "Variables and functions stay. The history is kept in ~/.gtc_rhai_history.",
  args: {},
  options: { strict: flag("Pure Rhai, without the extensions that flows have") },
  run: async (context, { options }) => {
    const session = new RhaiSession(rhaiHost(context.stdout), { strict: options.strict }, context.paint);
    await converse(context, session);
    return 0;
  },
});

type Answer =
  { readonly kind: "incomplete" } | { readonly kind: "done"; readonly text: string; readonly isError: boolean };

/** What was entered so far: variables, constants and functions. */
class RhaiSession {
  readonly #scope = new RhaiScope();
  /** The text of each function, by name, parameters and type. */
  readonly #functions = new Map<string, string>();
  readonly #host: RhaiHost;
  readonly #options: Partial<RhaiOptions>;
  readonly #paint: Palette;

  constructor(host: RhaiHost, options: Partial<RhaiOptions>, paint: Palette) {
    this.#host = host;
    this.#options = options;
    this.#paint = paint;
  }

  /** Runs what was entered. `isLast`: no more lines come to complete it. */
  enter(text: string, isLast: boolean): Answer {
    const entered = new Source("console", text.trimEnd());
    const { program, diagnostics } = parseScript(entered, this.#options);
    if (!isLast && (diagnostics.some((fault) => goesOn(fault, entered.text)) || this.#isInComment(entered.text)))
      return { kind: "incomplete" };
    if (diagnostics.length > 0) return failed(diagnostics.map((fault) => renderDiagnostic(fault, this.#paint)));
    const added = new Map<string, string>(
      program.functions.map((fn) => [`${fn.thisType ?? ""}.${fn.name}/${fn.params.length}`, textOf(fn)] as const),
    );
    const earlier = [...this.#functions].filter(([key]) => !added.has(key)).map(([, fn]) => fn);
    const answer = this.#run(entered, earlier.join(""));
    if (!answer.isError) for (const [key, fn] of added) this.#functions.set(key, fn);
    return answer;
  }

  /** A comment may end with the script, so only this shows that it is open: it can be closed, which is a fault outside. */
  #isInComment(text: string): boolean {
    const closed = parseScript(new Source("console", `${text}\n*/`), this.#options);
    return text.includes("/*") && closed.diagnostics.length === 0;
  }

  /** Earlier functions stand before the text; places are told as those of the text. */
  #run(entered: Source, prefix: string): Extract<Answer, { kind: "done" }> {
    const compiled = compileScript(new Source("console", prefix + entered.text), this.#options);
    if ("diagnostics" in compiled) return failed(compiled.diagnostics.map(({ message }) => visible(message)));
    try {
      const result = compiled.script.run(this.#scope, this.#host);
      return { kind: "done", isError: false, text: result === null ? "" : `${debugForm(result)}\n` };
    } catch (thrown) {
      if (!(thrown instanceof RhaiError)) throw thrown;
      const at = thrown.at - prefix.length;
      const through = thrown.calls.length > 0 ? ` in ${thrown.calls.join(" > ")}` : "";
      const head = this.#paint.error(visible(thrown.text + through));
      return failed(at < 0 ? [head] : [head, codeFrame(entered, { start: at, end: at + 1 }, this.#paint)]);
    }
  }
}

/** Whether more lines can mend a fault: the text ends too early, or in a string that may have several lines. */
function goesOn({ span, code }: Diagnostic, text: string): boolean {
  if (text.endsWith("\\") && code === "bad-literal" && span.end >= text.length) return true;
  if (code === "unterminated-string") return text[span.start] === "`" || span.start >= text.length;
  return span.end >= text.length && !code.startsWith("bad");
}

type Fn = ReturnType<typeof parseScript>["program"]["functions"][number];

function textOf(fn: Fn): string {
  const body = { statements: [{ kind: "fn" as const, fn, span: fn.span }], hasValue: false, span: fn.span };
  return printScript({ body, functions: [fn] });
}

function failed(lines: readonly string[]): Extract<Answer, { kind: "done" }> {
  return { kind: "done", isError: true, text: `${lines.join("\n")}\n` };
}

/** Reads lines and answers until the input ends. */
async function converse(context: CommandContext, session: RhaiSession): Promise<void> {
  const { stdin, stdout, stderr, isTerminal, env } = context;
  const historyPath = isTerminal && env["HOME"] !== undefined ? join(env["HOME"], ".gtc_rhai_history") : undefined;
  const lines = createInterface({
    input: stdin,
    ...(isTerminal && { output: stdout, terminal: true }),
    history: readHistory(historyPath),
    historySize: MAX_HISTORY,
  });
  lines.on("history", (history: string[]) => writeHistory(historyPath, history));
  if (isTerminal) stderr.write(context.paint.dim(GREETING));
  // The input may have ended while lines of it are still answered; newer Nodes refuse a prompt then.
  let isOpen = true;
  lines.once("close", () => (isOpen = false));
  const prompt = (text: string): void => {
    if (!isOpen || !isTerminal) return;
    lines.setPrompt(text);
    lines.prompt();
  };
  let entered = "";
  const answer = (isLast: boolean): void => {
    const given = session.enter(entered, isLast);
    if (given.kind === "incomplete") return;
    (given.isError ? stderr : stdout).write(given.text);
    entered = "";
  };
  prompt("> ");
  for await (const line of lines) {
    entered += `${line}\n`;
    if (entered.trim() === "") entered = "";
    else answer(line.trim() === "");
    prompt(entered === "" ? "> " : "… ");
  }
  if (entered !== "") answer(true);
}

function readHistory(path: string | undefined): string[] {
  if (path === undefined) return [];
  try {
    return readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => line !== "");
  } catch {
    // The first time there is none.
    return [];
  }
}

function writeHistory(path: string | undefined, history: readonly string[]): void {
  if (path === undefined) return;
  try {
    writeFileSync(path, `${history.join("\n")}\n`, { mode: 0o600 });
  } catch {
    // A history that cannot be kept is no reason to end the conversation.
  }
}
