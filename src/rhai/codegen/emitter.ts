/**
 * Lines of JavaScript. Only text made here ever gets in: names are a letter and a number, every text, float and large
 * integer of the script goes through the pool of constants, and positions are numbers.
 */
import type { RhaiValue } from "../values.ts";

export class Emitter {
  readonly constants: RhaiValue[] = [];
  readonly #known = new Map<string, string>();
  #lines: string[] = [];
  #next = 0;

  line(text: string): void {
    this.#lines.push(text);
  }

  /** A name that nothing else has. */
  fresh(prefix: string): string {
    this.#next += 1;
    return `${prefix}${this.#next}`;
  }

  /** Declares a temporary with a value and gives its name. */
  temp(value: string): string {
    const name = this.fresh("t");
    this.line(`let ${name}=${value};`);
    return name;
  }

  /** The name of a constant of the pool; `key` makes equal ones one. */
  constant(key: string, value: RhaiValue): string {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const name = `k${this.constants.length}`;
    this.constants.push(value);
    this.#known.set(key, name);
    return name;
  }

  /** Collects what `write` emits apart from the rest. */
  apart(write: () => void): string {
    const outer = this.#lines;
    this.#lines = [];
    write();
    const text = this.#lines.join("\n");
    this.#lines = outer;
    return text;
  }

  get text(): string {
    return this.#lines.join("\n");
  }
}
