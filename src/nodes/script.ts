/**
 * `script`: runs Rhai; the value of the last expression is the node's output. The script sees the same names as
 * conditions and templates do. Names that are no identifiers (a node `check-event`) cannot be written in a script: give
 * such a node an `output` name.
 *
 * Invariants:
 * 1. Only what a script mentions is converted, so a large payload costs nothing to a script that ignores it.
 * 2. A script changes its own copies: what later steps see of the event and of earlier outputs stays as it was.
 * 3. Errors come with the lines of the flow's file. What a script sees is the same at every try, so its errors are not
 *    tried again: a missing function is missing the next time, too. Two are, as the flow's retry policy says: what the
 *    script itself throws, because its author may mean "not yet", and the end of its time.
 */
import { z } from "zod";
import { messageOf, stringifyJson } from "../base/index.ts";
import {
  compileScript,
  fieldsRead,
  RhaiError,
  RhaiScope,
  suspectScript,
  toJsonText,
  type CompiledScript,
} from "../rhai/index.ts";
import { Source } from "../text/index.ts";
import { reportUnknownFields } from "./known-fields.ts";
import type { CompileContext, ConfigPath, NodeType, Outcome, StepContext, StepError } from "./node-type.ts";
import { outputFromJson } from "./output.ts";
import { eventFields, namesInFlow } from "./scope.ts";
import { unknownNames } from "./script-names.ts";

const configSchema = z.strictObject({
  script: z.string().min(1).describe("Rhai; the value of the last expression is the node's output."),
});

type ScriptConfig = z.infer<typeof configSchema>;

const PATH: ConfigPath = ["script"];

export const scriptNode: NodeType<ScriptConfig> = {
  type: "script",
  summary: "Runs a Rhai script; its last expression is the output.",
  configSchema,
  compile({ script: text }, context) {
    const result = compileScript(new Source("script", text));
    if ("diagnostics" in result) {
      for (const { level, message, hint, span } of result.diagnostics)
        context.report({
          level,
          code: "bad-script",
          message,
          ...(hint !== undefined && { hint }),
          path: PATH,
          range: span,
        });
      return undefined;
    }
    const { script } = result;
    const known = namesInFlow(context.outputNames);
    const faults = unknownNames(text, script.globals, known);
    for (const fault of faults) context.report({ ...fault, path: PATH });
    if (faults.length > 0) return undefined;
    const names = [...script.globals];
    context.mention?.(names);
    return { execute: (step) => run(script, names, step, context) };
  },
  suspect({ script: text }, context) {
    const source = new Source("script", text);
    const reads = fieldsRead(source).map(({ path, span }) => ({ path, range: span }));
    reportUnknownFields(reads, PATH, context);
    for (const { message, hint, span } of suspectScript(source))
      context.report({
        level: "warning",
        code: "suspect-script",
        message,
        ...(hint !== undefined && { hint }),
        path: PATH,
        range: span,
      });
  },
};

function run(script: CompiledScript, names: readonly string[], step: StepContext, context: CompileContext): Outcome {
  const host = {
    now: () => step.now(),
    monotonic: () => step.monotonic(),
    random: () => step.random(),
    print: (line: string) => step.print(line),
    debug: (line: string) => step.print(line),
    deadlineMs: step.deadlineMs,
  };
  try {
    const value = script.run(scopeOf(step, names), host);
    return { kind: "done", output: outputFromJson(toJsonText(value)) };
  } catch (thrown) {
    return { kind: "failed", error: errorOf(thrown, context) };
  } finally {
    // A thread keeps its compiled scripts: each would hold the largest payload that it met last.
    script.forget();
  }
}

function scopeOf(step: StepContext, names: readonly string[]): RhaiScope {
  const scope = new RhaiScope(step.valueBytes);
  for (const name of names) {
    const json = jsonOf(step, name);
    if (json !== undefined) scope.setJsonText(name, json);
  }
  return scope;
}

function jsonOf(step: StepContext, name: string): string | undefined {
  const { event } = step;
  switch (name) {
    case "event": {
      // Listed, not spread: copying objects is slow, and this is done for every script.
      const { id, type, tenant, received_at, method, provider_type } = eventFields(event);
      const { headers, query } = event;
      const fields = JSON.stringify({ id, type, tenant, received_at, method, provider_type, headers, query });
      return `${fields.slice(0, -1)},"payload":${event.payload.json}}`;
    }
    case "headers":
      return stringifyJson(event.headers);
    case "payload":
      return event.payload.json;
    case "tenant":
      return stringifyJson(step.tenant);
    case "flow":
      return stringifyJson(step.variables);
    case "prev":
      return step.prev.json;
    default:
      return step.outputs.get(name)?.json;
  }
}

function errorOf(thrown: unknown, context: CompileContext): StepError {
  if (!(thrown instanceof RhaiError)) return { code: "script-error", message: messageOf(thrown), retryable: false };
  const at = Math.max(0, thrown.at);
  const detail = thrown.at < 0 ? undefined : context.frame?.(PATH, { start: at, end: at + 1 });
  const error = { ...kindOf(thrown), message: thrown.message };
  return detail === undefined ? error : { ...error, detail };
}

function kindOf({ innerKind, thrown }: RhaiError): Pick<StepError, "code" | "retryable"> {
  switch (innerKind) {
    case "ErrorTerminated":
      return { code: "script-deadline", retryable: true };
    case "ErrorTooManyOperations":
      return { code: "script-too-long", retryable: false };
    case "ErrorDataTooLarge":
    case "ErrorTooManyVariables":
    case "ErrorStackOverflow":
      return { code: "script-too-large", retryable: false };
    default:
      return thrown === undefined
        ? { code: "script-error", retryable: false }
        : { code: "script-threw", retryable: true };
  }
}
