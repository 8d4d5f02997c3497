/**
 * New answers meet what is set up. Answers for all tenants replace everything; answers for one tenant (`"tenant": …`)
 * replace that tenant's part and leave the others as they are. Secrets that came by rotation or from a handshake stay with
 * their scheme as long as the answers still name that scheme, whatever else they say of it: the provider signs with them.
 * So does what a rotation gave an end: answers that have caught up with the new secret do not end the old one's overlap.
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

export function mergeSetup(before: OpenSetup | undefined, answers: ValidatedAnswers, nowMs: number): OpenSetup {
  if (before === undefined) return { settings: answers.settings, secrets: answers.secrets };
  const merged = answers.tenant === undefined ? answers : withOthers(before, answers);
  return keepAdded(before, merged, nowMs);
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

function keepAdded(before: OpenSetup, now: OpenSetup, nowMs: number): OpenSetup {
  let settings = now.settings;
  const secrets = new Map(now.secrets);
  for (const { owner, eventType, source } of placesOf(now.settings)) {
    const old = sourceAt(before.settings, owner, eventType);
    if (old === undefined || schemeId(old.config) !== schemeId(source.config)) continue;
    const merged = { old, fresh: source, oldSecrets: before.secrets, secrets };
    const keys = mergedKeys(merged, outgoingKeys(merged, `${owner}/${eventType}`, nowMs));
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

/** What is set up for one check and what the answers say of it. */
interface Merged {
  readonly old: StoredSource;
  readonly fresh: StoredSource;
  readonly oldSecrets: ReadonlyMap<string, string>;
  /** Of the new setup; what is kept comes to it. */
  readonly secrets: Map<string, string>;
}

/** A key that is kept, and its secret. */
interface KeptKey {
  readonly key: StoredKey;
  /** Undefined: without its sealed form (the file was removed with a key that was lost) there is nothing to keep. */
  readonly secret: string | undefined;
}

/** Adds the secrets of the kept keys to `secrets`. */
function mergedKeys(merged: Merged, outgoing: readonly KeptKey[]): StoredKey[] {
  const { old, fresh, oldSecrets, secrets } = merged;
  const answered = fresh.keys.map((key) => withEnd(key, merged));
  const added = old.keys
    .filter(({ origin, name }) => origin !== undefined && !hasName(fresh, name))
    .map((key): KeptKey => ({ key, secret: oldSecrets.get(key.secretName) }));
  const kept = [...added, ...outgoing].filter(({ key: { name }, secret }) => {
    if (secret === undefined || isTold(merged, secret)) return false;
    return keyFaults(fresh.config, [{ name, secret }]).length === 0;
  });
  for (const { key, secret = "" } of kept) secrets.set(key.secretName, secret);
  return [...kept.map(({ key }) => key), ...answered];
}

/**
 * Secrets of former answers that a rotation gave an end, once the answers have the new secret themselves: the sender may
 * not have it yet. From now on they are the rotation's, as the answers know nothing of them any more.
 */
function outgoingKeys(merged: Merged, place: string, nowMs: number): readonly KeptKey[] {
  const { old, fresh, oldSecrets } = merged;
  const hasCaughtUp = old.keys.some(
    ({ origin, secretName }) => origin === "rotated" && isTold(merged, oldSecrets.get(secretName)),
  );
  if (!hasCaughtUp) return [];
  const ending = old.keys.filter(({ origin, notAfterMs = 0 }) => origin === undefined && notAfterMs > nowMs);
  return ending.map((key) => {
    const name = freeName(key.name, (taken) => hasName(fresh, taken) || (taken !== key.name && hasName(old, taken)));
    const secret = oldSecrets.get(key.secretName);
    return { key: { ...key, name, secretName: `${place}/${name}`, origin: "rotated" }, secret };
  });
}

function freeName(name: string, isTaken: (name: string) => boolean): string {
  if (!isTaken(name)) return name;
  const former = `${name}.former`;
  let free = former;
  for (let count = 2; isTaken(free); count++) free = `${former}-${count}`;
  return free;
}

function hasName({ keys }: StoredSource, name: string): boolean {
  return keys.some((key) => key.name === name);
}

function isTold({ fresh, secrets }: Merged, secret: string | undefined): boolean {
  return secret !== undefined && fresh.keys.some(({ secretName }) => secrets.get(secretName) === secret);
}

/** The end that a rotation gave to a secret of the answers. */
function withEnd(key: StoredKey, { old, oldSecrets, secrets }: Merged): StoredKey {
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
