/**
 * The URL that a provider signs where the operator has named it, because a proxy calls the gateway by another. Providers add
 * parameters to the URL that they know (Twilio the body's hash, many a challenge), so what came in the query is part of it;
 * unless it is the proxy that added them.
 */
import { queryOf } from "./request-view.ts";
import type { SignedRequest } from "./request.ts";

/** The request with the URL as it is configured, and with that and what the request adds to its query. */
export function urlReadings(request: SignedRequest, url: string): readonly SignedRequest[] {
  const configured = queryOf(url);
  const query = queryOf(request.url);
  const exact = { ...request, url };
  const isMore = query !== "" && (configured === "" || query.startsWith(`${configured}&`));
  return isMore ? [exact, { ...exact, url: `${url.replace(/[?#].*$/s, "")}?${query}` }] : [exact];
}
