/** The table that users came for: tenant, event type, full URL, and how a request there is verified. */
import { createVerifier } from "../signature/index.ts";
import type { LoadedBundle, LoadedSource, LoadedTenant } from "./load-bundle.ts";

export interface UrlRow {
  readonly tenant: string;
  readonly event_type: string;
  readonly url: string;
  /** How it is verified, in words. */
  readonly verified_by: string;
  readonly verified: boolean;
  /** Flows that the event starts. */
  readonly flows: readonly string[];
}

/** One row per tenant and event type that a flow or a signature names. */
export function urlTable(bundle: LoadedBundle): readonly UrlRow[] {
  const rows: UrlRow[] = [];
  for (const [tenant, sources] of bundle.sources)
    for (const eventType of eventTypesOf(bundle, tenant, sources)) rows.push(rowOf(bundle, tenant, eventType, sources));
  return rows;
}

/** The row of any event type, also one that nothing names; undefined for a tenant that receives nothing. */
export function urlRow(bundle: LoadedBundle, tenant: string, eventType: string): UrlRow | undefined {
  const sources = bundle.sources.get(tenant);
  return sources === undefined ? undefined : rowOf(bundle, tenant, eventType, sources);
}

function rowOf(bundle: LoadedBundle, tenant: string, eventType: string, sources: LoadedTenant): UrlRow {
  return {
    tenant,
    event_type: eventType,
    url: `${bundle.publicBaseUrl}/events/webhook/${tenant}/${eventType}`,
    flows: bundle.flows.match(tenant, eventType).map(({ flow }) => flow.name),
    ...describeCheck(sources.byType.get(eventType) ?? sources.fallback, sources.requireSignature),
  };
}

function eventTypesOf(bundle: LoadedBundle, tenant: string, sources: LoadedTenant): readonly string[] {
  const named = bundle.flows
    .visibleTo(tenant)
    .flatMap(({ triggers }) => triggers)
    .flatMap((trigger) => (trigger.type === "event" && !trigger.eventType.includes("*") ? [trigger.eventType] : []));
  return [...new Set([...named, ...sources.byType.keys()])].sort();
}

function describeCheck(
  source: LoadedSource | undefined,
  requireSignature: boolean,
): { verified_by: string; verified: boolean } {
  if (source === undefined) {
    return {
      verified: false,
      verified_by: requireSignature ? "nothing configured: every request is refused" : "NOT VERIFIED",
    };
  }
  const verifier = createVerifier(source.config, source.keys);
  if (!verifier.authenticates) return { verified: false, verified_by: "NOT VERIFIED (by choice)" };
  return {
    verified: true,
    verified_by: verifier.provider === undefined ? verifier.scheme : `${verifier.provider.name}: ${verifier.scheme}`,
  };
}
