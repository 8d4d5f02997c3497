/**
 * Large texts on their way between threads and the disk. Whoever has such a text writes it as bytes, and whoever wants it
 * reads it; all between them, the thread that acknowledges above all, pass the bytes on. One text of 24 MB held that thread
 * for more than half a second, by being copied, escaped for the record, joined with the rest of it and encoded.
 */

/** A text as its JSON string literal, in UTF-8. */
export interface LargeText {
  readonly literal: Uint8Array;
}

export type AnyText = string | LargeText;

/** A piece of JSON: as a text or, where it is large, in UTF-8. */
export type JsonPiece = string | Uint8Array;

/** Shorter texts are quicker as they are. In characters. */
export const LARGE_TEXT_CHARS = 256 * 1024;

/** The text, as bytes where it is large. @throws Error when there is no memory for it */
export function packText(text: string): AnyText {
  return text.length < LARGE_TEXT_CHARS ? text : { literal: Buffer.from(JSON.stringify(text)) };
}

export function readText(text: AnyText): string {
  if (typeof text === "string") return text;
  const { buffer, byteOffset, byteLength } = text.literal;
  return JSON.parse(Buffer.from(buffer, byteOffset, byteLength).toString("utf8")) as string;
}

/** About how much it takes: its characters, or its bytes. */
export function sizeOfText(text: AnyText | undefined): number {
  if (text === undefined) return 0;
  return typeof text === "string" ? text.length : text.literal.byteLength;
}
