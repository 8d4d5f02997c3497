/** URLs that may be configured at the provider, where the URL is signed. */
import { queryOf } from "../request-view.ts";
import type { SignedRequest } from "../request.ts";
import type { Hypothesis } from "./hypothesis.ts";

const MAX_URLS = 24;

export function urlHypotheses(request: SignedRequest): Hypothesis[] {
  return candidateUrls(request).map((url) => ({
    reason: "url_mismatch",
    request: { ...request, url },
    detail: `the signature is for ${url}, but gtc takes its URL to be ${request.url}`,
    fix: `Set public_base_url to the address under which the provider calls, or set "url": ${JSON.stringify(url)} for this event type.`,
  }));
}

/** Other schemes, hosts that proxies report, ports, slashes, the query left out. */
function candidateUrls(request: SignedRequest): string[] {
  if (!URL.canParse(request.url)) return [];
  const { protocol, host, hostname, port } = new URL(request.url);
  const rest = request.url.slice(request.url.indexOf("/", request.url.indexOf("://") + 3));
  const header = (name: string): string | undefined =>
    request.headers.find(([other]) => other.toLowerCase() === name)?.[1];
  const hosts = [host, header("host"), header("x-forwarded-host"), port === "" ? undefined : hostname];
  const protocols = ["https:", "http:", protocol];
  const query = queryOf(rest);
  const path = query === "" ? (rest.split("?", 1)[0] ?? rest) : rest.slice(0, rest.indexOf("?"));
  const otherSlash = path.endsWith("/") ? path.slice(0, -1) : `${path}/`;
  const suffix = query === "" ? "" : `?${query}`;
  const rests = [path + suffix, path, otherSlash + suffix, decodeSafely(path) + suffix];
  const urls = new Set<string>();
  for (const tail of rests) {
    for (const scheme of protocols) {
      for (const candidate of hosts) if (candidate !== undefined) urls.add(`${scheme}//${candidate}${tail}`);
    }
  }
  urls.delete(request.url);
  return [...urls].slice(0, MAX_URLS);
}

function decodeSafely(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}
