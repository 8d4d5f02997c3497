/** Signs a request by RFC 9421: method, target and, for a body, its digest are covered. */
import { createHash, createHmac, createPrivateKey, sign } from "node:crypto";
import type { SigningKey } from "./compiled-scheme.ts";
import { chooseSignature, signatureBase } from "./http-message-base.ts";
import { algorithmOf, RSA_PKCS1_PSS_PADDING } from "./http-message-scheme.ts";
import { secretBytes } from "./key-material.ts";
import { RequestView } from "./request-view.ts";
import type { SignedRequest } from "./request.ts";
import type { HttpMessageSpec } from "./scheme-spec.ts";
import { withHeader } from "./sign-place.ts";

export function signHttpMessage(
  spec: HttpMessageSpec,
  key: SigningKey,
  given: SignedRequest,
  nowMs: number,
): SignedRequest {
  const hasBody = given.rawBody.length > 0;
  const digest = createHash("sha256").update(given.rawBody).digest("base64");
  const request = hasBody ? withHeader(given, "Content-Digest", `sha-256=:${digest}:`) : given;
  const components = spec.components ?? ["@method", "@target-uri", ...(hasBody ? ["content-digest"] : [])];
  const label = spec.label ?? "sig1";
  const parameters = [
    `created=${Math.floor(nowMs / 1000)}`,
    `keyid="${key.name}"`,
    ...(spec.tag === undefined ? [] : [`tag="${spec.tag}"`]),
  ];
  const input = `${label}=(${components.map((name) => `"${name}"`).join(" ")});${parameters.join(";")}`;
  const draft = withHeader(withHeader(request, "Signature-Input", input), "Signature", `${label}=::`);
  const view = new RequestView(draft);
  const chosen = chooseSignature(view, spec);
  const base = "ok" in chosen ? chosen : signatureBase(chosen, view);
  if (typeof base !== "string") throw new SyntaxError(base.detail);
  return withHeader(draft, "Signature", `${label}=:${signBase(base, key.secret, spec).toString("base64")}:`);
}

function signBase(base: string, secret: string, spec: HttpMessageSpec): Buffer {
  if (!secret.includes("PRIVATE KEY"))
    return createHmac("sha256", secretBytes(secret, spec.secret)).update(base).digest();
  const key = createPrivateKey(secret);
  const alg = spec.alg ?? algorithmOf(key);
  if (alg === "ed25519") return sign(null, Buffer.from(base), key);
  if (alg === "rsa-pss-sha512")
    return sign("sha512", Buffer.from(base), { key, padding: RSA_PKCS1_PSS_PADDING, saltLength: 64 });
  return sign(alg === "ecdsa-p384-sha384" ? "sha384" : "sha256", Buffer.from(base), { key, dsaEncoding: "ieee-p1363" });
}
