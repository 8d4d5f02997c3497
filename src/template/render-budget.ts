import { TemplateError } from "./template-error.ts";

/** What one rendered text may cost. */
const MAX_CHARS = 8 * 1024 * 1024;
const MAX_ITERATIONS = 100_000;

/** Counts what a rendering makes, so that a template cannot multiply a large payload without end. */
export class RenderBudget {
  #chars = 0;
  #iterations = 0;

  /** @throws TemplateError `template-too-large`. */
  addText(text: string): string {
    this.#chars += text.length;
    if (this.#chars > MAX_CHARS)
      throw new TemplateError("template-too-large", `The text grew beyond ${MAX_CHARS} characters.`);
    return text;
  }

  /** @throws TemplateError `template-too-long`. */
  addIteration(): void {
    this.#iterations += 1;
    if (this.#iterations > MAX_ITERATIONS)
      throw new TemplateError("template-too-long", `The loops took more than ${MAX_ITERATIONS} turns.`);
  }
}
