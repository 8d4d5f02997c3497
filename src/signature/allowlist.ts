/** Client addresses as the whole scheme, or as a further condition on any scheme. */
import { isInRange, parseAddressRange, type AddressRange } from "../base/index.ts";
import { refuse, type CheckOutcome, type CompiledScheme } from "./compiled-scheme.ts";
import type { SignedRequest } from "./request.ts";

/** A check of the client's address. @throws SyntaxError when an entry is no address and no range */
export function compileAllowlist(entries: readonly string[]): (request: SignedRequest) => CheckOutcome {
  const ranges = entries.map((entry): AddressRange => {
    const range = parseAddressRange(entry);
    if (range === undefined) throw new SyntaxError(`${JSON.stringify(entry)} is no IP address and no CIDR range`);
    return range;
  });
  return ({ remoteAddress }) => {
    if (remoteAddress === undefined) return refuse("address_not_allowed", "the client's address is not known");
    if (ranges.some((range) => isInRange(remoteAddress, range))) return { ok: true, keyName: "" };
    return refuse("address_not_allowed", `${remoteAddress} is in none of ${entries.join(", ")}`);
  };
}

export function allowlistScheme(): CompiledScheme {
  return { label: "IP allowlist", signatureHeaders: [], covers: () => false, check: () => ({ ok: true, keyName: "" }) };
}

export function unsignedScheme(): CompiledScheme {
  return { label: "unsigned", signatureHeaders: [], covers: () => false, check: () => ({ ok: true, keyName: "" }) };
}
