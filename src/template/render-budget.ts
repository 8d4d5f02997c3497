import type { JsonValue } from "../base/index.ts";
import { TemplateError } from "./template-error.ts";

/** What one rendered text may cost. */
const MAX_CHARS = 8 * 1024 * 1024;
const MAX_ITERATIONS = 100_000;
/** What its helpers may read: a loop can have them read a large value at each turn and show nothing of it. */
const MAX_READ_CHARS = 64 * 1024 * 1024;
/** What a config renders to in all: values that are put in whole are as large as the payload, each time. */
const MAX_VALUE_CHARS = 32 * 1024 * 1024;
/** A value's own share: its comma, its brackets. */
const VALUE_CHARS = 2;

/** Counts what a rendering makes, so that a template cannot multiply a large payload without end. */
export class RenderBudget {
  #chars = 0;
  #iterations = 0;
  #readChars = 0;
  #valueChars = 0;

  /** @throws TemplateError `template-too-large`. */
  addText(text: string): string {
    this.#chars += text.length;
    if (this.#chars > MAX_CHARS)
      throw new TemplateError("template-too-large", `The text grew beyond ${MAX_CHARS} characters.`);
    return text;
  }

  /** Counts what a helper went through. @throws TemplateError `template-too-long`. */
  addRead(chars: number): void {
    this.#readChars += chars;
    if (this.#readChars > MAX_READ_CHARS)
      throw new TemplateError("template-too-long", `The helpers read more than ${MAX_READ_CHARS} characters.`);
  }

  /** @throws TemplateError `template-too-long`. */
  addIteration(): void {
    this.#iterations += 1;
    if (this.#iterations > MAX_ITERATIONS)
      throw new TemplateError("template-too-long", `The loops took more than ${MAX_ITERATIONS} turns.`);
  }

  /** @throws TemplateError `template-too-large`, before anybody makes a text of it. */
  addValue(value: JsonValue): void {
    this.#valueChars += VALUE_CHARS + (typeof value === "string" ? value.length : 0);
    if (this.#valueChars > MAX_VALUE_CHARS)
      throw new TemplateError("template-too-large", `It would be larger than ${MAX_VALUE_CHARS} characters.`);
    if (value === null || typeof value !== "object") return;
    // No list of entries: of millions of items that alone would be more than the thread's memory.
    if (Array.isArray(value)) {
      for (const item of value as readonly JsonValue[]) this.addValue(item);
      return;
    }
    for (const key of Object.keys(value)) {
      this.#valueChars += key.length;
      this.addValue((value as Readonly<Record<string, JsonValue>>)[key]!);
    }
  }
}
