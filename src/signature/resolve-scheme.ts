/** From a configuration to the spec that is compiled: the provider's entry with the operator's changes. */
import { secretFault } from "./parse-keys.ts";
import { findProvider } from "./providers/index.ts";
import type { Provider } from "./provider.ts";
import type { SigningKey } from "./compiled-scheme.ts";
import type { SchemeConfig } from "./scheme-config.ts";
import type { SchemeSpec, TimestampSpec } from "./scheme-spec.ts";
import { VerifierFault, type ConfigFault } from "./verdict.ts";

export interface ResolvedScheme {
  readonly provider: Provider | undefined;
  readonly spec: SchemeSpec;
}

/** @throws VerifierFault when the table has no such provider */
export function resolveScheme(config: SchemeConfig, secret: string | undefined): ResolvedScheme {
  if ("spec" in config.scheme) return { provider: undefined, spec: withChanges(config.scheme.spec, config) };
  const provider = findProvider(config.scheme.provider, secret);
  if (provider === undefined) throw new VerifierFault(`there is no provider ${JSON.stringify(config.scheme.provider)}`);
  return { provider, spec: withChanges(provider.scheme, config) };
}

function withChanges(spec: SchemeSpec, { toleranceSeconds, header }: SchemeConfig): SchemeSpec {
  switch (spec.kind) {
    case "mac":
    case "signature":
      return {
        ...spec,
        ...(header !== undefined && { signature: { ...spec.signature, header } }),
        ...withTolerance(spec, toleranceSeconds),
        ...(spec.any !== undefined && {
          any: spec.any.map((variant) => ({ ...variant, ...withTolerance(variant, toleranceSeconds) })),
        }),
      };
    case "token":
      return header === undefined ? spec : { ...spec, from: `header:${header}` };
    case "basic":
    case "jwt":
    case "http-message-signature":
    case "coded":
    case "ip":
    case "none":
      return spec;
    default:
      return spec satisfies never;
  }
}

function withTolerance(
  { timestamp }: { readonly timestamp?: TimestampSpec },
  tolerance: number | undefined,
): { readonly timestamp?: TimestampSpec } {
  return timestamp === undefined || tolerance === undefined ? {} : { timestamp: { ...timestamp, tolerance } };
}

/** What is wrong with resolved secrets for this configuration: for the moment at which `$NAME` has become a text. */
export function keyFaults(config: SchemeConfig, keys: readonly SigningKey[]): ConfigFault[] {
  return keys.flatMap((key): ConfigFault[] => {
    const message = secretFault(key.secret, resolveScheme(config, key.secret).spec);
    return message === undefined ? [] : [{ path: key.name, message }];
  });
}
