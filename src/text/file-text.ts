/** The text of a file; undefined: it is none, and `whyNoText` says why. A mark at its beginning is no part of it. */
export function fileText(bytes: Uint8Array): string | undefined {
  return bytes.includes(0) ? undefined : utf8Of(bytes);
}

/** What is wrong with a file that is no text, as the rest of a sentence about it, and what to do. */
export function whyNoText(bytes: Uint8Array): { readonly what: string; readonly fix: string } {
  const zeros = bytes.filter((byte) => byte === 0).length;
  // UTF-16 and UTF-32 show themselves by their zero bytes: in a file of YAML, JSON or a script they are many.
  if (zeros === 0 || zeros > bytes.length / 8 || utf8Of(bytes) === undefined)
    return { what: "is not UTF-8", fix: "Save it as UTF-8." };
  const line = bytes.subarray(0, bytes.indexOf(0)).filter((byte) => byte === LINE_FEED).length + 1;
  return { what: `has a zero byte in line ${line}`, fix: "Take the zero byte out: no text has one." };
}

const LINE_FEED = 10;

function utf8Of(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
