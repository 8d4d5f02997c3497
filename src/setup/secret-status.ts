/**
 * Every secret that is set up, when it verified something last, and what may be done with it. Uses are counted for the
 * scheme that checks a tenant's event type today; a secret that was renamed or taken away has no row. What a file held
 * before has one while a gateway runs that still accepts it.
 */
import { ANY, type StoredKey, type StoredSettings, type StoredSource, type StoredTenant } from "./settings.ts";
import { findSource } from "./open-setup.ts";

/** How often a secret verified events of a tenant and event type, and when last. */
export interface SecretUse {
  readonly tenant: string;
  readonly eventType: string;
  /** The secret's name; absent: of events that nothing verified. */
  readonly keyName?: string;
  readonly count: number;
  readonly lastReceivedAtMs: number;
}

/** What the file of a secret held before; only the running gateway knows of it. */
export interface ReplacedSecret {
  readonly tenant: string;
  readonly eventType: string;
  readonly name: string;
  readonly notAfterMs: number;
}

/**
 * `in_use`: the provider signs with it. `never_used`: nothing came with it yet. `ends`: it still verifies events, and
 * its end is set. `may_go`: another one verifies, and this one did not for a day. `ended`: it verifies nothing any more.
 */
export type SecretAdvice = "in_use" | "never_used" | "ends" | "may_go" | "ended";

export interface SecretStatus {
  /** A star: for all tenants without a scheme of their own. */
  readonly tenant: string;
  /** A star: for all event types without a scheme of their own. */
  readonly eventType: string;
  /** The provider's id, or the kind of a scheme that is written out. */
  readonly scheme: string;
  readonly name: string;
  readonly origin: "answers" | "rotated" | "handshake" | "replaced";
  readonly notAfterMs?: number;
  readonly lastUsedAtMs?: number;
  readonly usedCount: number;
  readonly advice: SecretAdvice;
}

/** How long an old secret has to be silent before it may go: providers send again what failed within a day. */
const SILENT_MS = 24 * 3_600_000;

/** One row per secret: those of all tenants first, the newest secret of a scheme before its older ones. */
export function secretStatus(
  settings: StoredSettings,
  uses: readonly SecretUse[],
  nowMs: number,
  replaced: readonly ReplacedSecret[] = [],
): readonly SecretStatus[] {
  const used = usesByKey(settings, uses);
  const former = replacedByPlace(settings, replaced);
  const sections: [string, StoredTenant][] = [[ANY, settings.shared], ...Object.entries(settings.tenants)];
  return sections.flatMap(([owner, section]) =>
    sourcesOf(section).flatMap(([eventType, source]) => {
      const keys: readonly Key[] = [...source.keys, ...(former.get(placeOf(owner, eventType))?.values() ?? [])];
      const rows = keys.map((key) => ({ key, use: used.get(placeOf(owner, eventType, key.name)) }));
      return rows.map(({ key, use }): SecretStatus => {
        const others = rows.filter((row) => row.key !== key).map((row) => row.use?.lastMs ?? -Infinity);
        return {
          tenant: owner,
          eventType,
          scheme: schemeName(source),
          name: key.name,
          origin: key.origin ?? "answers",
          ...(key.notAfterMs !== undefined && { notAfterMs: key.notAfterMs }),
          ...(use !== undefined && { lastUsedAtMs: use.lastMs }),
          usedCount: use?.count ?? 0,
          advice: adviceFor(key, use?.lastMs, Math.max(...others, -Infinity), nowMs),
        };
      });
    }),
  );
}

type Key = Pick<StoredKey, "name" | "notAfterMs"> & { readonly origin?: SecretStatus["origin"] | undefined };

/** By scheme and name: several event types of a tenant may share a scheme. */
function replacedByPlace(
  settings: StoredSettings,
  replaced: readonly ReplacedSecret[],
): ReadonlyMap<string, ReadonlyMap<string, Key>> {
  const byPlace = new Map<string, Map<string, Key>>();
  for (const { tenant, eventType, name, notAfterMs } of replaced) {
    const place = findSource(settings, tenant, eventType);
    // One of the answers may be called like that, too.
    if (place === undefined || place.source.keys.some((key) => key.name === name)) continue;
    const id = placeOf(place.owner, place.eventType);
    const keys = byPlace.get(id) ?? new Map<string, Key>();
    byPlace.set(id, keys.set(name, { name, notAfterMs, origin: "replaced" }));
  }
  return byPlace;
}

interface Use {
  readonly count: number;
  readonly lastMs: number;
}

function usesByKey(settings: StoredSettings, uses: readonly SecretUse[]): ReadonlyMap<string, Use> {
  const byKey = new Map<string, Use>();
  for (const { tenant, eventType, keyName, count, lastReceivedAtMs } of uses) {
    const place = keyName === undefined ? undefined : findSource(settings, tenant, eventType);
    if (place === undefined || keyName === undefined) continue;
    const id = placeOf(place.owner, place.eventType, keyName);
    const before = byKey.get(id) ?? { count: 0, lastMs: -Infinity };
    byKey.set(id, { count: before.count + count, lastMs: Math.max(before.lastMs, lastReceivedAtMs) });
  }
  return byKey;
}

function placeOf(...parts: readonly [owner: string, eventType: string, keyName?: string]): string {
  return JSON.stringify(parts);
}

function sourcesOf({ fallback, byType }: StoredTenant): readonly (readonly [string, StoredSource])[] {
  const own = Object.entries(byType);
  return fallback === undefined ? own : [[ANY, fallback], ...own];
}

function schemeName({ config: { scheme } }: StoredSource): string {
  return "provider" in scheme ? scheme.provider : scheme.spec.kind;
}

function adviceFor({ notAfterMs }: Key, lastMs: number | undefined, othersLastMs: number, nowMs: number): SecretAdvice {
  if (notAfterMs !== undefined && notAfterMs <= nowMs) return "ended";
  const isSilent = nowMs - (lastMs ?? -Infinity) >= SILENT_MS;
  const isReplaced = othersLastMs > (lastMs ?? -Infinity);
  if (notAfterMs !== undefined) return isSilent && isReplaced ? "may_go" : "ends";
  if (lastMs === undefined) return "never_used";
  return isSilent && isReplaced ? "may_go" : "in_use";
}
