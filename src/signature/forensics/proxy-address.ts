/** A request whose address is not allowed, but whose proxy says that it comes from one that is. */
import { compileAllowlist } from "../allowlist.ts";
import { RequestView } from "../request-view.ts";
import type { SignedRequest } from "../request.ts";

export interface ProxyAddress {
  readonly reason: "proxy_address";
  readonly detail: string;
  readonly fix: string;
}

const MOST_LINES = 10;
const MOST_HOPS = 20;

/** What X-Forwarded-For says; undefined when it names no allowed address. Anyone may have written it. */
export function explainProxyAddress(
  request: SignedRequest,
  allowIps: readonly string[] | undefined,
): ProxyAddress | undefined {
  const { remoteAddress } = request;
  if (allowIps === undefined || remoteAddress === undefined) return undefined;
  const isAllowed = compileAllowlist(allowIps);
  const hops = new RequestView(request)
    .headerLines("x-forwarded-for", MOST_LINES)
    .flatMap((line) => line.split(","))
    .slice(-MOST_HOPS);
  const allowed = hops.map((hop) => hop.trim()).find((hop) => isAllowed({ ...request, remoteAddress: hop }).ok);
  if (allowed === undefined) return undefined;
  return {
    reason: "proxy_address",
    detail: `the connection comes from ${remoteAddress}, and X-Forwarded-For names ${allowed}, which is allowed`,
    fix: `If ${remoteAddress} is your own proxy, add it to \`trusted_proxies\` in gtc.yaml; anyone else could write that header.`,
  };
}
