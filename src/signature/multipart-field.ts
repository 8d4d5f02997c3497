/** One text field of a `multipart/form-data` body (RFC 7578), for providers that put their JSON into it. */
import { utf8Text } from "./encoding.ts";

/** Parts beyond this are not looked at. */
const MAX_PARTS = 50;

export function multipartField(contentType: string, body: Uint8Array, name: string): string | undefined {
  const boundary = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;]{1,70}))/i.exec(contentType);
  const text = utf8Text(body);
  const delimiter = boundary?.[1] ?? boundary?.[2];
  if (delimiter === undefined || text === undefined) return undefined;
  for (const part of text.split(`--${delimiter}`, MAX_PARTS)) {
    const headEnd = part.indexOf("\r\n\r\n");
    if (headEnd < 0) continue;
    const disposition = /^content-disposition:.*$/im.exec(part.slice(0, headEnd))?.[0] ?? "";
    if (/;\s*name="?([^";]*)"?/i.exec(disposition)?.[1] === name) return part.slice(headEnd + 4).replace(/\r\n$/, "");
  }
  return undefined;
}
