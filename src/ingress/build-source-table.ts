import { createVerifier, type KeyStore, type Verifier } from "../signature/index.ts";
import type { SourceSettings, SourceTable, TenantSources } from "./source-table.ts";

export interface TenantSettings {
  readonly fallback?: SourceSettings;
  readonly byType: ReadonlyMap<string, SourceSettings>;
  readonly requireSignature: boolean;
  readonly replayGuard: "off" | "strict";
  readonly maxBodyBytes: number;
}

/**
 * Compiles every scheme of every tenant once. Keys and certificates that a provider publishes come from the key store.
 * @throws VerifierFault when a key is not in the form its scheme needs; setup checks that before.
 */
export function buildSourceTable(
  publicBaseUrl: string,
  tenants: ReadonlyMap<string, TenantSettings>,
  keyStore: KeyStore,
): SourceTable {
  const compiled = new Map<string, TenantSources>();
  for (const [name, tenant] of tenants) compiled.set(name, compileTenant(tenant, keyStore));
  return { tenants: compiled, publicBaseUrl: publicBaseUrl.replace(/\/+$/, ""), keyStore };
}

function compileTenant(
  { fallback, byType, requireSignature, replayGuard, maxBodyBytes }: TenantSettings,
  keyStore: KeyStore,
): TenantSources {
  const verifiers = new Map<string, Verifier>();
  for (const [eventType, { config, keys }] of byType)
    verifiers.set(eventType, createVerifier(config, keys, { keyStore }));
  return {
    verifiers,
    settings: byType,
    requireSignature,
    replayGuard,
    maxBodyBytes,
    ...(fallback !== undefined && {
      fallback: createVerifier(fallback.config, fallback.keys, { keyStore }),
      fallbackSettings: fallback,
    }),
  };
}
