/** Client addresses and the ranges they are checked against (RFC 4632 and RFC 4291 notation). */

export interface AddressRange {
  readonly bytes: Uint8Array;
  readonly prefixBits: number;
}

/** Reads `203.0.113.7`, `203.0.113.0/24`, `2001:db8::/32`; `undefined` when it is neither. */
export function parseAddressRange(text: string): AddressRange | undefined {
  const [address = "", bits, ...rest] = text.split("/");
  const bytes = parseAddress(address);
  if (bytes === undefined || rest.length > 0) return undefined;
  if (bits === undefined) return { bytes, prefixBits: bytes.length * 8 };
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > bytes.length * 8) return undefined;
  return { bytes, prefixBits: Number(bits) };
}

export function isInRange(address: string, range: AddressRange): boolean {
  const bytes = parseAddress(address);
  if (bytes === undefined || bytes.length !== range.bytes.length) return false;
  return bytes.every((byte, index) => {
    const bits = Math.min(8, Math.max(0, range.prefixBits - index * 8));
    const mask = (0xff << (8 - bits)) & 0xff;
    return (byte & mask) === ((range.bytes[index] ?? 0) & mask);
  });
}

/** 4 or 16 bytes. An IPv4 address that is written as IPv6 (`::ffff:203.0.113.7`) is taken as IPv4. */
function parseAddress(text: string): Uint8Array | undefined {
  const plain = text.split("%", 1)[0] ?? "";
  if (!plain.includes(":")) return parseV4(plain);
  const bytes = parseV6(plain);
  const mapped = bytes?.subarray(0, 12).every((byte, index) => byte === (index < 10 ? 0 : 0xff));
  return mapped === true ? bytes?.subarray(12) : bytes;
}

function parseV4(text: string): Uint8Array | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined;
  return Uint8Array.from(parts, Number);
}

function parseV6(text: string): Uint8Array | undefined {
  const halves = withV4AsGroups(text)?.split("::") ?? [];
  if (halves.length === 0 || halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => "0"), ...tail];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return Uint8Array.from(
    groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]),
  );
}

/** `::ffff:1.2.3.4` with the last part as two groups. */
function withV4AsGroups(text: string): string | undefined {
  const colon = text.lastIndexOf(":");
  if (!text.includes(".")) return text;
  const v4 = parseV4(text.slice(colon + 1));
  if (v4 === undefined) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = v4;
  return `${text.slice(0, colon + 1)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}
