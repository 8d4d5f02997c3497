/** Makes the token that a JWT scheme reads, for schemes whose key is shared or given as a private key in PEM. */
import { createHash, createHmac } from "node:crypto";
import type { SchemeContext, SigningKey } from "./compiled-scheme.ts";
import { jwsSigner, type JwsSigner } from "./jws.ts";
import type { SignedRequest } from "./request.ts";
import type { JwtSpec } from "./scheme-spec.ts";
import { placeValue } from "./sign-place.ts";
import { settingKey } from "./source.ts";

const LIFETIME_SECONDS = 300;

export function signJwt(
  spec: JwtSpec,
  key: SigningKey,
  request: SignedRequest,
  { settings }: SchemeContext,
  nowMs: number,
): { request: SignedRequest } | { fault: string } {
  if (spec.from === "body") return { fault: "the body itself is the token of this scheme" };
  const signer = key.secret.includes("PRIVATE KEY")
    ? jwsSigner(spec.algs, key.secret)
    : sharedSigner(spec.algs, key.secret);
  if (signer === undefined)
    return { fault: `signing needs the private key in PEM as the secret, one for ${spec.algs.join(", ")}` };
  const setting = (name: string | undefined): string | undefined =>
    name === undefined ? undefined : settings.get(settingKey(name));
  const now = Math.floor(nowMs / 1000);
  const claims = {
    iss: setting(spec.issuerConfig) ?? (typeof spec.issuer === "string" ? spec.issuer : spec.issuer?.[0]),
    aud: setting(spec.audienceConfig),
    iat: now,
    exp: now + LIFETIME_SECONDS,
    ...Object.fromEntries(
      Object.entries(spec.claims ?? {}).map(([name, value]) => [
        name,
        typeof value === "string" && value.startsWith("config:") ? setting(value.slice(7)) : value,
      ]),
    ),
    ...(spec.body && { [spec.body.claim]: createHash("sha256").update(request.rawBody).digest(spec.body.encoding) }),
    ...(spec.url?.claim !== undefined && { [spec.url.claim]: request.url }),
    ...(spec.url?.hashClaim !== undefined && {
      [spec.url.hashClaim]: createHash("sha256").update(request.url).digest("hex"),
    }),
  };
  const input = [{ alg: signer.alg, typ: "JWT" }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  const token = `${input}.${signer.sign(input).toString("base64url")}`;
  return { request: placeValue(request, spec.from, (spec.prefix ?? "") + token) };
}

function sharedSigner(algs: JwtSpec["algs"], secret: string): JwsSigner | undefined {
  const alg = algs.find((name) => name.startsWith("HS"));
  if (alg === undefined) return undefined;
  return {
    alg,
    sign: (text) =>
      createHmac(`sha${alg.slice(2)}`, secret)
        .update(text)
        .digest(),
  };
}
