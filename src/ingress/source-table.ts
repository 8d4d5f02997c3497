/**
 * Which check a request has to pass, by tenant and event type. Built once from the bundle's settings: a look-up costs
 * the same with one scheme as with two hundred.
 */
import { isPathName, RecentMap } from "../base/index.ts";
import type { KeyStore, SchemeConfig, SigningKey, Verifier } from "../signature/index.ts";

/** A scheme with its secrets, as the bundle's settings give it. */
export interface SourceSettings {
  readonly config: SchemeConfig;
  readonly keys: readonly SigningKey[];
}

export interface TenantSources {
  /** Event types with a scheme of their own. */
  readonly verifiers: ReadonlyMap<string, Verifier>;
  /** For every other event type; undefined: none is configured. */
  readonly fallback?: Verifier;
  /** From what the verifiers were made, to find out why one refused. */
  readonly settings: ReadonlyMap<string, SourceSettings>;
  readonly fallbackSettings?: SourceSettings;
  /** Whether a request that no scheme checks is refused. */
  readonly requireSignature: boolean;
  /** `strict`: a signed body that was seen is refused under another id that the signature does not cover. */
  readonly replayGuard: "off" | "strict";
  readonly maxBodyBytes: number;
}

export interface SourceTable {
  readonly tenants: ReadonlyMap<string, TenantSources>;
  /** Without a slash at the end: `https://hooks.example.com`. */
  readonly publicBaseUrl: string;
  /** For keys and certificates that providers publish. */
  readonly keyStore: KeyStore;
}

export interface Route {
  readonly tenant: string;
  readonly eventType: string;
}

const PREFIX = "/events/webhook/";

/** Reads tenant and event type from a request target; undefined when it is no webhook's path. A slash may end it. */
export function routeOf(target: string): Route | undefined {
  if (!target.startsWith(PREFIX)) return undefined;
  const mark = target.indexOf("?");
  const [tenant, eventType, afterSlash = "", ...more] = target
    .slice(PREFIX.length, mark === -1 ? undefined : mark)
    .split("/");
  if (tenant === undefined || eventType === undefined || afterSlash !== "" || more.length > 0) return undefined;
  const route = { tenant: unescaped(tenant), eventType: unescaped(eventType) };
  return isPathName(route.tenant) && isPathName(route.eventType) ? route : undefined;
}

/** More than the sources of a busy bundle; and what is longer has a query, which is rarely the same twice. */
const KEPT_ROUTES = 1000;
const KEPT_TARGET_LENGTH = 280;

/** Routes that were asked for before. Their names are the same strings each time, which every look-up behind it likes. */
export class KnownRoutes {
  readonly #routes = new RecentMap<string, Route>(KEPT_ROUTES);

  /** As `routeOf`. */
  of(target: string): Route | undefined {
    const known = this.#routes.get(target);
    if (known !== undefined) return known;
    const route = routeOf(target);
    if (route !== undefined && target.length <= KEPT_TARGET_LENGTH) this.#routes.set(target, route);
    return route;
  }
}

/** Whether a path that is no webhook's was probably meant to be one. */
export function isNearlyWebhook(target: string): boolean {
  return /^[^?]*(?:webhook|\/events?\/)/i.test(target);
}

/** The target without scheme and host, which a request may name as well (RFC 9112 section 3.2.2). */
export function originForm(target: string): string {
  if (target.startsWith("/")) return target;
  const path = /^https?:\/\/[^/?#]*(.*)$/is.exec(target)?.[1];
  return path === undefined ? target : path.startsWith("/") ? path : `/${path}`;
}

function unescaped(segment: string): string {
  if (!segment.includes("%")) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return "";
  }
}
