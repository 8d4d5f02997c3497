/** The text of a file; undefined: it is not UTF-8 (UTF-16 shows itself by its zero bytes). A mark at its beginning is no part of it. */
export function fileText(bytes: Uint8Array): string | undefined {
  try {
    return bytes.includes(0) ? undefined : new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
