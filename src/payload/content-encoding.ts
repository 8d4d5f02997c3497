/**
 * Undoes Content-Encoding (RFC 9110 section 8.4) for the payload only; the raw bytes stay as sent. The decoded size is
 * capped while it grows, so a small body cannot become a large one.
 */
import { constants, brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from "node:zlib";
import { PayloadFault } from "./payload-fault.ts";

const MAX_CODINGS = 3;

/**
 * Returns the body without its codings.
 * @throws PayloadFault `unsupported_encoding`, `corrupt_encoding` or `decoded_too_large`.
 */
export function decodeContent(body: Uint8Array, header: string | undefined, maxBytes: number): Uint8Array {
  const codings = (header ?? "")
    .split(",")
    .map((coding) => coding.trim().toLowerCase())
    .filter(isCoding);
  if (codings.length > MAX_CODINGS)
    throw new PayloadFault("unsupported_encoding", `more than ${MAX_CODINGS} content codings`);
  // The last coding was applied last, so it is undone first.
  return codings.reduceRight((bytes, coding) => decodeOne(bytes, coding, maxBytes), body);
}

function isCoding(coding: string): boolean {
  return coding !== "" && coding !== "identity";
}

function decodeOne(body: Uint8Array, coding: string, maxBytes: number): Uint8Array {
  const options = { maxOutputLength: maxBytes };
  try {
    switch (coding) {
      case "gzip":
      case "x-gzip":
        return gunzipSync(body, options);
      case "deflate":
        // RFC 9110 means zlib's format; some senders leave its two header bytes out.
        return isZlib(body) ? inflateSync(body, options) : inflateRawSync(body, options);
      case "br":
        return brotliDecompressSync(body, { ...options, params: { [constants.BROTLI_DECODER_PARAM_LARGE_WINDOW]: 0 } });
      default:
        break;
    }
  } catch (cause) {
    const tooLarge = (cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    if (tooLarge)
      throw new PayloadFault("decoded_too_large", `the ${coding} body decodes to more than ${maxBytes} bytes`);
    throw new PayloadFault("corrupt_encoding", `the body is not valid ${coding}`);
  }
  throw new PayloadFault("unsupported_encoding", `Content-Encoding "${coding}" is not gzip, deflate or br`);
}

function isZlib(body: Uint8Array): boolean {
  const [first = 0, second = 0] = body;
  return (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0;
}
