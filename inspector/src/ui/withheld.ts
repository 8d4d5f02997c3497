import type { ShownBody } from "../../../src/admin/contract/index.ts";

/** Nothing of the body is shown, as it could not be looked through for what is masked. */
export function isWithheld({ text, hex, payload, kind }: ShownBody): boolean {
  return text === null && hex === null && payload === null && kind !== "empty";
}
