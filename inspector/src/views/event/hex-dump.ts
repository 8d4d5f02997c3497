const BYTES_A_LINE = 16;

/** Offset, bytes and printable characters, sixteen to a line. @param hex two digits a byte */
export function hexDump(hex: string): string {
  const lines: string[] = [];
  for (let start = 0; start < hex.length; start += BYTES_A_LINE * 2) {
    const bytes = hex.slice(start, start + BYTES_A_LINE * 2).match(/../g) ?? [];
    const text = bytes.map((byte) => printable(Number.parseInt(byte, 16))).join("");
    const offset = (start / 2).toString(16).padStart(6, "0");
    lines.push(`${offset}  ${bytes.join(" ").padEnd(BYTES_A_LINE * 3)} ${text}`);
  }
  return lines.join("\n");
}

function printable(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".";
}
