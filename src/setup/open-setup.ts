/** What setup wrote, opened to be changed: the settings, and every secret that they name. */
import { join } from "node:path";
import { SealedStore } from "../secret/index.ts";
import { readSettings, sourcesIn } from "./load-bundle.ts";
import { ANY, ownSettings, type OpenSetup, type StoredSettings, type StoredSource } from "./settings.ts";

/** @throws GtcError GTC_NOT_SET_UP, GTC_SECRET_KEY, GTC_LOG_FORMAT. */
export async function openSetup(bundleFolder: string, keyText: string | undefined): Promise<OpenSetup> {
  const settings = await readSettings(bundleFolder);
  const store = await SealedStore.open({ folder: join(bundleFolder, "state"), keyText });
  // A change that was cut short may have left others, such as one that was to be removed: they go with the next.
  const named = new Set(sourcesIn(settings).flatMap(({ keys }) => keys.map(({ secretName }) => secretName)));
  const names = store.names().filter((name) => named.has(name));
  return { settings, secrets: new Map(names.map((name) => [name, store.get(name).reveal()])) };
}

/** A scheme and where it stands: at a tenant, or for all tenants (`owner` is a star). */
export interface PlacedSource {
  readonly owner: string;
  /** A star: the check for every event type without a signature of its own. */
  readonly eventType: string;
  readonly source: StoredSource;
}

/** The scheme that checks a tenant's event type; undefined when none does. */
export function findSource(settings: StoredSettings, tenant: string, eventType: string): PlacedSource | undefined {
  const { shared } = settings;
  const own = ownSettings(settings, tenant);
  for (const [owner, section] of [
    [tenant, own],
    [ANY, shared],
  ] as const) {
    const source = Object.hasOwn(section.byType, eventType) ? section.byType[eventType] : undefined;
    if (source !== undefined) return { owner, eventType, source };
  }
  if (own.fallback !== undefined) return { owner: tenant, eventType: ANY, source: own.fallback };
  return shared.fallback === undefined ? undefined : { owner: ANY, eventType: ANY, source: shared.fallback };
}

/** The settings with another scheme at a place. */
export function withSource(settings: StoredSettings, { owner, eventType, source }: PlacedSource): StoredSettings {
  const section = owner === ANY ? settings.shared : ownSettings(settings, owner);
  const changed =
    eventType === ANY
      ? { ...section, fallback: source }
      : { ...section, byType: { ...section.byType, [eventType]: source } };
  return owner === ANY
    ? { ...settings, shared: changed }
    : { ...settings, tenants: { ...settings.tenants, [owner]: changed } };
}
