/** A request as a curl command for a POSIX shell; bytes that are no text travel through base64. */
import type { SignedRequest } from "./request.ts";

export function curlCommand({ method, url, headers, rawBody }: SignedRequest): string {
  const lines = headers.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`);
  const text = Buffer.from(rawBody).toString("utf8");
  const isText = Buffer.from(text, "utf8").equals(rawBody) && !text.includes("\0");
  const body = rawBody.length === 0 ? [] : [isText ? `--data-raw ${quoted(text)}` : "--data-binary @-"];
  const curl = [`curl -X ${method} ${quoted(url)}`, ...lines, ...body].join(" \\\n  ");
  return isText || rawBody.length === 0
    ? `${curl}\n`
    : `base64 -d <<'BODY' | ${curl}\n${Buffer.from(rawBody).toString("base64")}\nBODY\n`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
