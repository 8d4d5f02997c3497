/** Slips in a scheme that is written out, or in fields that it does not read: setup tells them, not the first request. */
import { expect, test } from "vitest";
import { judge, keyOf, outcomeOf, requestOf, signed } from "../../test/support/signed-request.ts";
import { listProviders, parseSchemeConfig } from "./index.ts";
import { schemeContradictions } from "./scheme-contradictions.ts";

function faultsOf(entry: unknown): string {
  const parsed = parseSchemeConfig(entry);
  return "faults" in parsed ? parsed.faults.map(({ path, message }) => `${path} ${message}`).join("\n") : "";
}

const MAC = {
  kind: "mac",
  alg: "hmac-sha256",
  signature: { header: "X-Sig", encoding: "hex" },
  content: "{body}",
} as const;
const JWT = { kind: "jwt", from: "header:X-Token", algs: ["HS256"] } as const;

test.each<[object, string]>([
  [{ ...MAC, signature: { encoding: "hex" } }, "scheme.signature names no place of the signature"],
  [
    { ...MAC, signature: { header: "X", json: "a", encoding: "hex" } },
    "scheme.signature cannot stand in header and json",
  ],
  [
    { ...MAC, signature: { header: "X-Sig:", encoding: "hex" } },
    'scheme.signature "X-Sig:" is not the name of a header',
  ],
  [
    { ...MAC, signature: { json: "a", moreHeaders: ["X-More"], encoding: "hex" } },
    "scheme.signature repeatable and moreHeaders need a header",
  ],
  [
    { ...MAC, signature: { header: "X", moreHeaders: ["Y"], repeatable: true, encoding: "hex" } },
    "scheme.signature can have only one of",
  ],
  [{ ...MAC, any: [{ signature: { json: "sig" } }] }, "scheme.any[0].signature cannot stand in header and json"],
  [{ ...MAC, content: "body" }, "scheme.content holds nothing of the request"],
  [{ ...MAC, content: "{timestamp}.{body}" }, "scheme.timestamp is missing, but {timestamp} stands in the content"],
  [{ ...MAC, content: "{id}.{body}" }, "scheme.id is missing, but {id} stands in the content"],
  [{ ...MAC, timestamp: { from: "header:X-Time", unit: "s", tolerance: 300 } }, "scheme.timestamp is not covered"],
  [{ ...MAC, content: "[{query:a}.{body}" }, "scheme the content has a [ that no ] closes"],
  [{ ...MAC, require: [{ from: "header:X-Version" }] }, "scheme.require[0] asks for nothing"],
  [
    { ...MAC, require: [{ from: "header:X-Key", equalsConfig: "key" }] },
    'scheme.require[0].equalsConfig names the setting "key", which is not there',
  ],
  [{ ...MAC, content: "{config:app}{body}" }, 'scheme.content names the setting "app", which is not there'],
  [{ ...JWT, claims: 5 }, "scheme.claims must be an object"],
  [{ ...JWT, claims: { scope: ["a"] } }, "scheme.claims.scope must be a text, true or false"],
  [{ ...JWT, claims: { email: "config:mail" } }, 'scheme.claims.email names the setting "mail", which is not there'],
  [{ ...JWT, audienceConfig: "audience" }, 'scheme.audienceConfig names the setting "audience", which is not there'],
  [{ ...JWT, url: {} }, "scheme.url asks for nothing"],
  [{ kind: "token", from: "config:password" }, "scheme.from must be a header, json, form or query source"],
  [
    { kind: "http-message-signature", components: ["@metod", "Content-Digest"] },
    'scheme.components[0] "@metod" is no component',
  ],
])("%j: %s", (scheme, fault) => {
  expect(faultsOf({ scheme, secret: "s" })).toContain(fault);
});

test.each<[object, string]>([
  [{ provider: "github", secret: "s", tolerance: 60 }, "tolerance has no effect"],
  [{ provider: "grafana", secret: "s", tolerance: 60 }, "tolerance has no effect"],
  [{ provider: "twilio", secret: "s", header: "X-Other" }, "header has no effect"],
  [{ scheme: MAC, secret: "s", header: "X-Other" }, "header has no effect"],
  [{ algorithm: "basic", secret: "u:p", header: "X-Other" }, "header has no effect"],
  [{ provider: "aws-sns", settings: { topic: "arn:aws:sns:…" } }, "settings.topic is no setting of AWS SNS"],
  [{ provider: "github", secret: "s", delivery_id_from: "X-Delivery" }, "delivery_id_from must be a source"],
  [{ provider: "github", secret: "s", delivery_id_from: "header: X-Id" }, "delivery_id_from must be a source"],
  [{ provider: "github", secret: "s", delivery_id_from: "header:A|header:B" }, "delivery_id_from must be a source"],
  [{ provider: "github", secret: "s", delivery_id_from: "json:id\n" }, "delivery_id_from must be a source"],
  [{ provider: "github", secret: "s", event_type_from: "json:a + kind" }, "event_type_from must be a source"],
  [
    { provider: "github", secrets: [{ secret: "s", notAfter: "2027-01-31" }] },
    "secrets[0].notAfter is not a known field",
  ],
  [{ provider: "github", secrets: [{ secret: "s", not_after: "1" }] }, "secrets[0].not_after must be a time"],
  [{ provider: "github", secrets: [{ secret: "s", not_after: "2027-02-30" }] }, "secrets[0].not_after must be a time"],
  [{ provider: "kinde", jwks_url: "http://a.example/jwks" }, "jwks_url must be an https URL"],
  [{ provider: "square", secret: "s", url: "mailto:a@example.com" }, "url must be the whole URL"],
])("%j: %s", (entry, fault) => {
  expect(faultsOf(entry)).toContain(fault);
});

test.each([
  { provider: "stripe", secret: "whsec_x", tolerance: 60, header: "X-Stripe" },
  { provider: "svix", secret: "whsec_MDEyMzQ1Njc4OWFiY2RlZg==", tolerance: 60 },
  { provider: "hubspot-v3", secret: "s", tolerance: 60 },
  { provider: "grafana", secret: "s", tolerance: 60, timestamp_header: "X-Time" },
  { provider: "plaid", secret: "s", client_id: "c", tolerance: 60 },
  { provider: "aws-sns", settings: { topicArn: "arn:aws:sns:…" } },
  { provider: "kinde", jwks_url: "https://a.example/jwks" },
  { provider: "fusionauth", settings: { jwks_url: "https://a.example/jwks" } },
  { provider: "github", secret: "s", delivery_id_from: "header:X-Id | json:a + config:shop", settings: { shop: "1" } },
  { scheme: { ...MAC, timestamp: { from: "json:at", unit: "s", tolerance: 60 } }, secret: "s", tolerance: 30 },
  { scheme: { ...JWT, audienceConfig: "audience" }, secret: "s", settings: { audience: "a" } },
])("%j is taken", (entry) => {
  expect(faultsOf(entry)).toBe("");
});

test("no scheme of the table contradicts itself", () => {
  const faults = listProviders().flatMap(({ id, scheme }) => schemeContradictions(scheme, id));
  expect(faults).toEqual([]);
});

test("a place in a list of the body can be signed, its brackets are no optional part", async () => {
  const config = { scheme: { spec: { ...MAC, content: "{json:items[0].id}[;{query:a}]" } } };
  const body = '{"items":[{"id":"one"},{"id":"two"}]}';
  const request = signed(config, "s", requestOf(body));
  expect(outcomeOf(await judge(config, [keyOf("s")], request))).toBe("verified");
  const other = { ...request, rawBody: Buffer.from(body.replace("one", "three")) };
  expect(outcomeOf(await judge(config, [keyOf("s")], other))).toBe("signature_mismatch");
});
