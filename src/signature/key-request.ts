/**
 * Keys that a provider gives out one by one, for an id that the token names, to whoever has the account's credentials:
 * https://plaid.com/docs/api/webhooks/webhook-verification/
 *
 * Invariants: (1) an id is asked for once, then its key is kept by the key store; (2) whoever makes up ids can make
 * this ask only a few times a minute; (3) a key that the provider declared expired verifies nothing.
 */
import { isExpired, type SchemeContext, type SigningKey } from "./compiled-scheme.ts";
import { isRecord, jwsKeys, type CompactJws, type JwsKey } from "./jws.ts";
import { NewSourceLimit } from "./new-source-limit.ts";
import { parseJson } from "./sent-text.ts";
import type { KeyRequestSpec } from "./scheme-spec.ts";
import { settingKey } from "./source.ts";
import { VerifierFault } from "./verdict.ts";

export interface NamedKeys {
  readonly name: string;
  readonly notAfterMs: number | undefined;
  readonly keys: readonly JwsKey[];
}

const NO_KEY: SigningKey = { name: "default", secret: "" };
const KEY_ID = /^[\w-]{1,100}$/;

/**
 * A function from a token to the key that its id names, under the name of the credentials it was asked for with;
 * undefined where no credentials are configured.
 * @throws SyntaxError when the environment is none of the provider's
 */
export function keyRequester(
  spec: KeyRequestSpec,
  { settings, keys, keyStore }: SchemeContext,
): ((jws: CompactJws, nowMs: number) => Promise<NamedKeys>) | undefined {
  const clientId = settings.get(settingKey(spec.client));
  if (clientId === undefined) return undefined;
  const environment = settings.get("environment") ?? spec.environments[0];
  if (!spec.environments.includes(environment))
    throw new SyntaxError(`environment must be one of ${spec.environments.join(", ")}`);
  const url = spec.url.replace("{environment}", environment);
  const limit = new NewSourceLimit();
  return async ({ header: { kid } }, nowMs) => {
    const { name, secret, notAfterMs } = keys.find((key) => !isExpired(key, nowMs)) ?? keys[0] ?? NO_KEY;
    if (typeof kid !== "string" || !KEY_ID.test(kid)) return { name, notAfterMs, keys: [] };
    if (keyStore === undefined) throw new VerifierFault("there is nothing to ask for the key with");
    const id = `${clientId}/${kid}`;
    if (!limit.mayAsk(kid, nowMs, keyStore.holds({ url, id })))
      throw new VerifierFault("too many unknown keys were asked for within a minute");
    const postJson = JSON.stringify({ client_id: clientId, secret, key_id: kid });
    const isUsable = (text: string): boolean => keyIn(text) !== undefined;
    const text = await keyStore.get({ url, id, postJson }, nowMs, { isUsable });
    limit.found(kid);
    return { name, notAfterMs, keys: keysIn(text, url, nowMs) };
  };
}

function keyIn(text: string): Readonly<Record<string, unknown>> | undefined {
  const answer = parseJson(text);
  const key = isRecord(answer) ? answer["key"] : undefined;
  return isRecord(key) ? key : undefined;
}

function keysIn(text: string, url: string, nowMs: number): readonly JwsKey[] {
  const key = keyIn(text);
  if (key === undefined) throw new VerifierFault(`${url} did not answer with a key`);
  const { expired_at: expiredAt } = key;
  if (typeof expiredAt === "number" && expiredAt * 1000 <= nowMs) return [];
  try {
    return jwsKeys(JSON.stringify(key)).filter(({ kind }) => kind === "public");
  } catch (thrown) {
    throw new VerifierFault(`${url} did not answer with a key`, { cause: thrown });
  }
}
