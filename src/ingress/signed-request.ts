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
  const url = publicBaseUrl + request.target;
  const decodedBody = (encoding: string, isVerified: boolean): Uint8Array | undefined => {
    const most = isVerified ? DECODED_ONCE_VERIFIED_BYTES : DECODED_BEFORE_VERIFIED_BYTES;
    return decoded(rawBody, encoding, Math.min(most, maxDecodedBytes));
  };
  const unpackedBody = (): Uint8Array | undefined => decodedBody(codingOf(rawBody), true);
  const signed: SignedRequest = { method, url, headers, rawBody, remoteAddress, unpackedBody };
  const encoding = listHeaderOf(headers, "content-encoding");
  if (encoding === undefined) return signed;
  // Undone only by schemes whose signature covers the decoded body, for an id that stands in it, and when a refusal is explained.
  return { ...signed, decodedBody: (isVerified) => decodedBody(encoding, isVerified) };
}

/** How a body is packed that does not say so: gzip and zlib have marks (RFC 1952 section 2.3.1, RFC 1950 section 2.2), Brotli has none. */
function codingOf([first = 0, second = 0]: Uint8Array): string {
  if (first === 0x1f && second === 0x8b) return "gzip";
  return (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0 ? "deflate" : "br";
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
