/** Base64 and hexadecimal. Decoding is strict: a text that no encoder writes is an error, not a guess. */
import { RhaiError } from "../../errors.ts";
import { native, type Native } from "../../natives.ts";
import { RhaiBlob } from "../../containers.ts";

export type Bytes = string | RhaiBlob;

export function bytesOf(value: Bytes): Uint8Array {
  return typeof value === "string" ? new TextEncoder().encode(value) : value.bytes;
}

const EXTENSION = { extension: true } as const;

interface Encoding {
  /** The functions are called `name_encode`, `name_decode` and `name_decode_blob`. */
  readonly name: string;
  readonly shape: RegExp;
  readonly expected: string;
  readonly encode: (bytes: Uint8Array) => string;
  readonly decode: (text: string) => Uint8Array;
}

const ENCODINGS: readonly Encoding[] = [
  {
    name: "base64",
    shape: /^[A-Za-z0-9+/]*={0,2}$/,
    expected: "A-Z a-z 0-9 + / and = at the end, in groups of four",
    encode: (bytes) => Buffer.from(bytes).toString("base64"),
    decode: (text) => Uint8Array.from(Buffer.from(text, "base64")),
  },
  {
    name: "base64url",
    shape: /^[A-Za-z0-9_-]*={0,2}$/,
    expected: "A-Z a-z 0-9 - _",
    encode: (bytes) => Buffer.from(bytes).toString("base64url"),
    decode: (text) => Uint8Array.from(Buffer.from(text, "base64url")),
  },
  {
    name: "hex",
    shape: /^(?:[0-9a-fA-F]{2})*$/,
    expected: "pairs of 0-9 a-f",
    encode: (bytes) => Buffer.from(bytes).toString("hex"),
    decode: (text) => Uint8Array.from(Buffer.from(text, "hex")),
  },
];

function decoded({ name, shape, expected, encode, decode }: Encoding, text: string, at: number): Uint8Array {
  const bytes = shape.test(text) ? decode(text) : undefined;
  // Written again it must be the same text: this finds wrong lengths and stray bits at the end.
  const isWhole = bytes !== undefined && encode(bytes).replace(/=+$/, "") === canonical(name, text);
  const isPadded = name !== "base64" || text.length % 4 === 0;
  if (!isWhole || !isPadded)
    throw new RhaiError("ErrorRuntime", `${name}_decode: the text is not ${name}: it takes ${expected}`, at);
  return bytes;
}

function canonical(name: string, text: string): string {
  return name === "hex" ? text.toLowerCase() : text.replace(/=+$/, "");
}

function asText(bytes: Uint8Array, name: string, at: number): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    const message = `${name}_decode: the bytes are no UTF-8 text; ${name}_decode_blob gives them as a blob`;
    throw new RhaiError("ErrorRuntime", message, at, { cause });
  }
}

export const ENCODING: readonly Native[] = ENCODINGS.flatMap((encoding) => [
  native<[Bytes]>(
    `${encoding.name}_encode string|blob`,
    ([value], runtime, at) => runtime.sized(encoding.encode(bytesOf(value)), at),
    EXTENSION,
  ),
  native<[string]>(
    `${encoding.name}_decode string`,
    ([text], runtime, at) => runtime.sized(asText(decoded(encoding, text, at), encoding.name, at), at),
    EXTENSION,
  ),
  native<[string]>(
    `${encoding.name}_decode_blob string`,
    ([text], runtime, at) => {
      const bytes = decoded(encoding, text, at);
      runtime.madeBytes(bytes.length, at);
      return runtime.sized(new RhaiBlob(bytes), at);
    },
    EXTENSION,
  ),
]);
