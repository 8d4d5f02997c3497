/** How the node types with `{{…}}` in their config compile and render it. */
import type { JsonValue } from "../base/index.ts";
import { compileTemplate, TemplateError, type CompiledTemplate } from "../template/index.ts";
import type { CompileContext, ConfigPath, Outcome, StepContext } from "./node-type.ts";
import { reportUnknownFields } from "./known-fields.ts";
import { namesInFlow, scopeFor } from "./scope.ts";

/** Compiles a part of a config that stands at `path`; reports its faults and then returns undefined. */
export function compileConfigTemplate(
  value: JsonValue,
  path: ConfigPath,
  context: CompileContext,
): CompiledTemplate | undefined {
  const result = compileTemplate(value, namesInFlow(context.outputNames));
  if ("template" in result) {
    context.mention?.(result.template.names);
    reportUnknownFields(result.template.fields, path, context);
    reportBracesInKeys(value, path, context);
    return result.template;
  }
  for (const fault of result.faults) context.report({ level: "error", ...fault, path: [...path, ...fault.path] });
  return undefined;
}

/** Only values are templates: a key with `{{…}}` is sent as it stands, which nobody means. */
function reportBracesInKeys(value: JsonValue, path: ConfigPath, context: CompileContext): void {
  // A runner knows no variables: there is nobody to tell.
  if (context.variables === undefined || value === null || typeof value !== "object") return;
  const entries: [string, JsonValue][] = Object.entries(value);
  for (const [key, item] of entries) {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    reportBracesInKeys(item, at, context);
    if (!key.includes("{{")) continue;
    const message = `\`{{…}}\` is not rendered in a key: this one stays ${JSON.stringify(key)}.`;
    context.report({ level: "warning", code: "braces-in-key", message, hint: KEY_HINT, path: at });
  }
}

const KEY_HINT = "Make the object in a script and put it in whole with a lone `{{path}}`.";

/** Renders for one step. @throws TemplateError. */
export function renderTemplate(template: CompiledTemplate, context: StepContext): JsonValue {
  return template.render(scopeFor(context, template.names));
}

/** Turns a fault of rendering into the step's failure. The same values would give the same fault again. */
export function failureOfRendering(thrown: unknown): Outcome {
  if (!(thrown instanceof TemplateError)) throw thrown;
  return { kind: "failed", error: { code: thrown.code, message: thrown.message, retryable: false } };
}
