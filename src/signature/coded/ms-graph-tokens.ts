/**
 * The tokens in `validationTokens`, which Microsoft Graph adds to notifications with resource data, one for each app and
 * tenant of the items. All have to hold:
 * https://learn.microsoft.com/en-us/graph/change-notifications-with-resource-data#validate-the-authenticity-of-notifications
 */
import { refuse, type CheckOutcome, type Refusal, type SchemeContext } from "../compiled-scheme.ts";
import { isRecord } from "../jws.ts";
import { claimsFault } from "../jwt-claims.ts";
import { parseToken, verifyPublished, type Token } from "../jwt-scheme.ts";
import type { RequestView } from "../request-view.ts";
import { VerifierFault } from "../verdict.ts";

const KEYS_URL = "https://login.microsoftonline.com/common/discovery/v2.0/keys";
/** The app that publishes change notifications, the same in every cloud tenant. */
const PUBLISHER = "0bf30f3b-4a52-48df-9a82-234910c4a086";
const MAX_TOKENS = 20;
const SKEW_SECONDS = 300;

type CheckTokens = (view: RequestView, verified: CheckOutcome, nowMs: number) => CheckOutcome | Promise<CheckOutcome>;

/** Undefined where no `app_id` is configured. */
export function graphTokens({ settings, keyStore }: SchemeContext): CheckTokens | undefined {
  const appIds = settings
    .get("appid")
    ?.split(",")
    .map((id) => id.trim());
  if (appIds === undefined) return undefined;
  const tenantId = settings.get("tenantid");
  const checkToken = async (text: unknown, nowMs: number): Promise<Refusal | undefined> => {
    const token = typeof text === "string" ? parseToken(text, "validationTokens", ["RS256"]) : undefined;
    if (token === undefined) return refuse("signature_malformed", "validationTokens holds something that is no text");
    if ("ok" in token) return token;
    if (keyStore === undefined) throw new VerifierFault("there is nothing to fetch the keys of validationTokens with");
    const outcome = await verifyPublished(token, KEYS_URL, keyStore, nowMs);
    return outcome.ok ? graphClaimsFault(token, appIds, tenantId, nowMs) : outcome;
  };
  return (view, verified, nowMs) => {
    const tokens = tokensOf(view.json());
    if ("reason" in tokens) return tokens;
    if (tokens.list.length === 0) return verified;
    return Promise.all(tokens.list.map((token) => checkToken(token, nowMs))).then(
      (faults) => faults.find((fault) => fault !== undefined) ?? verified,
    );
  };
}

function tokensOf(body: unknown): { readonly list: readonly unknown[] } | Refusal {
  const tokens = isRecord(body) ? body["validationTokens"] : undefined;
  if (Array.isArray(tokens) && tokens.length > 0) {
    return tokens.length > MAX_TOKENS
      ? refuse("too_many_signatures", `more than ${MAX_TOKENS} validationTokens`)
      : { list: tokens };
  }
  return hasContent(body)
    ? refuse("signature_missing", "items have encryptedContent, but there are no validationTokens")
    : { list: [] };
}

function hasContent(body: unknown): boolean {
  const items: unknown = isRecord(body) ? body["value"] : undefined;
  return Array.isArray(items) && items.some((item) => isRecord(item) && item["encryptedContent"] !== undefined);
}

function graphClaimsFault(
  { claims }: Token,
  appIds: readonly string[],
  tenantId: string | undefined,
  nowMs: number,
): Refusal | undefined {
  const { aud, iss, tid, appid, azp } = claims;
  if (typeof aud !== "string" || !appIds.includes(aud))
    return refuse("claims_wrong", `a validation token is for the app ${JSON.stringify(aud)}`);
  const publisher = appid ?? azp;
  if (publisher !== PUBLISHER)
    return refuse("claims_wrong", `a validation token was made for ${JSON.stringify(publisher)}, not Microsoft Graph`);
  const tenant = typeof tid === "string" ? tid : "";
  const issuers = [`https://sts.windows.net/${tenant}/`, `https://login.microsoftonline.com/${tenant}/v2.0`];
  if (tenant === "" || !issuers.some((issuer) => issuer === iss))
    return refuse("claims_wrong", `the issuer of a validation token is ${JSON.stringify(iss)}`);
  if (tenantId !== undefined && tenant !== tenantId)
    return refuse("claims_wrong", `a validation token is of the tenant ${JSON.stringify(tid)}, not ${tenantId}`);
  return claimsFault(
    claims,
    { kind: "jwt", from: "body", algs: ["RS256"], requireExp: true, skew: SKEW_SECONDS },
    () => undefined,
    nowMs,
  );
}
