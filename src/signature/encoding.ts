/**
 * Strict decoding of what senders write: the whole text must be in the encoding, in its canonical form. Node's own
 * decoders stop at the first foreign character or skip it, and would so accept junk behind a good signature.
 */
export type Encoding = "hex" | "base64" | "base64url";

/** The bytes, or `undefined` when the text is not wholly in that encoding. Hex in either case; base64 with its padding. */
export function decodeStrict(text: string, encoding: Encoding): Buffer | undefined {
  switch (encoding) {
    case "hex": {
      const bytes = Buffer.from(text, "hex");
      return bytes.length * 2 === text.length ? bytes : undefined;
    }
    case "base64":
    case "base64url": {
      const bytes = Buffer.from(text, encoding);
      return bytes.toString(encoding) === text ? bytes : undefined;
    }
    default:
      return encoding satisfies never;
  }
}

const ALPHABETS: Readonly<Record<Encoding, RegExp>> = {
  hex: /^[\da-f]+$/i,
  base64: /^[A-Za-z0-9+/]+=*$/,
  base64url: /^[A-Za-z0-9_-]+$/,
};

/** How many characters a text has and should have, when it is in the encoding but too short for so many bytes. */
export function missesCharacters(
  text: string,
  encoding: Encoding,
  bytes: number,
): { readonly has: number; readonly needs: number } | undefined {
  const needs =
    encoding === "hex" ? 2 * bytes : encoding === "base64" ? 4 * Math.ceil(bytes / 3) : Math.ceil((4 * bytes) / 3);
  return text.length < needs && ALPHABETS[encoding].test(text) ? { has: text.length, needs } : undefined;
}

/** As people paste secrets: padding may be missing, both base64 alphabets. `undefined` when it is not base64 at all. */
export function decodeBase64Secret(text: string): Buffer | undefined {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return undefined;
  const unpadded = text.replace(/=+$/, "");
  const bytes = Buffer.from(text, "base64");
  return bytes.length === Math.floor((unpadded.length * 3) / 4) && unpadded.length % 4 !== 1 ? bytes : undefined;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** The text of UTF-8 bytes (a leading BOM is dropped), or `undefined` when they are not UTF-8. */
export function utf8Text(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}
