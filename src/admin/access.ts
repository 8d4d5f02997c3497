/**
 * Who may use the admin port. Programs send the token as a bearer token; a browser exchanges it once for a cookie
 * (`POST /api/login`) that scripts cannot read and that other sites' pages cannot have sent. `Host` and `Origin` are
 * checked so that no page reaches the port through a name it controls (DNS rebinding), and `Sec-Fetch-Site` so that none
 * reaches it directly.
 *
 * Invariants:
 * 1. Tokens and cookies are compared in constant time; failed logins are counted against a rate.
 * 2. A cookie alone changes nothing: a request that acts also has to come from a page of this port.
 * 3. The cookie is not the token: who reads it cannot use it as a bearer token, and a new token ends it.
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";
import type { Clock } from "../base/index.ts";

export type Access =
  | { readonly ok: true; readonly by: "bearer" | "cookie" }
  | { readonly ok: false; readonly status: 401 | 403; readonly because: string };

export interface AccessRequest {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}

export interface AccessOptions {
  readonly token: string;
  readonly port: number;
  /** The configured address: a known name beside those of loopback. */
  readonly host: string;
}

const LOOPBACK_NAMES = new Set(["localhost", "127.0.0.1", "[::1]"]);
const EVERY_ADDRESS = new Set(["0.0.0.0", "::"]);
const SESSION_S = 30 * 86_400;

/** Whether a request names this port and comes from no other site; undefined when it does. */
export function judgeOrigin(
  { headers }: AccessRequest,
  { host }: AccessOptions,
): Extract<Access, { ok: false }> | undefined {
  const name = hostName(headers.host);
  if (name === undefined || !isKnownName(name, host)) {
    return { ok: false, status: 403, because: "The Host header names another machine." };
  }
  const site = headers["sec-fetch-site"];
  const isForeign = headers.origin !== undefined && headers.origin !== `http://${headers.host}`;
  if (isForeign || site === "cross-site" || site === "same-site") {
    return { ok: false, status: 403, because: "The request comes from another site." };
  }
  return undefined;
}

/**
 * The same for what is read without a token. Metrics name tenants and flows: where only this machine reaches the port, no
 * page may read them through a name of its own. Elsewhere scrapers come by names that the gateway cannot know.
 */
export function judgeOpenRead({ headers }: AccessRequest, options: AccessOptions): ReturnType<typeof judgeOrigin> {
  const isOnLoopback = LOOPBACK_NAMES.has(options.host) || options.host === "::1" || options.host.startsWith("127.");
  return isOnLoopback ? judgeOrigin({ method: "GET", headers: { host: headers.host } }, options) : undefined;
}

/** Judges one request to the API. */
export function judgeAccess(request: AccessRequest, options: AccessOptions): Access {
  const foreign = judgeOrigin(request, options);
  if (foreign !== undefined) return foreign;
  const { headers, method } = request;
  const bearer = /^Bearer ([\x21-\x7e]+)$/.exec(headers.authorization ?? "")?.[1];
  if (bearer !== undefined) {
    return sameText(bearer, options.token)
      ? { ok: true, by: "bearer" }
      : { ok: false, status: 401, because: "The token is not the one of this gateway." };
  }
  const session = cookieOf(headers.cookie, cookieName(options.port));
  if (session === undefined || !sameText(session, sessionOf(options.token)))
    return {
      ok: false,
      status: 401,
      because: "Open the link that gtc start prints, or send its token as a bearer token.",
    };
  // Browsers say where a request comes from in one of these; what says neither is no page of ours.
  const isOurs = headers.origin !== undefined || headers["sec-fetch-site"] === "same-origin";
  if (method !== "GET" && method !== "HEAD" && !isOurs)
    return { ok: false, status: 403, because: "A request that changes something must come from this page." };
  return { ok: true, by: "cookie" };
}

/** Exchanges the token for a cookie; undefined when it is another one. */
export function sessionCookie(given: string, { token, port }: AccessOptions): string | undefined {
  if (!sameText(given, token)) return undefined;
  return `${cookieName(port)}=${sessionOf(token)}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${SESSION_S}`;
}

/** The cookie that ends a session. */
export function endedCookie({ port }: AccessOptions): string {
  return `${cookieName(port)}=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0`;
}

/** Cookies do not tell ports apart; two gateways on one machine must not end each other's sessions. */
function cookieName(port: number): string {
  return `gtc_admin_${port}`;
}

function sessionOf(token: string): string {
  return createHmac("sha256", token).update("session of the admin port, version 1").digest("base64url");
}

function cookieOf(header: string | undefined, name: string): string | undefined {
  for (const pair of (header ?? "").split(";")) {
    const [key, value] = pair.trim().split("=", 2);
    if (key === name) return value;
  }
  return undefined;
}

/** Bound to every address, the gateway cannot know its names; addresses are safe, since no one else's name is one. */
function isKnownName(name: string, host: string): boolean {
  if (LOOPBACK_NAMES.has(name)) return true;
  const address = name.replace(/^\[(.*)\]$/, "$1");
  return address === host.toLowerCase() || (EVERY_ADDRESS.has(host) && isIP(address) !== 0);
}

function hostName(host: string | undefined): string | undefined {
  return host?.replace(/:\d+$/, "").toLowerCase();
}

/** Compares in constant time; hashing first makes the lengths equal. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** Counts failed tries: after a burst, one every few seconds, however many failed before. */
export class FailedTries {
  static readonly #BURST = 10;
  static readonly #EVERY_MS = 6000;
  readonly #clock: Clock;
  #left = FailedTries.#BURST;
  #at: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#at = clock.monotonic();
  }

  /** Whether another try is allowed now. */
  get isOpen(): boolean {
    return this.#refilled() >= 1;
  }

  failed(): void {
    this.#left = Math.max(0, this.#refilled() - 1);
  }

  #refilled(): number {
    const now = this.#clock.monotonic();
    this.#left = Math.min(FailedTries.#BURST, this.#left + (now - this.#at) / FailedTries.#EVERY_MS);
    this.#at = now;
    return this.#left;
  }
}
