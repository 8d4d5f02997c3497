/**
 * A request as a curl command for a POSIX shell. Bytes that are no text, and bodies that are too long for an argument,
 * come through the standard input, in base64.
 */
import type { SignedRequest } from "./request.ts";

/** Linux takes 128 KiB for one argument (MAX_ARG_STRLEN, execve(2)), in which a quote takes four. */
const MAX_ARGUMENT_BYTES = 32 * 1024;

export function curlCommand({ method, url, headers, rawBody }: SignedRequest): string {
  const lines = headers.map(([name, value]) => `-H ${quoted(headerLine(name, value))}`);
  const bytes = Buffer.from(rawBody.buffer, rawBody.byteOffset, rawBody.byteLength);
  const isText =
    bytes.length <= MAX_ARGUMENT_BYTES && Buffer.from(bytes.toString()).equals(bytes) && !bytes.includes(0);
  const body = bytes.length === 0 ? [] : [isText ? `--data-raw ${quoted(bytes.toString())}` : "--data-binary @-"];
  // To curl, brackets in a URL are patterns: `ids[]=1` is a fault of it, and `{a,b}` two requests.
  const asItStands = /[[\]{}]/.test(url) ? "--globoff " : "";
  const curl = [`curl ${asItStands}-X ${method} ${quoted(url)}`, ...lines, ...body].join(" \\\n  ");
  return isText || bytes.length === 0
    ? `${curl}\n`
    : `base64 -d <<'END-OF-BODY' | ${curl}\n${bytes.toString("base64")}\nEND-OF-BODY\n`;
}

/** Without a value, a colon would have curl leave the header out (curl(1), `--header`). */
function headerLine(name: string, value: string): string {
  return value === "" ? `${name};` : `${name}: ${value}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
