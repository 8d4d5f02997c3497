/**
 * `{{…}}` in a config: every text of a JSON value, deep. Texts without braces stay as they are; a text that is one
 * lone `{{path}}` becomes the value itself; any other text is rendered, where lists and objects read as JSON.
 */
import type { JsonObject, JsonValue } from "../base/index.ts";
import type { FieldRead, SyntaxFault } from "./check-syntax.ts";
import { compileText } from "./compile-text.ts";
import { RenderBudget } from "./render-budget.ts";

export interface TemplateFault extends SyntaxFault {
  /** Where in the value the text stands. */
  readonly path: readonly (string | number)[];
}

export interface CompiledTemplate {
  /** Top-level names that the template may read: what a scope must hold. */
  readonly names: ReadonlySet<string>;
  /** Fields that it reads of these, and where in the value the text stands. */
  readonly fields: readonly (FieldRead & { readonly at: readonly (string | number)[] })[];
  /** True when there is no `{{` in it: rendering gives the value as it was written. */
  readonly isConstant: boolean;
  /** Renders against a scope with (at least) the values of `names`. @throws TemplateError. */
  render(scope: JsonObject): JsonValue;
}

type Part = (scope: JsonObject, budget: RenderBudget) => JsonValue;

/** Compiles every text of `value`; the texts may start with the names in `known`. */
export function compileTemplate(
  value: JsonValue,
  known: Iterable<string>,
): { readonly template: CompiledTemplate } | { readonly faults: readonly TemplateFault[] } {
  const compiler = new Compiler(new Set(known));
  const part = compiler.part(value, []);
  if (compiler.faults.length > 0) return { faults: compiler.faults };
  const { names, fields } = compiler;
  return {
    template: {
      names,
      fields,
      isConstant: part === undefined,
      render: (scope) => (part === undefined ? value : rendered(part, scope)),
    },
  };
}

function rendered(part: Part, scope: JsonObject): JsonValue {
  const budget = new RenderBudget();
  const value = part(scope, budget);
  budget.addValue(value);
  return value;
}

class Compiler {
  readonly faults: TemplateFault[] = [];
  readonly names = new Set<string>();
  readonly fields: CompiledTemplate["fields"][number][] = [];
  readonly #known: ReadonlySet<string>;

  constructor(known: ReadonlySet<string>) {
    this.#known = known;
  }

  /** Returns undefined for a value that is the same each time. */
  part(value: JsonValue, path: readonly (string | number)[]): Part | undefined {
    if (typeof value === "string") return this.#text(value, path);
    if (value === null || typeof value !== "object") return undefined;
    return isList(value) ? this.#list(value, path) : this.#object(value, path);
  }

  #text(text: string, path: readonly (string | number)[]): Part | undefined {
    if (!text.includes("{{")) return undefined;
    const result = compileText(text, this.#known);
    if ("faults" in result) {
      for (const fault of result.faults) this.faults.push({ ...fault, path });
      return undefined;
    }
    for (const name of result.text.names) this.names.add(name);
    for (const read of result.text.fields) this.fields.push({ ...read, at: path });
    return (scope, budget) => result.text.render(scope, budget);
  }

  #list(items: readonly JsonValue[], path: readonly (string | number)[]): Part | undefined {
    const entries = items.map((item, index) => ({ item, part: this.part(item, [...path, index]) }));
    if (entries.every(({ part }) => part === undefined)) return undefined;
    return (scope, budget) => entries.map(({ item, part }) => (part === undefined ? item : part(scope, budget)));
  }

  #object(object: JsonObject, path: readonly (string | number)[]): Part | undefined {
    const entries = Object.entries(object).map(([key, item]) => ({ key, item, part: this.part(item, [...path, key]) }));
    if (entries.every(({ part }) => part === undefined)) return undefined;
    return (scope, budget) =>
      Object.fromEntries(entries.map(({ key, item, part }) => [key, part === undefined ? item : part(scope, budget)]));
  }
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
