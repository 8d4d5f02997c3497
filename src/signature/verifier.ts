/**
 * The door's main part: a configuration and its keys become a verifier, once; it then judges requests. Invariants:
 * (1) nothing is read but the request, the keys and the time that is passed in; (2) what it says about the content
 * (type, id, handshake) is only said after verification; (3) a promise is returned only by schemes that fetch keys.
 */
import { compileAllowlist } from "./allowlist.ts";
import { compileScheme } from "./compile-scheme.ts";
import type { CheckOutcome, CompiledScheme, SigningKey } from "./compiled-scheme.ts";
import { secretFault } from "./parse-keys.ts";
import { findProvider } from "./providers/index.ts";
import type { Provider } from "./provider.ts";
import { REFUSAL_HINTS } from "./refusal-hints.ts";
import { RequestView } from "./request-view.ts";
import type { SignedRequest } from "./request.ts";
import type { SchemeConfig } from "./scheme-config.ts";
import type { SchemeSpec } from "./scheme-spec.ts";
import { settingKey, type Settings } from "./source.ts";
import { compileExpression, type FoundValue } from "./value-expression.ts";
import {
  VerifierFault,
  type ConfigFault,
  type DeliveryId,
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
  /** Methods beside POST in which the provider's handshakes come. */
  readonly handshakeMethods: readonly string[];
  /**
   * Judges one request.
   * @param nowMs the time of receipt, which decides about timestamps and expired keys
   * @throws VerifierFault when a key cannot be had: nothing is known about the request then
   */
  verify(request: SignedRequest, nowMs: number): Verdict | Promise<Verdict>;
}

/** @throws VerifierFault when the configuration or a key is not in form; `parseSchemeConfig` and `keyFaults` say it before. */
export function createVerifier(config: SchemeConfig, keys: readonly SigningKey[]): Verifier {
  const compiled = compileVerifier(config, keys);
  const { scheme, provider, authenticates } = compiled;
  return {
    scheme: scheme.label,
    provider,
    authenticates,
    handshakeMethods: [],
    verify: (request, nowMs) => {
      const view = new RequestView(config.url === undefined ? request : { ...request, url: config.url });
      const address = compiled.allowlist?.(request);
      if (address?.ok === false) return refused(compiled, address);
      const outcome = scheme.check(view, nowMs);
      return outcome instanceof Promise
        ? outcome.then((settled) => conclude(compiled, view, settled))
        : conclude(compiled, view, outcome);
    },
  };
}

/** What is wrong with resolved secrets for this configuration: for the moment at which `$NAME` has become a text. */
export function keyFaults(config: SchemeConfig, keys: readonly SigningKey[]): ConfigFault[] {
  const { spec } = resolveScheme(config, keys);
  return keys.flatMap((key): ConfigFault[] => {
    const message = secretFault(key.secret, spec);
    return message === undefined ? [] : [{ path: key.name, message }];
  });
}

interface CompiledVerifier {
  readonly scheme: CompiledScheme;
  readonly provider: Provider | undefined;
  readonly authenticates: boolean;
  readonly allowlist: ReturnType<typeof compileAllowlist> | undefined;
  readonly eventType: ((view: RequestView) => FoundValue | undefined) | undefined;
  readonly deliveryId: ((view: RequestView) => FoundValue | undefined) | undefined;
}

function compileVerifier(config: SchemeConfig, keys: readonly SigningKey[]): CompiledVerifier {
  const { provider, spec } = resolveScheme(config, keys);
  const settings = settingsOf(config);
  const eventType = config.eventType ?? provider?.eventType;
  const deliveryId = config.deliveryId ?? provider?.deliveryId;
  try {
    return {
      scheme: compileScheme(spec, { settings, keys }),
      provider,
      authenticates: spec.kind !== "none",
      allowlist: config.allowIps && compileAllowlist(config.allowIps),
      eventType: eventType === undefined ? undefined : compileExpression(eventType, settings),
      deliveryId: deliveryId === undefined ? undefined : compileExpression(deliveryId, settings),
    };
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
    throw new VerifierFault(`the scheme cannot be used: ${thrown.message}`, { cause: thrown });
  }
}

function resolveScheme(config: SchemeConfig, keys: readonly SigningKey[]): { provider?: Provider; spec: SchemeSpec } {
  if ("spec" in config.scheme) return { spec: withTolerance(config.scheme.spec, config.toleranceSeconds) };
  const provider = findProvider(config.scheme.provider, keys[0]?.secret);
  if (provider === undefined) throw new VerifierFault(`there is no provider ${JSON.stringify(config.scheme.provider)}`);
  return { provider, spec: withTolerance(provider.scheme, config.toleranceSeconds) };
}

function withTolerance(spec: SchemeSpec, tolerance: number | undefined): SchemeSpec {
  if (tolerance === undefined) return spec;
  if (spec.kind === "mac" || spec.kind === "signature") {
    return spec.timestamp === undefined ? spec : { ...spec, timestamp: { ...spec.timestamp, tolerance } };
  }
  return spec;
}

function settingsOf(config: SchemeConfig): Settings {
  return new Map(Object.entries(config.settings ?? {}).map(([name, value]) => [settingKey(name), value]));
}

function conclude(compiled: CompiledVerifier, view: RequestView, outcome: CheckOutcome): Verdict {
  return outcome.ok ? verified(compiled, view, outcome.keyName) : refused(compiled, outcome);
}

function verified(compiled: CompiledVerifier, view: RequestView, keyName: string): VerifiedVerdict {
  const { scheme, provider, authenticates } = compiled;
  let type: { readonly value: string | undefined } | undefined;
  let id: { readonly value: DeliveryId | undefined } | undefined;
  return {
    status: "verified",
    scheme: scheme.label,
    ...(provider && { provider: provider.id }),
    keyName,
    authenticated: authenticates,
    get providerType() {
      type ??= { value: compiled.eventType?.(view)?.value };
      return type.value;
    },
    get deliveryId() {
      id ??= { value: findDeliveryId(compiled, view) };
      return id.value;
    },
  };
}

function findDeliveryId({ deliveryId, scheme }: CompiledVerifier, view: RequestView): DeliveryId | undefined {
  const found = deliveryId?.(view);
  if (found === undefined) return wellKnownDeliveryId(view, scheme.covers);
  return { ...found, signed: found.source.split(" + ").every((source) => scheme.covers(source)) };
}

function refused(compiled: CompiledVerifier, outcome: CheckOutcome & { ok: false }): RefusedVerdict {
  const { scheme, provider } = compiled;
  return {
    status: "refused",
    scheme: scheme.label,
    ...(provider && { provider: provider.id }),
    reason: outcome.reason,
    detail: outcome.detail,
    hint: REFUSAL_HINTS[outcome.reason],
  };
}
