/** The tokens of notifications with resource data, signed as the identity platform signs them. */
import { generateKeyPairSync, sign } from "node:crypto";
import { expect, test } from "vitest";
import { configOf, judge, keyOf, NOW_MS, outcomeOf, requestOf } from "../../../test/support/signed-request.ts";
import { createKeyStore } from "../index.ts";

const NOW = NOW_MS / 1000;
const TENANT = "84bd8158-6d4d-4958-8b9f-9d6445542f95";
const PUBLISHER = "0bf30f3b-4a52-48df-9a82-234910c4a086";
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const other = generateKeyPairSync("rsa", { modulusLength: 2048 });
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

const CLAIMS = {
  aud: "app-1",
  iss: `https://sts.windows.net/${TENANT}/`,
  tid: TENANT,
  appid: PUBLISHER,
  iat: NOW,
  nbf: NOW,
  exp: NOW + 3600,
};

function token(changes: object = {}, key = rsa.privateKey): string {
  const input = `${part({ alg: "RS256", kid: "k1" })}.${part({ ...CLAIMS, ...changes })}`;
  return `${input}.${sign("sha256", Buffer.from(input), key).toString("base64url")}`;
}

async function outcome(
  validationTokens: readonly unknown[] | undefined,
  settings: Record<string, string> = { app_id: "app-1" },
  encryptedContent: object | undefined = { data: "…" },
): Promise<string> {
  const body = JSON.stringify({ value: [{ clientState: "state", encryptedContent }], validationTokens });
  const keys = JSON.stringify({ keys: [{ ...rsa.publicKey.export({ format: "jwk" }), kid: "k1" }] });
  const keyStore = createKeyStore(async (url) => {
    expect(new URL(url).host).toBe("login.microsoftonline.com");
    return keys;
  });
  return outcomeOf(
    await judge(configOf("ms-graph", settings), [keyOf("state")], requestOf(body), NOW_MS, { keyStore }),
  );
}

test("tokens of Microsoft Graph for this app are accepted, in both versions of the platform", async () => {
  const second = { azp: PUBLISHER, appid: undefined, iss: `https://login.microsoftonline.com/${TENANT}/v2.0` };
  expect(await outcome([token(), token(second)])).toBe("verified");
  expect(await outcome([token({ aud: "app-2" })], { app_id: "app-1, app-2", tenant_id: TENANT })).toBe("verified");
});

test.each<[string, unknown, string]>([
  ["for another app", token({ aud: "app-9" }), "claims_wrong"],
  ["made for another publisher", token({ appid: "somebody" }), "claims_wrong"],
  ["of another issuer", token({ iss: "https://evil.example/" }), "claims_wrong"],
  ["of an issuer that names another tenant", token({ tid: "other" }), "claims_wrong"],
  ["that has run out", token({ exp: NOW - 600 }), "timestamp_outside_tolerance"],
  ["without an end", token({ exp: undefined }), "timestamp_missing"],
  ["signed by somebody else", token({}, other.privateKey), "signature_mismatch"],
  ["that is none", "token", "signature_malformed"],
  ["that is no text", 1, "signature_malformed"],
])("a token %s is refused, also beside a good one", async (_what, bad, reason) => {
  expect(await outcome([bad])).toBe(reason);
  expect(await outcome([token(), bad])).toBe(reason);
});

test("resource data without tokens is refused; a plain notification needs none", async () => {
  expect(await outcome(undefined)).toBe("signature_missing");
  expect(await outcome([])).toBe("signature_missing");
  const body = requestOf(JSON.stringify({ value: [{ clientState: "state" }] }));
  expect(outcomeOf(await judge(configOf("ms-graph", { app_id: "app-1" }), [keyOf("state")], body))).toBe("verified");
});

test("only the named tenant's tokens count, and not more than a bound of them", async () => {
  expect(await outcome([token()], { app_id: "app-1", tenant_id: "other" })).toBe("claims_wrong");
  expect(await outcome(Array.from({ length: 21 }, () => token()))).toBe("too_many_signatures");
});

test("without app_id the clientState decides alone", async () => {
  expect(await outcome(["whatever"], {})).toBe("verified");
});
