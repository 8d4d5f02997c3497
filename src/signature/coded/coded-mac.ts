/** A MAC that a spec expresses but for a few placeholders of its own; it can be verified and signed like any other. */
import type { CompiledScheme, Refusal, SchemeContext } from "../compiled-scheme.ts";
import type { OwnPlaceholders } from "../content-template.ts";
import { compileMac } from "../mac-scheme.ts";
import type { RequestView } from "../request-view.ts";
import type { SignedRequest } from "../request.ts";
import type { MacSpec } from "../scheme-spec.ts";

export interface CodedMac {
  readonly spec: MacSpec;
  readonly own?: OwnPlaceholders;
  /** A check in front of the MAC. */
  readonly before?: (view: RequestView) => Refusal | undefined;
  /** What a sender adds to the request before it signs. */
  readonly prepare?: (request: SignedRequest) => SignedRequest;
  /** Further `key=value` parts of the signature header when signing. */
  readonly parts?: readonly string[];
}

export function compileCodedMac({ spec, own, before }: CodedMac, { settings, keys }: SchemeContext): CompiledScheme {
  const mac = compileMac(spec, settings, keys, own);
  return before === undefined ? mac : { ...mac, check: (view, nowMs) => before(view) ?? mac.check(view, nowMs) };
}
