/**
 * TrueLayer: a detached JWS (ES512) over method, path, the headers it names, and body, with published keys:
 * https://docs.truelayer.com/docs/configure-webhooks-for-your-integration
 */
import {
  isExpired,
  refuse,
  type CheckOutcome,
  type CompiledScheme,
  type Refusal,
  type SchemeContext,
} from "../compiled-scheme.ts";
import { jwsKeys, parseJws, verifyJws, type CompactJws, type JwsKey } from "../jws.ts";
import { refuseUnmatched } from "../mac-scheme.ts";
import { publishedKeys } from "../published-keys.ts";
import { pathOf, type RequestView } from "../request-view.ts";
import { VerifierFault } from "../verdict.ts";

const HOSTS = ["https://webhooks.truelayer.com/", "https://webhooks.truelayer-sandbox.com/"];
const MAX_HEADERS = 50;

export function truelayer(context: SchemeContext): CompiledScheme {
  const pasted = context.keys.map(({ name, notAfterMs, secret }) => ({ name, notAfterMs, keys: jwsKeys(secret) }));
  return {
    label: "detached JWS (ES512), header Tl-Signature",
    signatureHeaders: ["tl-signature"],
    covers: (source) => source.startsWith("json:"),
    check: (view, nowMs) => {
      const jws = readSignature(view);
      if ("ok" in jws) return jws;
      const bodies = signedTexts(jws, view);
      if (pasted.length === 0) return checkPublished(jws, bodies, context, nowMs);
      let expired: string | undefined;
      for (const { name, notAfterMs, keys } of pasted) {
        if (!anyVerifies(jws, bodies, keys)) continue;
        if (!isExpired({ notAfterMs }, nowMs)) return { ok: true, keyName: name };
        expired = name;
      }
      return refuseUnmatched(pasted.length, expired);
    },
  };
}

type Detached = CompactJws & { readonly head: string };

function readSignature(view: RequestView): Detached | Refusal {
  const text = view.header("tl-signature");
  if (text === undefined) {
    if (view.duplicated !== undefined)
      return refuse("header_duplicated", `header ${view.duplicated} occurs more than once`);
    return refuse("signature_missing", "header Tl-Signature is not there");
  }
  const [head = "", payload] = text.split(".", 2);
  const jws = payload === "" ? parseJws(text) : undefined;
  if (jws === undefined) return refuse("signature_malformed", "header Tl-Signature is not a detached JWS");
  const { alg, tl_version: version } = jws.header;
  if (alg === "ES512" && version === "2") return { ...jws, head };
  return refuse(
    "signature_version",
    `Tl-Signature is of algorithm ${JSON.stringify(alg)}, version ${JSON.stringify(version)}`,
  );
}

/** What may be signed: the path as it is, and with or without a slash at its end. */
function signedTexts(jws: Detached, view: RequestView): Buffer[] {
  const path = pathOf(view.request.url, false);
  const other = path.endsWith("/") ? path.slice(0, -1) : `${path}/`;
  const names =
    typeof jws.header["tl_headers"] === "string"
      ? jws.header["tl_headers"].split(",", MAX_HEADERS).filter((name) => name !== "")
      : [];
  const headers = names.map((name) => `${name}: ${view.header(name.toLowerCase()) ?? ""}\n`).join("");
  return [path, other].map((candidate) =>
    Buffer.concat([
      Buffer.from(`${view.request.method.toUpperCase()} ${candidate}\n${headers}`, "utf8"),
      view.request.rawBody,
    ]),
  );
}

function keysFor({ header: { kid } }: Detached, keys: readonly JwsKey[]): readonly JwsKey[] {
  return keys.filter((key) => key.kind === "public" && (key.kid === undefined || key.kid === kid));
}

function anyVerifies(jws: Detached, bodies: readonly Buffer[], keys: readonly JwsKey[]): boolean {
  const usable = keysFor(jws, keys);
  return bodies.some((body) => {
    const signed = Buffer.from(`${jws.head}.${body.toString("base64url")}`, "ascii");
    return usable.some((key) => verifyJws({ ...jws, signed }, "ES512", key));
  });
}

async function checkPublished(
  jws: Detached,
  bodies: readonly Buffer[],
  context: SchemeContext,
  nowMs: number,
): Promise<CheckOutcome> {
  const { jku } = jws.header;
  if (typeof jku !== "string" || !HOSTS.some((host) => jku === `${host}.well-known/jwks`)) {
    return refuse("certificate_untrusted", `jku is ${JSON.stringify(jku)}, not a key set of TrueLayer`);
  }
  if (context.keyStore === undefined)
    throw new VerifierFault("there is nothing to fetch TrueLayer's keys with; paste them as the secret");
  const keys = await publishedKeys(jku, context.keyStore, nowMs, (known) => keysFor(jws, known).length > 0);
  return anyVerifies(jws, bodies, keys)
    ? { ok: true, keyName: jku }
    : refuse("signature_mismatch", "no key of TrueLayer made the signature");
}
