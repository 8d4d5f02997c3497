import { listHeaderOf } from "../event/index.ts";
import { decodeContent, PayloadFault } from "../payload/index.ts";
import type { SignedRequest } from "../signature/index.ts";
import type { ArrivedRequest } from "./arrived-request.ts";

/** Decoded before the sender is known, so it must cost little; what is signed decoded are short messages. */
const DECODED_BEFORE_VERIFIED_BYTES = 1024 * 1024;

/** A request as verifiers see it: with the URL under which its sender knows the gateway. */
export function signedRequestOf(
  request: Pick<ArrivedRequest, "method" | "target" | "headers" | "rawBody" | "remoteAddress">,
  publicBaseUrl: string,
  maxDecodedBytes: number,
): SignedRequest {
  const { method, headers, rawBody, remoteAddress } = request;
  const bare: SignedRequest = { method, url: publicBaseUrl + request.target, headers, rawBody, remoteAddress };
  const signed = isGzip(rawBody) ? { ...bare, unpackedBody: () => decoded(rawBody, "gzip", maxDecodedBytes) } : bare;
  const encoding = listHeaderOf(headers, "content-encoding");
  if (encoding === undefined) return signed;
  // Undone only by schemes whose signature covers the decoded body, and when a refusal is explained.
  return { ...signed, decodedBody: () => decoded(rawBody, encoding, maxDecodedBytes) };
}

/** By its first two bytes (RFC 1952 section 2.3.1). */
function isGzip([first, second]: Uint8Array): boolean {
  return first === 0x1f && second === 0x8b;
}

/** Undefined when it cannot be decoded within the bound. */
function decoded(rawBody: Uint8Array, encoding: string, maxDecodedBytes: number): Uint8Array | undefined {
  try {
    return decodeContent(rawBody, encoding, Math.min(DECODED_BEFORE_VERIFIED_BYTES, maxDecodedBytes));
  } catch (fault) {
    if (fault instanceof PayloadFault) return undefined;
    throw fault;
  }
}
