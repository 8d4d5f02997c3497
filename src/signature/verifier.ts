/**
 * The door's main part: a configuration and its keys become a verifier, once; it then judges requests. Invariants:
 * (1) nothing is read but the request, the keys and the time that is passed in; (2) what it says about the content
 * (type, id) is only said after verification; (3) a promise is returned only by schemes that fetch keys.
 */
import { compileAllowlist } from "./allowlist.ts";
import { compileWithKeys } from "./compile-with-keys.ts";
import { isExpired, type CheckOutcome, type CompiledScheme, type Refusal, type SigningKey } from "./compiled-scheme.ts";
import { HANDSHAKES, MAX_CHALLENGE_BODY, type HandshakeContext, type HandshakeKind } from "./handshakes/index.ts";
import type { KeyStore } from "./key-store.ts";
import type { Provider } from "./provider.ts";
import { REFUSAL_HINTS } from "./refusal-hints.ts";
import { RequestView } from "./request-view.ts";
import type { SignedRequest } from "./request.ts";
import { resolveScheme } from "./resolve-scheme.ts";
import type { SchemeConfig } from "./scheme-config.ts";
import { settingsOf, shortened, type FoundValue, type Settings } from "./source.ts";
import { urlEndFault } from "./url-and-body.ts";
import { urlReadings } from "./url-readings.ts";
import { compileExpression } from "./value-expression.ts";
import {
  VerifierFault,
  type DeliveryId,
  type Handshake,
  type RefusedVerdict,
  type Verdict,
  type VerifiedVerdict,
} from "./verdict.ts";
import { wellKnownDeliveryId } from "./well-known-ids.ts";

export interface Verifier {
  /** `hmac-sha256, header X-Hub-Signature-256`. */
  readonly scheme: string;
  readonly provider: Provider | undefined;
  /** False where the operator configured that nothing is checked. */
  readonly authenticates: boolean;
  /** Names of the headers in which the signature or token is expected, lower case. */
  readonly signatureHeaders: readonly string[];
  /** Whether what is verified covers a source such as `json:id` or `header:X-Delivery`. */
  readonly covers: (source: string) => boolean;
  /** Methods beside POST in which the provider's handshakes come. */
  readonly handshakeMethods: readonly string[];
  /**
   * Judges one request.
   * @param nowMs the time of receipt, which decides about timestamps and expired keys
   * @throws VerifierFault (or rejects with it) when a key cannot be had: nothing is known about the request then
   */
  readonly verify: (request: SignedRequest, nowMs: number) => Verdict | Promise<Verdict>;
}

export interface VerifierOptions {
  /** Fetches published keys and certificates; one store serves all verifiers. */
  readonly keyStore?: KeyStore;
}

/** @throws VerifierFault when the configuration or a key is not in form; `parseSchemeConfig` and `keyFaults` say it before. */
export function createVerifier(
  config: SchemeConfig,
  keys: readonly SigningKey[],
  options: VerifierOptions = {},
): Verifier {
  const compiled = compileVerifier(config, keys, options);
  const { scheme, provider, authenticates, handshake } = compiled;
  return {
    scheme: scheme.label,
    provider,
    authenticates,
    signatureHeaders: scheme.signatureHeaders,
    covers: scheme.covers,
    handshakeMethods: handshake?.methods ?? [],
    verify: (request, nowMs) => {
      const view = new RequestView(request);
      const address = compiled.allowlist?.(request);
      if (address?.ok === false) return refused(compiled, address);
      const challenge = handshake?.unsigned?.(view, handshakeContext(compiled, nowMs));
      if (challenge !== undefined) return concludeChallenge(compiled, challenge);
      if (config.url === undefined) return check(compiled, view, [], nowMs);
      const [first = view, ...more] = urlReadings(request, config.url).map((reading) => new RequestView(reading));
      return check(compiled, first, more, nowMs);
    },
  };
}

/** @param others further readings of the request, each tried when the one before it was refused */
function check(
  compiled: CompiledVerifier,
  view: RequestView,
  others: readonly RequestView[],
  nowMs: number,
): Verdict | Promise<Verdict> {
  const [next, ...more] = others;
  const settle = (found: CheckOutcome): Verdict | Promise<Verdict> => {
    const isJoined = found.ok && compiled.scheme.joinsUrlAndBody === true;
    const outcome = isJoined ? (urlEndFault(view, compiled.url) ?? found) : found;
    return outcome.ok || next === undefined
      ? conclude(compiled, view, outcome, nowMs)
      : check(compiled, next, more, nowMs);
  };
  const outcome = compiled.scheme.check(view, nowMs);
  return outcome instanceof Promise ? outcome.then(settle) : settle(outcome);
}

interface CompiledVerifier {
  readonly scheme: CompiledScheme;
  readonly provider: Provider | undefined;
  readonly authenticates: boolean;
  readonly keys: readonly SigningKey[];
  readonly settings: Settings;
  /** As it is configured at the provider. */
  readonly url: string | undefined;
  readonly handshake: HandshakeKind | undefined;
  readonly allowlist: ReturnType<typeof compileAllowlist> | undefined;
  readonly eventType: ((view: RequestView) => FoundValue | undefined) | undefined;
  readonly deliveryId: ((view: RequestView) => FoundValue | undefined) | undefined;
  /** An id that the scheme itself signs is the delivery's, unless the operator named another. */
  readonly takesSignedId: boolean;
}

function compileVerifier(
  config: SchemeConfig,
  keys: readonly SigningKey[],
  options: VerifierOptions,
): CompiledVerifier {
  const { provider, spec } = resolveScheme(config, keys[0]?.secret);
  if (spec.kind === "ip" && (config.allowIps ?? []).length === 0) {
    throw new VerifierFault("a scheme that only checks addresses needs allow_ips");
  }
  const settings = settingsOf(config.settings);
  const eventType = config.eventType ?? provider?.eventType;
  const deliveryId = config.deliveryId ?? provider?.deliveryId;
  try {
    return {
      scheme: compileWithKeys(config, {
        settings,
        keys,
        keyStore: options.keyStore,
        tolerance: config.toleranceSeconds,
      }),
      provider,
      authenticates: spec.kind !== "none",
      keys,
      settings,
      url: config.url,
      handshake: provider?.handshake && HANDSHAKES[provider.handshake],
      allowlist: config.allowIps && compileAllowlist(config.allowIps),
      eventType: eventType === undefined ? undefined : compileExpression(eventType, settings),
      deliveryId: deliveryId === undefined ? undefined : compileExpression(deliveryId, settings),
      takesSignedId: provider !== undefined && config.deliveryId === undefined,
    };
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
    throw new VerifierFault(`the scheme cannot be used: ${thrown.message}`, { cause: thrown });
  }
}

function handshakeContext({ keys, settings }: CompiledVerifier, nowMs: number): HandshakeContext {
  return { keys: keys.filter((key) => !isExpired(key, nowMs)), settings };
}

type Challenge = NonNullable<ReturnType<NonNullable<HandshakeKind["unsigned"]>>>;

function concludeChallenge(compiled: CompiledVerifier, challenge: Challenge): Verdict {
  if ("reason" in challenge) return refused(compiled, { ok: false, ...challenge });
  const { scheme, provider } = compiled;
  return {
    status: "handshake",
    scheme: scheme.label,
    provider: provider?.id,
    handshake: challenge,
  };
}

function conclude(compiled: CompiledVerifier, view: RequestView, outcome: CheckOutcome, nowMs: number): Verdict {
  if (!outcome.ok) return refused(compiled, view.hasUnread ? withUnread(outcome) : outcome);
  view.markVerified();
  const signed = compiled.handshake?.signed;
  // A challenge is short: the keys are not even looked at for anything else.
  const mayChallenge = signed !== undefined && view.request.rawBody.length <= MAX_CHALLENGE_BODY;
  const context = handshakeContext(compiled, nowMs);
  const keys = context.keys.filter(({ name }) => name === outcome.keyName);
  const handshake = mayChallenge ? signed(view, { ...context, keys }) : undefined;
  return verified(compiled, view, outcome.keyName, handshake);
}

/** What the scheme missed may stand in what was not read: the operator learns that. */
function withUnread({ ok, reason, detail }: Refusal): Refusal {
  const unread =
    "the body is longer than 8 MiB or has more than 25000 values: such JSON, or such a form, is not read before it is verified";
  return { ok, reason, detail: `${detail}; ${unread}` };
}

function verified(
  compiled: CompiledVerifier,
  view: RequestView,
  keyName: string,
  handshake: Handshake | undefined,
): VerifiedVerdict {
  return new Verified(compiled, view, keyName, handshake);
}

/** Type and id are worked out when they are read: most of them stand in the JSON of the body. */
class Verified implements VerifiedVerdict {
  readonly status = "verified";
  readonly scheme: string;
  readonly provider: string | undefined;
  readonly keyName: string;
  readonly authenticated: boolean;
  readonly handshake: Handshake | undefined;
  readonly #compiled: CompiledVerifier;
  readonly #view: RequestView;

  constructor(compiled: CompiledVerifier, view: RequestView, keyName: string, handshake: Handshake | undefined) {
    this.scheme = compiled.scheme.label;
    this.provider = compiled.provider?.id;
    this.keyName = keyName;
    this.authenticated = compiled.authenticates;
    this.handshake = handshake;
    this.#compiled = compiled;
    this.#view = view;
  }

  get providerType(): string | undefined {
    const { scheme, eventType } = this.#compiled;
    return scheme.eventType?.(this.#view) ?? eventType?.(this.#view)?.value;
  }

  get deliveryId(): DeliveryId | undefined {
    return findDeliveryId(this.#compiled, this.#view);
  }
}

function findDeliveryId(compiled: CompiledVerifier, view: RequestView): DeliveryId | undefined {
  const { deliveryId, scheme, takesSignedId } = compiled;
  const covers = (source: string): boolean => scheme.covers(source, view);
  const found = deliveryId?.(view);
  const isSigned = found?.source.split(" + ").every(covers) === true;
  // Else whoever sends a request again under the provider's other names of headers would choose its id.
  if (!isSigned && takesSignedId && view.signedId !== undefined)
    return { value: shortened(view.signedId.value), source: view.signedId.source, signed: true };
  return found === undefined ? wellKnownDeliveryId(view, covers) : { ...found, signed: isSigned };
}

function refused({ scheme, provider }: CompiledVerifier, { reason, detail }: Refusal): RefusedVerdict {
  return {
    status: "refused",
    scheme: scheme.label,
    provider: provider?.id,
    reason,
    detail,
    hint: REFUSAL_HINTS[reason],
  };
}
