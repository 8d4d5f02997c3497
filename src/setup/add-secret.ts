/**
 * Another secret for a scheme that is set up: by rotation, with an overlap in which the old ones still verify, or handed
 * over by the provider in its handshake. Such secrets are marked by their origin, so that running `gtc setup` again with
 * the same answers does not take them away.
 */
import { keyFaults } from "../signature/index.ts";
import { withSource, type PlacedSource } from "./open-setup.ts";
import type { OpenSetup, StoredKey } from "./settings.ts";

export interface AddedSecret {
  readonly name: string;
  readonly secret: string;
  readonly origin: "rotated" | "handshake";
}

export interface AddOptions {
  readonly nowMs: number;
  /** Until when the secrets that are there go on verifying, unless they end before; absent: as they are. */
  readonly othersUntilMs?: number;
}

/** Adds a secret in front of the others and drops those whose time is over. Returns what is wrong with it instead, if anything. */
export function addSecret(
  { settings, secrets }: OpenSetup,
  place: PlacedSource,
  added: AddedSecret,
  { nowMs, othersUntilMs = Infinity }: AddOptions,
): OpenSetup | { readonly fault: string } {
  const { owner, eventType, source } = place;
  const valid = source.keys.filter(({ notAfterMs = Infinity }) => notAfterMs > nowMs);
  if (valid.some(({ name }) => name === added.name))
    return { fault: `there is a secret named "${added.name}" already` };
  if (valid.some(({ secretName }) => secrets.get(secretName) === added.secret))
    return { fault: "this secret is one of the source's already" };
  const [faulty] = keyFaults(source.config, [{ name: added.name, secret: added.secret }]);
  if (faulty !== undefined) return { fault: faulty.message };
  const secretName = `${owner}/${eventType}/${added.name}`;
  const kept = valid.map((key) => endingAt(key, othersUntilMs));
  const keys = [{ name: added.name, secretName, origin: added.origin, addedAtMs: nowMs }, ...kept];
  const gone = source.keys.filter((key) => !valid.includes(key)).map((key) => key.secretName);
  const left = new Map([...secrets].filter(([name]) => !gone.includes(name)));
  return {
    settings: withSource(settings, { ...place, source: { ...source, keys } }),
    secrets: left.set(secretName, added.secret),
  };
}

function endingAt(key: StoredKey, untilMs: number): StoredKey {
  const notAfterMs = Math.min(key.notAfterMs ?? Infinity, untilMs);
  return notAfterMs === Infinity ? key : { ...key, notAfterMs };
}
