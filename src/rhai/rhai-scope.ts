/** Variables that a script finds when it starts, and their values when it is over. */
import { JsonRoom } from "./json-room.ts";
import { lazyJsonValue } from "./json.ts";
import type { ScopeView } from "./runtime.ts";
import { copyOf } from "./containers.ts";
import { type Cell, type RhaiValue } from "./values.ts";

export class RhaiScope implements ScopeView {
  readonly #cells = new Map<string, Cell>();
  readonly #constants = new Set<string>();
  readonly #lazy = new Map<string, () => RhaiValue>();
  readonly #room: JsonRoom;

  /** @param maxJsonBytes memory that what the script reads of its JSON may take; beyond it the script ends */
  constructor(maxJsonBytes = Number.POSITIVE_INFINITY) {
    this.#room = new JsonRoom(maxJsonBytes);
  }

  /** Sets a variable from JSON, read only as far as a script asks for it. What is not JSON throws a SyntaxError there. */
  setJsonText(name: string, json: string, options: { readonly constant?: boolean } = {}): this {
    this.#lazy.set(name, () => lazyJsonValue(json, this.#room));
    return this.#mark(name, options.constant === true);
  }

  setValue(name: string, value: RhaiValue, options: { readonly constant?: boolean } = {}): this {
    this.#cells.set(name, { v: copyOf(value) });
    return this.#mark(name, options.constant === true);
  }

  /** The value of now: after a run, what the script made of it. */
  get(name: string): RhaiValue | undefined {
    return this.cell(name)?.v;
  }

  names(): string[] {
    return [...new Set([...this.#cells.keys(), ...this.#lazy.keys()])];
  }

  cell(name: string): Cell | undefined {
    const lazy = this.#lazy.get(name);
    if (lazy !== undefined) {
      this.#lazy.delete(name);
      this.#cells.set(name, { v: lazy() });
    }
    return this.#cells.get(name);
  }

  isConstant(name: string): boolean {
    return this.#constants.has(name);
  }

  keep(variables: readonly (readonly [string, RhaiValue, boolean])[]): void {
    for (const [name, value, isConstant] of variables) this.setValue(name, value, { constant: isConstant });
  }

  #mark(name: string, isConstant: boolean): this {
    if (isConstant) this.#constants.add(name);
    else this.#constants.delete(name);
    return this;
  }
}
