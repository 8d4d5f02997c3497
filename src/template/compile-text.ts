import { messageOf, type JsonObject, type JsonValue } from "../base/index.ts";
import { checkSyntax, nestsTooDeep, TOO_DEEP, type FieldRead, type SyntaxFault } from "./check-syntax.ts";
import { CONTEXT_HELPER } from "./context-paths.ts";
import { createEngine, TEMPLATE_HELPERS, TEXT_HELPER, type RenderData } from "./helpers.ts";
import { ownValue } from "./own-value.ts";
import type { RenderBudget } from "./render-budget.ts";
import { hintForSlip } from "./slips.ts";
import { TemplateError } from "./template-error.ts";

export interface CompiledText {
  readonly names: ReadonlySet<string>;
  readonly fields: readonly FieldRead[];
  /** @throws TemplateError. */
  render(scope: JsonObject, budget: RenderBudget): JsonValue;
}

const MAX_CHARS = 64 * 1024;
const engine = createEngine();
const COMPILE_OPTIONS = {
  noEscape: true,
  knownHelpersOnly: true,
  knownHelpers: Object.fromEntries(
    [TEXT_HELPER, CONTEXT_HELPER, ...Object.keys(TEMPLATE_HELPERS)].map((name) => [name, true]),
  ),
};
/** Said in so many words, because Handlebars writes to the console where it has to decide by itself. */
const NO_PROTOTYPES = { allowProtoPropertiesByDefault: false, allowProtoMethodsByDefault: false };

/** Compiles one text that holds `{{`. */
export function compileText(
  text: string,
  known: ReadonlySet<string>,
): { readonly text: CompiledText } | { readonly faults: readonly SyntaxFault[] } {
  if (text.length > MAX_CHARS) {
    const message = `A text with {{…}} may be ${MAX_CHARS} characters long; this one has ${text.length}.`;
    return { faults: [{ code: "bad-template", message, range: { start: 0, end: 0 } }] };
  }
  if (nestsTooDeep(text)) return { faults: [{ ...TOO_DEEP, range: placeNear(text, 0) }] };
  let program: hbs.AST.Program;
  try {
    program = engine.parse(text);
  } catch (thrown) {
    // Its parser goes through blocks in blocks by calls in calls.
    if (thrown instanceof RangeError) return { faults: [{ ...TOO_DEEP, range: placeNear(text, 0) }] };
    return { faults: [parseFault(messageOf(thrown), text)] };
  }
  const { faults, names, fields, lonePath } = checkSyntax(program, text, known);
  if (faults.length > 0) return { faults };
  if (lonePath !== undefined) return { text: { names, fields, render: (scope) => valueAt(scope, lonePath) } };
  return { text: { names, fields, render: rendererOf(program) } };
}

function rendererOf(program: hbs.AST.Program): CompiledText["render"] {
  const render = engine.compile<JsonObject>(program, COMPILE_OPTIONS);
  return (scope, budget) => {
    try {
      const data: RenderData = { budget, context: { value: scope } };
      return budget.addText(render(scope, { ...NO_PROTOTYPES, data }));
    } catch (thrown) {
      if (thrown instanceof TemplateError) throw thrown;
      throw new TemplateError("template-error", messageOf(thrown));
    }
  };
}

function valueAt(scope: JsonObject, path: readonly string[]): JsonValue {
  let value: JsonValue | undefined = scope;
  for (const key of path) value = ownValue(value, key);
  return value ?? null;
}

/** Handlebars shows the place of a fault as a picture of some text with a caret under it. */
const PARSE_ERROR = /^Parse error on line (\d+):\n(.*)\n(-*)\^\n(?:Expecting .*, got '(\w+)')?/;

const CLOSE_ALL = "Close every `{{` with `}}` and every block with {{/name}}; write \\{{ for two plain braces.";

function parseFault(message: string, text: string): SyntaxFault {
  const found = PARSE_ERROR.exec(message);
  if (found === null) return { code: "bad-template", hint: CLOSE_ALL, ...placed(firstLine(message), text) };
  const [, line, shown = "", dashes = "", got] = found;
  const offset = offsetOfPicture(text, shown, dashes.length) ?? offsetOfLine(text, Number(line));
  const hint = hintForSlip(text, offset) ?? CLOSE_ALL;
  return { code: "bad-template", message: sayUnexpected(got), hint, range: placeNear(text, offset) };
}

/** Other messages of Handlebars end in their place: ` - line:column`. */
function placed(message: string, text: string): Pick<SyntaxFault, "message" | "range"> {
  const found = /^(.*) - (\d+):(\d+)$/.exec(message);
  if (found === null) return { message, range: placeNear(text, 0) };
  return {
    message: found[1] ?? message,
    range: placeNear(text, offsetOfLine(text, Number(found[2])) + Number(found[3])),
  };
}

const UNEXPECTED: Readonly<Record<string, string>> = {
  EOF: "The template ends before its last block is closed.",
  INVALID: "The template has a character that does not belong here, or a `{{` that is not closed.",
  CLOSE: "The template closes a `{{` too early.",
  OPEN_ENDBLOCK: "The template closes a block that it did not open.",
  INVERSE: "The template closes a block that it did not open.",
};

function sayUnexpected(got: string | undefined): string {
  return (got === undefined ? undefined : UNEXPECTED[got]) ?? "The template cannot be read here.";
}

function offsetOfPicture(text: string, shown: string, before: number): number | undefined {
  const kept: number[] = [];
  for (let at = 0; at < text.length; at++) if (text[at] !== "\n") kept.push(at);
  const flat = kept.map((at) => text[at]).join("");
  const head = shown.slice(0, before).replace(/^\.\.\./, "");
  const tail = shown.slice(before).replace(/\.\.\.$/, "");
  const at = flat.indexOf(head + tail);
  return at === -1 ? undefined : (kept[at + head.length] ?? text.length);
}

function offsetOfLine(text: string, line: number): number {
  let start = 0;
  for (let passed = 1; passed < line; passed++) start = text.indexOf("\n", start) + 1;
  return start;
}

function placeNear(text: string, offset: number): { start: number; end: number } {
  const start = Math.min(offset, Math.max(0, text.length - 1));
  return { start, end: start + 1 };
}

function firstLine(message: string): string {
  return message.split("\n", 1)[0] ?? message;
}
