import { createVerifier } from "../signature/index.ts";
import type { AdminBackend, SourceView } from "./api/backend.ts";
import type { MaskRules } from "./masking.ts";

const cache = new WeakMap<readonly SourceView[], ReadonlySet<string>>();

/** What is masked now: the headers in which sources in use carry signatures and tokens, and the configured paths. */
export function maskRulesOf({ bundle, maskPaths }: Pick<AdminBackend, "bundle" | "maskPaths">): MaskRules {
  const { sources } = bundle();
  let signatureHeaders = cache.get(sources);
  if (signatureHeaders === undefined) {
    signatureHeaders = new Set(sources.flatMap(headersOf));
    cache.set(sources, signatureHeaders);
  }
  return { signatureHeaders, paths: maskPaths };
}

function headersOf({ scheme }: SourceView): readonly string[] {
  return scheme === undefined ? [] : createVerifier(scheme.config, scheme.keys).signatureHeaders;
}
