/**
 * New answers meet what is set up. Answers for all tenants replace everything; answers for one tenant (`"tenant": …`)
 * replace that tenant's part and leave the others as they are. Secrets that came by rotation or from a handshake stay with
 * their scheme as long as the answers still name that scheme.
 */
import { findSource, withSource } from "./open-setup.ts";
import { ANY, type OpenSetup, type StoredKey, type StoredSettings, type StoredSource } from "./settings.ts";
import type { ValidatedAnswers } from "./validate-answers.ts";

export function mergeSetup(before: OpenSetup | undefined, answers: ValidatedAnswers): OpenSetup {
  if (before === undefined) return { settings: answers.settings, secrets: answers.secrets };
  const merged = answers.tenant === undefined ? answers : withOthers(before, answers);
  return keepAdded(before, merged);
}

function withOthers(before: OpenSetup, { settings, secrets }: ValidatedAnswers): OpenSetup {
  const isReplaced = (secretName: string): boolean =>
    Object.keys(settings.tenants).some((name) => secretName.startsWith(`${name}/`));
  const kept = [...before.secrets].filter(([name]) => !isReplaced(name));
  const tenants = { ...before.settings.tenants, ...settings.tenants };
  const { publicBaseUrl } = settings;
  return { settings: { ...before.settings, publicBaseUrl, tenants }, secrets: new Map([...kept, ...secrets]) };
}

function keepAdded(before: OpenSetup, now: OpenSetup): OpenSetup {
  let settings = now.settings;
  const secrets = new Map(now.secrets);
  for (const { owner, eventType, source } of placesOf(now.settings)) {
    const old = sourceAt(before.settings, owner, eventType);
    if (old === undefined || JSON.stringify(old.config) !== JSON.stringify(source.config)) continue;
    const keys = mergedKeys(old, source, before.secrets, secrets);
    settings = withSource(settings, { owner, eventType, source: { ...source, keys } });
  }
  return { settings, secrets };
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
