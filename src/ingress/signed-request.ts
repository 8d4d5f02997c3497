import { listHeaderOf } from "../event/index.ts";
import { decodeContent, PayloadFault } from "../payload/index.ts";
import type { SignedRequest } from "../signature/index.ts";
import type { ArrivedRequest } from "./arrived-request.ts";

/** Decoded before the sender is known, so it must cost little; what is signed decoded are short messages. */
const DECODED_BEFORE_VERIFIED_BYTES = 1024 * 1024;
/** Decoded once it is, as the delivery's id stands in there: as much as a body may have that is not packed. */
const DECODED_ONCE_VERIFIED_BYTES = 25 * 1024 * 1024;

/** A request as verifiers see it: with the URL under which its sender knows the gateway. */
export function signedRequestOf(
  request: Pick<ArrivedRequest, "method" | "target" | "headers" | "rawBody" | "remoteAddress">,
  publicBaseUrl: string,
  maxDecodedBytes: number,
): SignedRequest {
  const { method, headers, rawBody, remoteAddress } = request;
  const bare: SignedRequest = { method, url: publicBaseUrl + request.target, headers, rawBody, remoteAddress };
  const decodedBody = (encoding: string, isVerified: boolean): Uint8Array | undefined => {
    const most = isVerified ? DECODED_ONCE_VERIFIED_BYTES : DECODED_BEFORE_VERIFIED_BYTES;
    return decoded(rawBody, encoding, Math.min(most, maxDecodedBytes));
  };
  const signed = isGzip(rawBody) ? { ...bare, unpackedBody: () => decodedBody("gzip", true) } : bare;
  const encoding = listHeaderOf(headers, "content-encoding");
  if (encoding === undefined) return signed;
  // Undone only by schemes whose signature covers the decoded body, for an id that stands in it, and when a refusal is explained.
  return { ...signed, decodedBody: (isVerified) => decodedBody(encoding, isVerified) };
}

/** By its first two bytes (RFC 1952 section 2.3.1). */
function isGzip([first, second]: Uint8Array): boolean {
  return first === 0x1f && second === 0x8b;
}

/** Undefined when it cannot be decoded within the bound. */
function decoded(rawBody: Uint8Array, encoding: string, maxBytes: number): Uint8Array | undefined {
  try {
    return decodeContent(rawBody, encoding, maxBytes);
  } catch (fault) {
    if (fault instanceof PayloadFault) return undefined;
    throw fault;
  }
}
