/**
 * New answers meet what is set up. Answers for all tenants replace everything; answers for one tenant (`"tenant": …`)
 * replace that tenant's part and leave the others as they are. Secrets that came by rotation or from a handshake stay with
 * their scheme as long as the answers still name that scheme, whatever else they say of it: the provider signs with them.
 */
import { keyFaults, type SchemeConfig } from "../signature/index.ts";
import { findSource, withSource } from "./open-setup.ts";
import {
  ANY,
  ownSettings,
  type OpenSetup,
  type StoredKey,
  type StoredSettings,
  type StoredSource,
} from "./settings.ts";
import type { ValidatedAnswers } from "./validate-answers.ts";

export function mergeSetup(before: OpenSetup | undefined, answers: ValidatedAnswers): OpenSetup {
  if (before === undefined) return { settings: answers.settings, secrets: answers.secrets };
  const merged = answers.tenant === undefined ? answers : withOthers(before, answers);
  return keepAdded(before, merged);
}

/** What was asked for in a dialog comes to what is set up: it replaces what it names, and everything else stays. */
export function extendSetup(before: OpenSetup | undefined, { settings: asked, secrets }: ValidatedAnswers): OpenSetup {
  if (before === undefined) return { settings: asked, secrets };
  const { enabled, publicBaseUrl, shared } = asked;
  const old = before.settings.shared;
  const settings = {
    ...before.settings,
    enabled,
    publicBaseUrl,
    shared: { ...old, byType: { ...old.byType, ...shared.byType } },
  };
  const named = new Set([...placesOf(settings)].flatMap(({ source }) => source.keys.map((key) => key.secretName)));
  const all = new Map([...before.secrets, ...secrets]);
  return { settings, secrets: new Map([...all].filter(([name]) => named.has(name))) };
}

function withOthers(before: OpenSetup, { settings, secrets }: ValidatedAnswers): OpenSetup {
  const isReplaced = (secretName: string): boolean =>
    Object.keys(settings.tenants).some((name) => secretName.startsWith(`${name}/`));
  const kept = [...before.secrets].filter(([name]) => !isReplaced(name));
  const told = Object.entries(settings.tenants).map(([name, own]) => {
    // What the answers say of another tenant by the way does not switch it off.
    const { enabled = ownSettings(before.settings, name).enabled } = own;
    return [name, { ...own, ...(enabled !== undefined && { enabled }) }] as const;
  });
  const tenants = { ...before.settings.tenants, ...Object.fromEntries(told) };
  const { publicBaseUrl } = settings;
  return { settings: { ...before.settings, publicBaseUrl, tenants }, secrets: new Map([...kept, ...secrets]) };
}

function keepAdded(before: OpenSetup, now: OpenSetup): OpenSetup {
  let settings = now.settings;
  const secrets = new Map(now.secrets);
  for (const { owner, eventType, source } of placesOf(now.settings)) {
    const old = sourceAt(before.settings, owner, eventType);
    if (old === undefined || schemeId(old.config) !== schemeId(source.config)) continue;
    const keys = mergedKeys(old, source, before.secrets, secrets);
    settings = withSource(settings, { owner, eventType, source: { ...source, keys } });
  }
  return { settings, secrets };
}

/** What a secret is made for. A tolerance, a header, addresses may change beside it. */
function schemeId({ scheme }: SchemeConfig): string {
  if ("provider" in scheme) return scheme.provider;
  return JSON.stringify([scheme.spec.kind, "alg" in scheme.spec ? scheme.spec.alg : ""]);
}

/** Secrets that came by rotation or a handshake, are still good, and end with the new setup; each by its name. */
export function droppedSecrets(before: OpenSetup, now: OpenSetup, nowMs: number): readonly string[] {
  const left = new Set(now.secrets.keys());
  return [...placesOf(before.settings)].flatMap(({ owner, eventType, source }) => {
    const fresh = sourceAt(now.settings, owner, eventType)?.keys ?? [];
    const texts = new Set(fresh.map(({ secretName }) => now.secrets.get(secretName)));
    const gone = source.keys.filter(
      ({ origin, secretName, notAfterMs = Infinity }) =>
        origin !== undefined &&
        notAfterMs > nowMs &&
        !left.has(secretName) &&
        !texts.has(before.secrets.get(secretName)),
    );
    return gone.map(({ name }) => `${owner}/${eventType} ${JSON.stringify(name)}`);
  });
}

/** Adds the secrets of the kept keys to `secrets`. */
function mergedKeys(
  old: StoredSource,
  fresh: StoredSource,
  oldSecrets: ReadonlyMap<string, string>,
  secrets: Map<string, string>,
): StoredKey[] {
  const answered = fresh.keys.map((key) => withEnd(key, old, oldSecrets, secrets));
  const isTold = (secret: string | undefined): boolean =>
    fresh.keys.some((key) => secrets.get(key.secretName) === secret);
  const added = old.keys.filter((key) => {
    const isNew = key.origin !== undefined && !fresh.keys.some(({ name }) => name === key.name);
    const secret = oldSecrets.get(key.secretName);
    // Without its sealed form (the file was removed with a key that was lost) there is nothing to keep.
    if (!isNew || secret === undefined || isTold(secret)) return false;
    if (keyFaults(fresh.config, [{ name: key.name, secret }]).length > 0) return false;
    secrets.set(key.secretName, secret);
    return true;
  });
  return [...added, ...answered];
}

/** The end that a rotation gave to a secret of the answers. */
function withEnd(
  key: StoredKey,
  old: StoredSource,
  oldSecrets: ReadonlyMap<string, string>,
  secrets: ReadonlyMap<string, string>,
): StoredKey {
  const same = old.keys.find(
    ({ name, secretName }) => name === key.name && oldSecrets.get(secretName) === secrets.get(key.secretName),
  );
  if (key.notAfterMs !== undefined || same?.notAfterMs === undefined) return key;
  // An end without a secret that follows would leave the source with nothing that verifies.
  return old.keys.some(({ origin }) => origin === "rotated") ? { ...key, notAfterMs: same.notAfterMs } : key;
}

function* placesOf({
  shared,
  tenants,
}: StoredSettings): Generator<{ owner: string; eventType: string; source: StoredSource }> {
  for (const [owner, section] of [[ANY, shared], ...Object.entries(tenants)] as const) {
    for (const [eventType, source] of Object.entries(section.byType)) yield { owner, eventType, source };
    if (section.fallback !== undefined) yield { owner, eventType: ANY, source: section.fallback };
  }
}

function sourceAt(settings: StoredSettings, owner: string, eventType: string): StoredSource | undefined {
  const place = findSource(settings, owner, eventType);
  return place?.owner === owner && place.eventType === eventType ? place.source : undefined;
}
