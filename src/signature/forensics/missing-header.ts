/** Which header came in place of the missing one. */
import { nearest } from "../../base/index.ts";
import type { Provider } from "../provider.ts";
import { PROVIDERS } from "../providers/index.ts";
import type { SignedRequest } from "../request.ts";
import type { ExplainedReason } from "./hypothesis.ts";

export interface MissingHeader {
  readonly reason: ExplainedReason;
  readonly detail: string;
  readonly fix: string;
}

/** Several providers may use one name; more than a few of them are no help. */
const MAX_NAMED = 4;

/** @param wanted names of the scheme's headers, lower case */
export function explainMissingHeader(request: SignedRequest, wanted: readonly string[]): MissingHeader {
  const names = request.headers.map(([name]) => name);
  const missing = wanted.join(" or ");
  const older = names.find((name) =>
    wanted.some((want) => want !== name.toLowerCase() && want.startsWith(name.toLowerCase())),
  );
  if (older !== undefined && older.includes("-")) {
    return {
      reason: "old_version",
      detail: `only the older ${older} is there, not ${missing}`,
      fix: "Let the provider send the current version of its signature, or choose the scheme of the old one.",
    };
  }
  return ofAnotherProvider(names, missing) ?? similarHeader(names, wanted, missing);
}

function ofAnotherProvider(names: readonly string[], missing: string): MissingHeader | undefined {
  for (const header of names) {
    const senders = PROVIDERS.filter((provider) => signatureHeader(provider) === header.toLowerCase());
    if (senders.length === 0 || header.toLowerCase() === "authorization") continue;
    const named = senders.slice(0, MAX_NAMED);
    return {
      reason: "header_missing",
      detail: `header ${missing} is not there, but ${header} is, which is the signature of ${named.map(({ name }) => name).join(" or ")}`,
      fix: `Configure this event type with "provider": ${named.map(({ id }) => JSON.stringify(id)).join(" or ")}, or send it to another one.`,
    };
  }
  return undefined;
}

function similarHeader(names: readonly string[], wanted: readonly string[], missing: string): MissingHeader {
  const similar =
    nearest(wanted[0] ?? "", names) ?? names.find((name) => /signature|hmac|webhook-?token|-sig$/i.test(name));
  if (similar === undefined) {
    return {
      reason: "header_missing",
      detail: `header ${missing} is not there, nor one like it`,
      fix: "Switch signing on at the provider and give it the secret; check that no proxy removes the header.",
    };
  }
  return {
    reason: "header_missing",
    detail: `header ${missing} is not there, but ${similar} is`,
    fix: `If the sender signs with ${similar}, set "header": "${similar}"; else look for a proxy that renames headers.`,
  };
}

function signatureHeader({ scheme }: Provider): string | undefined {
  if (scheme.kind === "mac" || scheme.kind === "signature") return scheme.signature.header?.toLowerCase();
  if (scheme.kind === "token" || scheme.kind === "jwt") return /^header:(.+)$/.exec(scheme.from)?.[1]?.toLowerCase();
  return undefined;
}
