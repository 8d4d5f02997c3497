/**
 * Contentful signs a canonical request: method, path, the headers it names, body:
 * https://www.contentful.com/developers/docs/webhooks/request-verification/
 */
import type { SchemeContext } from "../compiled-scheme.ts";
import { pathOf, queryOf, type RequestView } from "../request-view.ts";
import type { CodedMac } from "./coded-mac.ts";

const MAX_HEADERS = 50;
const SIGNED_HEADERS = "x-contentful-signed-headers,x-contentful-timestamp";

export function contentful({ tolerance = 30 }: SchemeContext): CodedMac {
  return {
    spec: {
      kind: "mac",
      alg: "hmac-sha256",
      signature: { header: "x-contentful-signature", encoding: "hex" },
      content: "{method}\n{contentful:path}\n{contentful:headers}\n{body}",
      timestamp: { from: "header:x-contentful-timestamp", unit: "ms", tolerance },
    },
    own: { "contentful:path": canonicalPath, "contentful:headers": canonicalHeaders },
    prepare: (request) => ({
      ...request,
      headers: [...request.headers, ["x-contentful-signed-headers", SIGNED_HEADERS]],
    }),
  };
}

/** The query is escaped as one value, and then the whole is encoded once more. */
function canonicalPath(view: RequestView): string {
  const query = queryOf(view.request.url);
  const path = pathOf(view.request.url, false);
  return encodeURI(query === "" ? path : `${path}?${encodeURIComponent(query)}`);
}

/** The named headers, sorted. The list has to name itself and the timestamp. */
function canonicalHeaders(view: RequestView): string | undefined {
  const names = view.header("x-contentful-signed-headers")?.split(",", MAX_HEADERS + 1) ?? [];
  const lower = new Set(names.map((name) => name.trim().toLowerCase()));
  const isWhole = lower.has("x-contentful-signed-headers") && lower.has("x-contentful-timestamp");
  if (!isWhole || names.length > MAX_HEADERS) return undefined;
  const lines = [...lower].sort().flatMap((name) => {
    const value = view.header(name);
    return value === undefined ? [] : [`${name}:${value.trim()}`];
  });
  return lines.join(";");
}
