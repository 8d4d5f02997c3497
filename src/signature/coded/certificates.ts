/** Certificates that a request names by URL: pasted as a secret, or fetched from hosts that are the provider's. */
import type { KeyObject } from "node:crypto";
import { refuse, type Refusal, type SchemeContext } from "../compiled-scheme.ts";
import { publicKey } from "../key-material.ts";
import { NewSourceLimit } from "../new-source-limit.ts";
import { VerifierFault } from "../verdict.ts";

export type Certificate = { readonly name: string; readonly key: KeyObject } | Refusal;

/**
 * A function from the URL in a request to the certificate. The URL has to be the provider's also when the certificate
 * was pasted: a request that names another was not sent by it.
 * @throws SyntaxError when a pasted certificate is none
 */
export function certificates(
  context: SchemeContext,
  isTrusted: (url: string) => boolean,
): (url: string, nowMs: number) => Certificate | Promise<Certificate> {
  const pasted = pastedCertificate(context);
  const parsed = new Map<string, { readonly text: string; readonly key: KeyObject }>();
  const limit = new NewSourceLimit();
  return (url, nowMs) => {
    if (!isTrusted(url))
      return refuse(
        "certificate_untrusted",
        `${JSON.stringify(url.slice(0, 200))} is not a certificate of the provider`,
      );
    if (pasted !== undefined) return pasted;
    const { keyStore } = context;
    if (keyStore === undefined)
      throw new VerifierFault("there is nothing to fetch the certificate with; paste it as the secret");
    if (!limit.mayAsk(url, nowMs))
      throw new VerifierFault("too many unknown certificates were asked for within a minute");
    return keyStore.get(url, nowMs, { isUsable: isCertificate }).then((text) => {
      limit.found(url);
      const known = parsed.get(url);
      const key = known?.text === text ? known.key : keyIn(text, url);
      if (parsed.size > 100) parsed.clear();
      parsed.set(url, { text, key });
      return { name: url, key };
    });
  };
}

function pastedCertificate({ keys, settings }: SchemeContext): { name: string; key: KeyObject } | undefined {
  const key = keys.find(({ secret }) => secret.includes("-----BEGIN "));
  if (key !== undefined) return { name: key.name, key: publicKey(key.secret, undefined) };
  const text = [...settings.values()].find((value) => value.includes("-----BEGIN "));
  return text === undefined ? undefined : { name: "certificate", key: publicKey(text, undefined) };
}

function isCertificate(text: string): boolean {
  try {
    publicKey(text, undefined);
    return true;
  } catch {
    return false;
  }
}

function keyIn(text: string, url: string): KeyObject {
  try {
    return publicKey(text, undefined);
  } catch (thrown) {
    throw new VerifierFault(`${url} is not a certificate`, { cause: thrown });
  }
}
