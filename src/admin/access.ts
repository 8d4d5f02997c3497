/**
 * Who may use the admin port: programs with the bearer token, on the names under which the port is known. `Host` and
 * `Origin` are checked so that a page in a browser cannot reach it through a name it controls (DNS rebinding).
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

export type Access =
  { readonly ok: true } | { readonly ok: false; readonly status: 401 | 403; readonly because: string };

const LOOPBACK_NAMES = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Judges one request to the admin port; `extraHost` is the configured address when it is not loopback. */
export function judgeAccess(headers: IncomingHttpHeaders, token: string, extraHost?: string): Access {
  const host = hostName(headers.host);
  if (host === undefined || !(LOOPBACK_NAMES.has(host) || host === extraHost)) {
    return { ok: false, status: 403, because: "The Host header names another machine." };
  }
  if (headers.origin !== undefined && hostName(headers.origin.replace(/^https?:\/\//, "")) !== host) {
    return { ok: false, status: 403, because: "The request comes from another site." };
  }
  const given = /^Bearer ([\x21-\x7e]+)$/.exec(headers.authorization ?? "")?.[1];
  if (given === undefined)
    return { ok: false, status: 401, because: "Send the token of state/gateway.json as a bearer token." };
  return sameText(given, token)
    ? { ok: true }
    : { ok: false, status: 401, because: "The token is not the one of this gateway." };
}

function hostName(host: string | undefined): string | undefined {
  return host?.replace(/:\d+$/, "").toLowerCase();
}

/** Compares in constant time; hashing first makes the lengths equal. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
