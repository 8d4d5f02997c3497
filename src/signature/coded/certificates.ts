/** Certificates that a request names by URL: pasted as a secret, or fetched from hosts that are the provider's. */
import type { KeyObject } from "node:crypto";
import { isExpired, refuse, type CheckOutcome, type Refusal, type SchemeContext } from "../compiled-scheme.ts";
import { publicKey } from "../key-material.ts";
import { NewSourceLimit } from "../new-source-limit.ts";
import { VerifierFault } from "../verdict.ts";

interface Certificate {
  readonly name: string;
  readonly notAfterMs?: number | undefined;
  readonly key: KeyObject;
}

/** One that was fetched, or all that were pasted. */
export type Certificates = readonly Certificate[] | Refusal;

/**
 * A function from the URL in a request to the certificates. The URL has to be the provider's also when the certificate
 * was pasted: a request that names another was not sent by it.
 * @throws SyntaxError when a pasted certificate is none
 */
export function certificates(
  context: SchemeContext,
  isTrusted: (url: string) => boolean,
): (url: string, nowMs: number) => Certificates | Promise<Certificates> {
  const pasted = pastedCertificates(context);
  const parsed = new Map<string, { readonly text: string; readonly key: KeyObject }>();
  const limit = new NewSourceLimit();
  return (url, nowMs) => {
    if (!isTrusted(url))
      return refuse(
        "certificate_untrusted",
        `${JSON.stringify(url.slice(0, 200))} is not a certificate of the provider`,
      );
    if (pasted.length > 0) return pasted;
    const { keyStore } = context;
    if (keyStore === undefined)
      throw new VerifierFault("there is nothing to fetch the certificate with; paste it as the secret");
    if (!limit.mayAsk(url, nowMs, keyStore.holds(url)))
      throw new VerifierFault("too many unknown certificates were asked for within a minute");
    return keyStore.get(url, nowMs, { isUsable: isCertificate }).then((text) => {
      limit.found(url);
      const known = parsed.get(url);
      const key = known?.text === text ? known.key : keyIn(text, url);
      if (parsed.size > 100) parsed.clear();
      parsed.set(url, { text, key });
      return [{ name: url, key }];
    });
  };
}

function pastedCertificates({ keys, settings }: SchemeContext): readonly Certificate[] {
  const secrets = keys.filter(({ secret }) => secret.includes("-----BEGIN "));
  if (secrets.length > 0)
    return secrets.map(({ name, notAfterMs, secret }) => ({ name, notAfterMs, key: publicKey(secret, undefined) }));
  const text = [...settings.values()].find((value) => value.includes("-----BEGIN "));
  return text === undefined ? [] : [{ name: "certificate", key: publicKey(text, undefined) }];
}

/** Judges a signature by the certificates. @param mismatch what is wrong when none of them made it */
export function checkWith(
  found: Certificates,
  made: (key: KeyObject) => boolean,
  mismatch: string,
  nowMs: number,
): CheckOutcome {
  if ("ok" in found) return found;
  const fitting = found.filter(({ key }) => made(key));
  const valid = fitting.find((certificate) => !isExpired(certificate, nowMs));
  if (valid !== undefined) return { ok: true, keyName: valid.name };
  const [expired] = fitting;
  return expired === undefined
    ? refuse("signature_mismatch", mismatch)
    : refuse("key_expired", `the certificate ${JSON.stringify(expired.name)} is past its not_after`);
}

/** A page that repeats a certificate somebody gave it is none: whoever finds such a page at a provider could sign for it. */
function isCertificate(text: string): boolean {
  if (!text.trimStart().startsWith("-----BEGIN ")) return false;
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
