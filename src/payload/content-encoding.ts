/**
 * Undoes Content-Encoding (RFC 9110 section 8.4) for the payload only; the raw bytes stay as sent. The decoded size is
 * capped while it grows, so a small body cannot become a large one.
 *
 * There are two ways: at once, for threads that have nothing else to do and for small bodies, and piece by piece on
 * node's thread pool, for the thread that acknowledges. Both give the same for every body (a property test holds them
 * together).
 */
import {
  brotliDecompressSync,
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  gunzipSync,
  inflateRawSync,
  inflateSync,
  type BrotliOptions,
  type ZlibOptions,
} from "node:zlib";
import { PayloadFault } from "./payload-fault.ts";

const MAX_CODINGS = 3;
/** Of the pieces in which a large body is decoded. */
const PIECE_BYTES = 64 * 1024;
const BROTLI = { params: { [constants.BROTLI_DECODER_PARAM_LARGE_WINDOW]: 0 } };

/** Bytes that all requests together may hold. */
export interface ByteRoom {
  take(bytes: number): boolean;
  give(bytes: number): void;
}

/** There is no room for the decoded body now; later there may be. */
export class NoRoom extends Error {}

/**
 * Returns the body without its codings.
 * @throws PayloadFault `unsupported_encoding`, `corrupt_encoding` or `decoded_too_large`.
 */
export function decodeContent(body: Uint8Array, header: string | undefined, maxBytes: number): Uint8Array {
  return codingsToUndo(header).reduce((bytes, coding) => decodeOne(bytes, coding, maxBytes), body);
}

/**
 * Decodes piece by piece without keeping the thread, and hands the body to `use`. What is decoded takes room as it grows,
 * and gives it back when `use` is done.
 * @throws PayloadFault as `decodeContent` does; NoRoom when `room` has none left.
 */
export async function useDecoded<T>(
  body: Uint8Array,
  header: string | undefined,
  { maxBytes, room }: { readonly maxBytes: number; readonly room: ByteRoom },
  use: (decoded: Uint8Array) => T | Promise<T>,
): Promise<T> {
  let taken = 0;
  const grow = (bytes: number): void => {
    if (!room.take(bytes)) throw new NoRoom();
    taken += bytes;
  };
  try {
    let decoded = body;
    for (const coding of codingsToUndo(header)) decoded = await decodeInPieces(decoded, coding, maxBytes, grow);
    return await use(decoded);
  } finally {
    room.give(taken);
  }
}

/** The last coding was applied last, so it is undone first. */
function codingsToUndo(header: string | undefined): readonly string[] {
  const codings = (header ?? "")
    .split(",")
    .map((coding) => coding.trim().toLowerCase())
    .filter(isCoding);
  if (codings.length > MAX_CODINGS)
    throw new PayloadFault("unsupported_encoding", `more than ${MAX_CODINGS} content codings`);
  return codings.toReversed();
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
        return whole(body, isZlib(body) ? inflateSync : inflateRawSync, options);
      case "br":
        return whole(body, brotliDecompressSync, { ...options, ...BROTLI });
      default:
        break;
    }
  } catch (cause) {
    throw (cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE"
      ? tooLarge(coding, maxBytes)
      : corrupt(coding);
  }
  throw unsupported(coding);
}

/**
 * What a body holds that is one stream to its end. Of text behind the stream zlib says nothing but for gzip, and a raw stream
 * has no checksum: most of the JSON that begins with a brace and a line end would be one of a byte, by its first 30.
 * @throws Error when something is left over
 */
function whole(
  body: Uint8Array,
  decode: (body: Uint8Array, options: ZlibOptions & BrotliOptions) => Buffer,
  options: ZlibOptions & BrotliOptions,
): Uint8Array {
  // The types do not know what `info` returns.
  const { buffer, engine } = decode(body, { ...options, info: true }) as unknown as Decoded;
  if (engine.bytesWritten < body.length) throw new Error("there is more behind the end of the stream");
  return buffer;
}

interface Decoded {
  readonly buffer: Buffer;
  /** `bytesWritten`: of the body, so many bytes were the stream's. */
  readonly engine: { readonly bytesWritten: number };
}

async function decodeInPieces(
  body: Uint8Array,
  coding: string,
  maxBytes: number,
  grow: (bytes: number) => void,
): Promise<Uint8Array> {
  const decoder = decoderOf(coding, body);
  decoder.end(body);
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of decoder as AsyncIterable<Buffer>) {
      size += piece.length;
      if (size > maxBytes) throw tooLarge(coding, maxBytes);
      grow(piece.length);
      pieces.push(piece);
    }
  } catch (cause) {
    throw cause instanceof PayloadFault || cause instanceof NoRoom ? cause : corrupt(coding);
  }
  if (!coding.endsWith("gzip") && decoder.bytesWritten < body.length) throw corrupt(coding);
  return Buffer.concat(pieces, size);
}

function decoderOf(coding: string, body: Uint8Array): ReturnType<typeof createGunzip> {
  const options = { chunkSize: PIECE_BYTES };
  switch (coding) {
    case "gzip":
    case "x-gzip":
      return createGunzip(options);
    case "deflate":
      return isZlib(body) ? createInflate(options) : createInflateRaw(options);
    case "br":
      return createBrotliDecompress({ ...options, ...BROTLI });
    default:
      throw unsupported(coding);
  }
}

function tooLarge(coding: string, maxBytes: number): PayloadFault {
  return new PayloadFault("decoded_too_large", `the ${coding} body decodes to more than ${maxBytes} bytes`);
}

function corrupt(coding: string): PayloadFault {
  return new PayloadFault("corrupt_encoding", `the body is not valid ${coding}`);
}

function unsupported(coding: string): PayloadFault {
  return new PayloadFault("unsupported_encoding", `Content-Encoding "${coding}" is not gzip, deflate or br`);
}

function isZlib(body: Uint8Array): boolean {
  const [first = 0, second = 0] = body;
  return (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0;
}
