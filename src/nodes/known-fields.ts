/**
 * Slips in what a flow reads of names whose fields are known when it is loaded: `event.body`, `flow.greting`, a header with
 * capitals. Nothing else would tell: what is not there is false in a condition, null in a template and `()` in a script.
 */
import { nearest } from "../base/index.ts";
import type { CompileContext, ConfigPath } from "./node-type.ts";
import { EVENT_FIELDS } from "./scope.ts";

interface Read {
  /** A name, and keys behind it. */
  readonly path: readonly string[];
  readonly range: { readonly start: number; readonly end: number };
  /** Where in the config the text stands, if not at its `path`. */
  readonly at?: ConfigPath;
}

/** Reports the reads in the text at `path` that never find anything. */
export function reportUnknownFields(reads: readonly Read[], path: ConfigPath, context: CompileContext): void {
  // A runner knows no variables: there is nobody to tell.
  const { variables } = context;
  if (variables === undefined) return;
  for (const { path: read, range, at = [] } of reads) {
    const fault = faultOf(read, variables);
    if (fault !== undefined)
      context.report({ level: "warning", code: "unknown-field", ...fault, path: [...path, ...at], range });
  }
}

function faultOf(
  [name, ...keys]: readonly string[],
  variables: ReadonlySet<string>,
): { readonly message: string; readonly hint: string } | undefined {
  const [field = "", header] = keys;
  if (name === "event" && field === "headers" && header !== undefined) return headerFault(header);
  // What is read of a field is a read of its own.
  if (keys.length > 1) return undefined;
  if (name === "headers") return headerFault(field);
  if (name === "event" && !EVENT_FIELDS.has(field)) {
    const hint = `It has ${[...EVENT_FIELDS].join(", ")}; the body is \`payload\`.`;
    return { message: `There is no \`${field}\` in \`event\`.`, hint: similarTo(field, EVENT_FIELDS) ?? hint };
  }
  if (name !== "flow" || variables.has(field)) return undefined;
  const hint = `Add it under \`variables\`${variables.size > 0 ? `, where there are: ${[...variables].join(", ")}` : ""}.`;
  return { message: `The flow has no variable \`${field}\`.`, hint: similarTo(field, variables) ?? hint };
}

function headerFault(name: string): { readonly message: string; readonly hint: string } | undefined {
  if (name === name.toLowerCase()) return undefined;
  return {
    message: `Header names are lower-case: there is never a \`${name}\`.`,
    hint: `Write \`${name.toLowerCase()}\`.`,
  };
}

function similarTo(field: string, known: ReadonlySet<string>): string | undefined {
  const similar = nearest(field, known);
  return similar === undefined ? undefined : `Did you mean \`${similar}\`?`;
}
