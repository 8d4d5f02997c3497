/** A provider's entry in words: for `gtc providers` and for the reference, which is written from the same table. */
import { codedMac } from "./coded/index.ts";
import { HANDSHAKES } from "./handshakes/index.ts";
import type { Provider } from "./provider.ts";
import type { MacSpec, PublicKeySpec, SchemeSpec } from "./scheme-spec.ts";
import { createVerifier } from "./verifier.ts";

export interface ProviderDescription {
  readonly id: string;
  readonly name: string;
  readonly algorithm: string;
  /** Where the signature stands: `X-Hub-Signature-256`, `body field signature.signature`. */
  readonly place: string;
  /** What is signed, as a template; empty where nothing of the request is. */
  readonly content: string;
  readonly coversBody: boolean;
  /** Seconds; undefined where no age is judged. */
  readonly toleranceSeconds: number | undefined;
  readonly secret: string;
  readonly settings: Provider["settings"];
  readonly eventType: string | undefined;
  readonly deliveryId: string | undefined;
  readonly handshake: string | undefined;
  /** Methods beside POST in which the handshake comes. */
  readonly handshakeMethods: readonly string[];
  readonly responseLimitMs: number | undefined;
  readonly retries: string | undefined;
  readonly notes: readonly string[];
  readonly known: Provider["known"];
  readonly docs: string;
}

export function describeProvider(provider: Provider): ProviderDescription {
  const { id, name, secret, settings, eventType, deliveryId, handshake, responseLimitMs, retries, known, docs } =
    provider;
  const { scheme, covers } = verifierWithoutKeys(provider);
  const spec = macOf(provider.scheme);
  // The algorithm may be a list itself; the place never is.
  const [, algorithm = scheme, place = ""] = /^(.*), (.*)$/.exec(scheme) ?? [];
  return {
    id,
    name,
    algorithm,
    place: place.replaceAll(/\b(?:header |header:)/g, ""),
    content: spec?.content ?? "",
    coversBody: covers("json:id") || covers("form:id"),
    toleranceSeconds: toleranceOf(provider.scheme, spec),
    secret,
    settings,
    eventType,
    deliveryId,
    handshake,
    handshakeMethods: handshake === undefined ? [] : HANDSHAKES[handshake].methods,
    responseLimitMs,
    retries,
    notes: provider.notes ?? [],
    known,
    docs,
  };
}

function verifierWithoutKeys({ id, scheme }: Provider): ReturnType<typeof createVerifier> {
  const allowIps = scheme.kind === "ip" ? ["127.0.0.1"] : undefined;
  return createVerifier({ scheme: { provider: id }, ...(allowIps && { allowIps }) }, []);
}

/** The spec behind a provider that signs a content, also where the rest of it is code. */
function macOf(scheme: SchemeSpec): MacSpec | PublicKeySpec | undefined {
  if (scheme.kind === "mac" || scheme.kind === "signature") return scheme;
  if (scheme.kind !== "coded") return undefined;
  return codedMac(scheme.scheme, { settings: new Map(), keys: [], keyStore: undefined, tolerance: undefined })?.spec;
}

function toleranceOf(scheme: SchemeSpec, spec: MacSpec | PublicKeySpec | undefined): number | undefined {
  if (scheme.kind === "jwt") return scheme.maxAge;
  return spec?.timestamp?.tolerance;
}
