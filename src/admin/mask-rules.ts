import { createVerifier } from "../signature/index.ts";
import type { AdminBackend, BundleView, SourceView } from "./api/backend.ts";
import type { MaskRules } from "./masking.ts";

export interface MaskSource extends Pick<AdminBackend, "maskPaths"> {
  readonly bundle: () => Pick<BundleView, "sources">;
}

const cache = new WeakMap<readonly SourceView[], ReadonlySet<string>>();

/** What is masked now: the headers in which sources in use carry signatures and tokens, and the configured paths. */
export function maskRulesOf({ bundle, maskPaths }: MaskSource): MaskRules {
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
