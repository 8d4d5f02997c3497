/**
 * Keys that a provider publishes as a set (JWKS, RFC 7517). A key that a token names and that is not among them makes the set
 * be fetched once more: providers replace their keys.
 */
import { jwsKeys, type JwsKey } from "./jws.ts";
import type { KeyStore } from "./key-store.ts";

/**
 * @param has whether the key that is needed is among them
 * @throws VerifierFault (rejects) when there are no keys, or none newer where one is needed
 */
export async function publishedKeys(
  url: string,
  keyStore: KeyStore,
  nowMs: number,
  has: (keys: readonly JwsKey[]) => boolean,
): Promise<readonly JwsKey[]> {
  const keys = publicKeysIn(await keyStore.get(url, nowMs, { isUsable: holdsKeys }));
  if (has(keys)) return keys;
  const newerThanMs = keyStore.fetchedAtMs(url);
  return publicKeysIn(await keyStore.get(url, nowMs, { newerThanMs, isUsable: holdsKeys }));
}

function holdsKeys(text: string): boolean {
  return publicKeysIn(text).length > 0;
}

function publicKeysIn(text: string): readonly JwsKey[] {
  try {
    return jwsKeys(text).filter((key) => key.kind === "public");
  } catch {
    return [];
  }
}
