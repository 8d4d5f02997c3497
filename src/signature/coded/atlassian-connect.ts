/**
 * Atlassian Connect: a token whose claim `qsh` is the hash of method, path and query; the body is not covered. Install
 * hooks are signed with a key that Atlassian publishes:
 * https://developer.atlassian.com/cloud/jira/platform/understanding-jwt-for-connect-apps/
 */
import { createHash } from "node:crypto";
import { refuse, type CheckOutcome, type CompiledScheme, type SchemeContext } from "../compiled-scheme.ts";
import { compileJwt } from "../jwt-scheme.ts";
import { isRecord, parseJws } from "../jws.ts";
import { NewSourceLimit } from "../new-source-limit.ts";
import { pathOf, type RequestView } from "../request-view.ts";
import type { FormFields } from "../sent-text.ts";
import { compileSource } from "../source.ts";
import { VerifierFault } from "../verdict.ts";

const INSTALL_KEYS = "https://connect-install-keys.atlassian.com/";

export function atlassianConnect(context: SchemeContext): CompiledScheme {
  const shared = compileJwt(
    {
      kind: "jwt",
      from: "header:authorization",
      prefix: "JWT ",
      or: "query:jwt",
      algs: ["HS256"],
      issuerConfig: "client_key",
      requireExp: true,
      skew: 30,
    },
    context,
  );
  const limit = new NewSourceLimit();
  const fromQuery = compileSource("query:jwt", context.settings);
  return {
    ...shared,
    label: "token with qsh, header Authorization",
    check: (view, nowMs) => {
      const text = view.header("authorization")?.replace(/^JWT /i, "") ?? fromQuery?.(view);
      const jws = text === undefined ? undefined : parseJws(text);
      const isInstall = jws?.header["alg"] === "RS256";
      const outcome = isInstall
        ? checkInstall(jws.header["kid"], context, limit, view, nowMs)
        : shared.check(view, nowMs);
      return outcome instanceof Promise
        ? outcome.then((settled) => withQueryHash(settled, context, view))
        : withQueryHash(outcome, context, view);
    },
  };
}

/** An install hook names its key by id; the audience is the app. */
function checkInstall(
  kid: unknown,
  context: SchemeContext,
  limit: NewSourceLimit,
  view: RequestView,
  nowMs: number,
): CheckOutcome | Promise<CheckOutcome> {
  if (typeof kid !== "string" || !/^[\w-]{1,100}$/.test(kid))
    return refuse("certificate_untrusted", "the token names no key of Atlassian");
  const scheme = compileJwt(
    {
      kind: "jwt",
      from: "header:authorization",
      prefix: "JWT ",
      or: "query:jwt",
      algs: ["RS256"],
      audienceConfig: "base_url",
      requireExp: true,
      skew: 30,
      jwksUrl: INSTALL_KEYS + kid,
    },
    { ...context, keys: [] },
  );
  const isKept = context.keyStore?.holds(INSTALL_KEYS + kid) === true;
  if (!limit.mayAsk(kid, nowMs, isKept))
    throw new VerifierFault("too many unknown keys were asked for within a minute");
  const outcome = scheme.check(view, nowMs);
  return outcome instanceof Promise
    ? outcome.then((settled) => {
        limit.found(kid);
        return settled.ok ? (audienceFault(context, view) ?? settled) : settled;
      })
    : outcome;
}

/**
 * Atlassian signs the install hooks of all apps, and anybody may have one. Without `base_url` an app is what stands at the
 * root of the host.
 */
function audienceFault({ settings }: SchemeContext, { claims, request }: RequestView): CheckOutcome | undefined {
  if (settings.get("baseurl") !== undefined) return undefined;
  const aud: unknown = isRecord(claims) ? claims["aud"] : undefined;
  const { origin } = new URL(request.url);
  const audiences: unknown[] = Array.isArray(aud) ? aud : [aud];
  if (audiences.some((one) => one === origin || one === `${origin}/`)) return undefined;
  return refuse("claims_wrong", `the audience is ${JSON.stringify(aud)}, not ${origin}; base_url names another`);
}

function withQueryHash(outcome: CheckOutcome, { settings }: SchemeContext, view: RequestView): CheckOutcome {
  if (!outcome.ok) return outcome;
  const fields = view.queryFields();
  if (fields === undefined) return refuse("field_missing", "the URL has too many parameters to be read");
  const canonical = canonicalRequest(view, fields, settings.get("baseurl"));
  const hash = createHash("sha256").update(canonical).digest("hex");
  const claimed = isRecord(view.claims) ? view.claims["qsh"] : undefined;
  return claimed === hash ? outcome : refuse("claims_wrong", `qsh is not the hash of ${canonical}`);
}

/** METHOD&path&query, the path relative to the app's base URL, the query sorted and encoded as RFC 3986 says. */
function canonicalRequest(view: RequestView, fields: FormFields, baseUrl: string | undefined): string {
  const basePath = baseUrl === undefined ? "" : pathOf(baseUrl, false).replace(/\/$/, "");
  const whole = pathOf(view.request.url, false);
  const relative = whole.startsWith(basePath) ? whole.slice(basePath.length) : whole;
  const path = `/${relative.replace(/^\//, "").replaceAll("&", "%26").replace(/\/$/, "")}`;
  return `${view.request.method.toUpperCase()}&${path}&${canonicalQuery(fields)}`;
}

function canonicalQuery(fields: FormFields): string {
  const byName = new Map<string, string[]>();
  for (const [name, value] of fields) {
    if (name !== "jwt") byName.set(name, [...(byName.get(name) ?? []), value]);
  }
  const names = [...byName.keys()].sort();
  return names.map((name) => `${encode(name)}=${(byName.get(name) ?? []).sort().map(encode).join(",")}`).join("&");
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
