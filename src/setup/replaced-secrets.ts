/**
 * Secrets in files change without anyone telling gtc, and sender and file do not change at one moment. So what a file held
 * before goes on verifying for the overlap of its secret, as after `gtc secrets rotate`. It is kept in memory alone: like
 * every secret that is kept elsewhere, it is never written down, and a restart ends it.
 */
import type { LoadedBundle, LoadedKey, LoadedSource, LoadedTenant } from "./load-bundle.ts";

/** Of one secret; a file that changes all the time must not let old secrets pile up. */
const MAX_REPLACED = 3;

/** The files that hold secrets of a bundle. */
export function secretFiles({ sources }: LoadedBundle): readonly string[] {
  const keys = [...sources.values()].flatMap(sourcesOf).flatMap((source) => source.keys);
  return [...new Set(keys.flatMap(({ file }) => file?.path ?? []))];
}

/** The bundle as it was loaded now, with the secrets that its files held `before` and whose overlap is not over. */
export function keepReplaced(before: LoadedBundle, now: LoadedBundle, nowMs: number): LoadedBundle {
  const sources = new Map<string, LoadedTenant>();
  for (const [tenant, loaded] of now.sources) {
    const old = before.sources.get(tenant);
    sources.set(tenant, old === undefined ? loaded : mergeTenant(old, loaded, nowMs));
  }
  return { ...now, sources };
}

/** Whether a secret is called as one that a file held before. */
export function isReplacedName(name: string): boolean {
  return /\.replaced(-\d+)?$/.test(name);
}

/** Whether two bundles have the same secrets, apart from replaced ones. */
export function hasSameSecrets(a: LoadedBundle, b: LoadedBundle): boolean {
  return secretsText(a) === secretsText(b);
}

function secretsText({ sources }: LoadedBundle): string {
  const keysOf = (tenant: LoadedTenant): readonly LoadedKey[] =>
    sourcesOf(tenant).flatMap(({ keys }) => keys.filter(({ replacedAt }) => replacedAt === undefined));
  return JSON.stringify([...sources].map(([name, tenant]) => [name, keysOf(tenant)]));
}

function sourcesOf({ byType, fallback }: LoadedTenant): readonly LoadedSource[] {
  return [...byType.values(), ...(fallback === undefined ? [] : [fallback])];
}

function mergeTenant(old: LoadedTenant, now: LoadedTenant, nowMs: number): LoadedTenant {
  const merged = (source: LoadedSource, before: LoadedSource | undefined): LoadedSource =>
    before === undefined || JSON.stringify(before.config) !== JSON.stringify(source.config)
      ? source
      : { ...source, keys: mergeKeys(before.keys, source.keys, nowMs) };
  const byType = [...now.byType].map(([type, source]) => [type, merged(source, old.byType.get(type))] as const);
  const { fallback } = now;
  return {
    ...now,
    byType: new Map(byType),
    ...(fallback !== undefined && { fallback: merged(fallback, old.fallback) }),
  };
}

function mergeKeys(old: readonly LoadedKey[], now: readonly LoadedKey[], nowMs: number): readonly LoadedKey[] {
  const secrets = new Set(now.map(({ secret }) => secret));
  const kept = now.flatMap(({ name, file }) => {
    if (file === undefined) return [];
    const replaced = old
      .filter((key) => (key.file?.path === file.path && key.name === name) || key.replacedAt === name)
      .filter(({ secret }) => !secrets.has(secret))
      .map((key) => ending(key, nowMs + file.overlapMs))
      .filter(({ notAfterMs }) => notAfterMs > nowMs);
    return replaced.slice(0, MAX_REPLACED).map((key, index) => ({
      ...key,
      name: index === 0 ? `${name}.replaced` : `${name}.replaced-${index + 1}`,
      replacedAt: name,
    }));
  });
  return [...now, ...kept];
}

function ending({ secret, notAfterMs = Infinity }: LoadedKey, untilMs: number): { secret: string; notAfterMs: number } {
  return { secret, notAfterMs: Math.min(notAfterMs, untilMs) };
}
