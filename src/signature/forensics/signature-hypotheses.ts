/** A right signature in another encoding, with another prefix, or by another hash than the scheme reads. */
import type { SchemeConfig } from "../scheme-config.ts";
import type { MacAlgorithm, MacSpec, SchemeSpec, SignaturePlace } from "../scheme-spec.ts";
import type { Hypothesis } from "./hypothesis.ts";

const ENCODINGS = ["hex", "base64", "base64url"] as const;
const PREFIXES = ["", "sha256=", "sha1=", "sha512=", "v0=", "v1=", "v1,", "hmac-sha256=", "HMAC "];
const ALGORITHMS: readonly MacAlgorithm[] = ["hmac-sha256", "hmac-sha1", "hmac-sha512"];

export function signatureHypotheses(config: SchemeConfig, spec: SchemeSpec): Hypothesis[] {
  if (spec.kind !== "mac") return [];
  const changed = (alg: MacAlgorithm, signature: SignaturePlace): SchemeConfig => {
    const { any: _any, ...rest } = spec;
    return { ...config, scheme: { spec: { ...rest, alg, signature } satisfies MacSpec } };
  };
  const { key: _key, split: _split, ...bare } = spec.signature;
  const encodings = ENCODINGS.filter((encoding) => encoding !== spec.signature.encoding).map(
    (encoding): Hypothesis => ({
      reason: "wrong_encoding",
      config: changed(spec.alg, { ...spec.signature, encoding }),
      detail: `the signature is right, but in ${encoding} instead of ${spec.signature.encoding}`,
      fix: `Choose the scheme that reads ${encoding}, or write it out with "encoding": "${encoding}".`,
    }),
  );
  const algorithms = ALGORITHMS.filter((alg) => alg !== spec.alg).map((alg): Hypothesis => ({
    reason: "wrong_encoding",
    config: changed(alg, { ...spec.signature, prefixOptional: true }),
    detail: `the signature is right, but made with ${alg} instead of ${spec.alg}`,
    fix: `Choose the scheme that uses ${alg}, or write it out with "alg": "${alg}".`,
  }));
  const prefixes = PREFIXES.flatMap((prefix) =>
    ENCODINGS.map((encoding): Hypothesis => ({
      reason: "wrong_prefix",
      config: changed(spec.alg, { ...bare, prefix, encoding }),
      detail: `the signature is right, but ${prefix === "" ? "has no prefix" : `its prefix is ${JSON.stringify(prefix)}`}${encoding === spec.signature.encoding ? "" : `, and it is in ${encoding}`}`,
      fix: `Choose the scheme that expects it, or write it out ${prefix === "" ? "without a prefix" : `with "prefix": ${JSON.stringify(prefix)}`}.`,
    })),
  );
  return [...encodings, ...algorithms, ...prefixes];
}
