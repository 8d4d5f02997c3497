/** Short ways to judge requests in tests of signatures. */
import {
  createVerifier,
  signRequest,
  type SchemeConfig,
  type SignedRequest,
  type SigningKey,
  type Verdict,
  type VerifierOptions,
} from "../../src/signature/index.ts";

/** 2026-01-01T00:00:00Z, the moment of the shared vectors. */
export const NOW_MS = 1_767_225_600_000;
export const HOOK_URL = "https://hooks.example.com/events/webhook/demo/thing";

export function requestOf(
  body: string | Uint8Array,
  headers: readonly (readonly [string, string])[] = [],
  changes: Partial<SignedRequest> = {},
): SignedRequest {
  return { method: "POST", url: HOOK_URL, headers, rawBody: Buffer.from(body), ...changes };
}

export function configOf(provider: string, settings?: Record<string, string>): SchemeConfig {
  return { scheme: { provider }, ...(settings && { settings }) };
}

export function keyOf(secret: string, name = "default"): SigningKey {
  return { name, secret };
}

/** The verdict, whether it comes at once or later. */
export async function judge(
  config: SchemeConfig,
  keys: readonly SigningKey[],
  request: SignedRequest,
  nowMs = NOW_MS,
  options: VerifierOptions = {},
): Promise<Verdict> {
  return createVerifier(config, keys, options).verify(request, nowMs);
}

/** The request as the provider would sign it. @throws Error when it cannot be signed here */
export function signed(config: SchemeConfig, secret: string, request: SignedRequest, nowMs = NOW_MS): SignedRequest {
  const result = signRequest(config, keyOf(secret), request, { nowMs, id: "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W" });
  if ("fault" in result) throw new Error(result.fault);
  return result.request;
}

/** `verified`, `handshake`, or the reason of the refusal. */
export function outcomeOf(verdict: Verdict): string {
  return verdict.status === "refused" ? verdict.reason : verdict.status;
}
