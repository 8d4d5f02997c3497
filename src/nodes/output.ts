import { parseJson, stringifyJson, type JsonValue } from "../base/index.ts";
import type { Output } from "./node-type.ts";

class JsonText implements Output {
  readonly json: string;
  #value: JsonValue | undefined;

  constructor(json: string) {
    this.json = json;
  }

  get value(): JsonValue {
    this.#value ??= parseJson(this.json);
    return this.#value;
  }
}

/** An output from its JSON text, parsed when first asked for. */
export function outputFromJson(json: string): Output {
  return new JsonText(json);
}

/** An output from a value. */
export function outputFromValue(value: JsonValue): Output {
  return { json: stringifyJson(value), value };
}

export const NULL_OUTPUT: Output = { json: "null", value: null };
