/** The claims of a verified token against the scheme's demands. */
import { refuse, type Refusal } from "./compiled-scheme.ts";
import type { JwtSpec } from "./scheme-spec.ts";
import { describeAge } from "./timestamp.ts";

type Claims = Readonly<Record<string, unknown>>;
type SettingReader = (name: string) => string | undefined;

/** Seconds by which `iat` may lie ahead where a scheme names no skew: clocks are never quite the same. */
const DEFAULT_FUTURE_SECONDS = 60;

/** What is wrong with the claims, or `undefined`. */
export function claimsFault(claims: Claims, spec: JwtSpec, setting: SettingReader, nowMs: number): Refusal | undefined {
  return (
    issuerFault(claims, spec, setting) ??
    audienceFault(claims, spec, setting) ??
    valuesFault(claims, spec, setting) ??
    timesFault(claims, spec, nowMs)
  );
}

function issuerFault(claims: Claims, spec: JwtSpec, setting: SettingReader): Refusal | undefined {
  const configured = spec.issuerConfig === undefined ? undefined : setting(spec.issuerConfig);
  const allowed = configured === undefined ? spec.issuer : configured;
  if (allowed === undefined) return undefined;
  const list = typeof allowed === "string" ? [allowed] : allowed;
  if (list.some((issuer) => issuer === claims["iss"])) return undefined;
  return refuse("claims_wrong", `the issuer is ${JSON.stringify(claims["iss"])}, not ${list.join(" or ")}`);
}

function audienceFault(claims: Claims, spec: JwtSpec, setting: SettingReader): Refusal | undefined {
  const wanted = spec.audienceConfig === undefined ? undefined : setting(spec.audienceConfig);
  if (wanted === undefined) return undefined;
  const { aud } = claims;
  if (aud === wanted || (Array.isArray(aud) && aud.includes(wanted))) return undefined;
  return refuse("claims_wrong", `the audience is ${JSON.stringify(aud)}, not ${JSON.stringify(wanted)}`);
}

function valuesFault(claims: Claims, spec: JwtSpec, setting: SettingReader): Refusal | undefined {
  const absent = spec.requireClaims?.find((name) => typeof claims[name] !== "string");
  if (absent !== undefined) return refuse("claims_wrong", `the token has no ${absent}: it was made for something else`);
  for (const [name, value] of Object.entries(spec.claims ?? {})) {
    const isSetting = typeof value === "string" && value.startsWith("config:");
    const wanted = isSetting ? setting(value.slice("config:".length)) : value;
    if (wanted !== undefined && claims[name] !== wanted) {
      return refuse(
        "claims_wrong",
        `the claim ${name} is ${JSON.stringify(claims[name])}, not ${JSON.stringify(wanted)}`,
      );
    }
  }
  return undefined;
}

/** RFC 7519 sections 4.1.4 to 4.1.6. Times that are no numbers are wrong. */
function timesFault(claims: Claims, spec: JwtSpec, nowMs: number): Refusal | undefined {
  const now = Math.floor(nowMs / 1000);
  const skew = spec.skew ?? 0;
  const { exp, nbf, iat } = claims;
  if (exp === undefined && spec.requireExp === true) return refuse("timestamp_missing", "the token has no exp");
  if (iat === undefined && spec.maxAge !== undefined) return refuse("timestamp_missing", "the token has no iat");
  for (const [name, value] of Object.entries({ exp, nbf, iat })) {
    if (value !== undefined && typeof value !== "number")
      return refuse("timestamp_malformed", `${name} is not a number`);
  }
  if (typeof exp === "number" && exp <= now - skew) return untimely(`exp lies ${describeAge(now - exp)}`);
  if (typeof nbf === "number" && nbf > now + skew) return untimely(`nbf lies ${describeAge(now - nbf)}`);
  if (typeof iat !== "number") return undefined;
  if (iat > now + Math.max(skew, DEFAULT_FUTURE_SECONDS)) return untimely(`iat lies ${describeAge(now - iat)}`);
  if (spec.maxAge !== undefined && now - iat > spec.maxAge) {
    return untimely(`iat lies ${describeAge(now - iat)}; ${spec.maxAge} s are allowed`);
  }
  return undefined;
}

function untimely(detail: string): Refusal {
  return refuse("timestamp_outside_tolerance", detail);
}
