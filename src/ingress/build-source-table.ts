import { createVerifier, type SchemeConfig, type SigningKey, type Verifier } from "../signature/index.ts";
import type { SourceTable, TenantSources } from "./source-table.ts";

/** A scheme with its secrets, as the bundle's settings give it. */
export interface SourceSettings {
  readonly config: SchemeConfig;
  readonly keys: readonly SigningKey[];
}

export interface TenantSettings {
  readonly fallback?: SourceSettings;
  readonly byType: ReadonlyMap<string, SourceSettings>;
  readonly requireSignature: boolean;
  readonly maxBodyBytes: number;
}

/**
 * Compiles every scheme of every tenant once.
 * @throws VerifierFault when a key is not in the form its scheme needs; setup checks that before.
 */
export function buildSourceTable(publicBaseUrl: string, tenants: ReadonlyMap<string, TenantSettings>): SourceTable {
  const compiled = new Map<string, TenantSources>();
  for (const [name, tenant] of tenants) compiled.set(name, compileTenant(tenant));
  return { tenants: compiled, publicBaseUrl: publicBaseUrl.replace(/\/+$/, "") };
}

function compileTenant({ fallback, byType, requireSignature, maxBodyBytes }: TenantSettings): TenantSources {
  const verifiers = new Map<string, Verifier>();
  for (const [eventType, { config, keys }] of byType) verifiers.set(eventType, createVerifier(config, keys));
  return {
    verifiers,
    requireSignature,
    maxBodyBytes,
    ...(fallback !== undefined && { fallback: createVerifier(fallback.config, fallback.keys) }),
  };
}
