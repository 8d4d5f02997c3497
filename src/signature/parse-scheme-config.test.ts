import { expect, test } from "vitest";
import { parseSchemeConfig } from "./index.ts";

function faultsOf(entry: unknown): string[] {
  const parsed = parseSchemeConfig(entry);
  return "faults" in parsed
    ? parsed.faults.map(({ path, message, hint }) => [path, message, hint ?? ""].join(" | "))
    : [];
}

function configOf(entry: unknown) {
  const parsed = parseSchemeConfig(entry);
  if ("faults" in parsed) throw new Error(JSON.stringify(parsed.faults));
  return parsed;
}

test("a provider and a secret are enough", () => {
  expect(configOf({ provider: "github", secret: "s" })).toEqual({
    config: { scheme: { provider: "github" } },
    keys: [{ name: "default", secret: "s" }],
  });
});

test("the seed's two forms", () => {
  expect(configOf({ header: "X-Hub-Signature-256", algorithm: "sha256", secret: "s" }).config).toMatchObject({
    scheme: {
      spec: { kind: "mac", alg: "hmac-sha256", signature: { header: "X-Hub-Signature-256", prefixOptional: true } },
    },
  });
  expect(configOf({ header: "X-Stripe", algorithm: "stripe", secret: "whsec_x" }).config).toEqual({
    scheme: { provider: "stripe" },
    header: "X-Stripe",
  });
  expect(configOf({ algorithm: "stripe", secret: "whsec_x" }).config).toEqual({ scheme: { provider: "stripe" } });
});

test("a reference to the environment is passed on as it stands, also where a key would have to be in form", () => {
  expect(configOf({ provider: "standard-webhooks", secret: "$HOOK" }).keys[0]?.secret).toBe("$HOOK");
  expect(configOf({ provider: "discord", secret: "${DISCORD_KEY}" }).keys[0]?.secret).toBe("${DISCORD_KEY}");
});

test("all faults at once, with where, what and what instead", () => {
  const faults = faultsOf({
    provider: "githbu",
    secrets: [
      { name: "a b", secret: "" },
      { secret: "x", not_after: "soon" },
    ],
    tolerence: 5,
    allow_ips: ["10.0.0.0/33"],
  });
  expect(faults).toEqual([
    'provider | "githbu" is not a known provider | Did you mean "github"?',
    'tolerence | is not a known field | Did you mean "tolerance"?',
    "secrets[0].secret | must be a text that is not empty | ",
    "secrets[0].name | must be a short name of letters, digits, dots and dashes | ",
    "secrets[1].not_after | must be a time such as 2027-01-31T00:00:00Z | ",
    'allow_ips[0] | "10.0.0.0/33" is no IP address and no CIDR range | ',
  ]);
});

test("a secret that is no text is told where it stands", () => {
  expect(faultsOf({ provider: "github", secret: 12 })).toEqual(["secret | must be a text that is not empty | "]);
  expect(faultsOf({ provider: "github", secrets: [12] })).toEqual(["secrets[0] | must be a text that is not empty | "]);
});

test.each([
  [null, " | must be an object"],
  [{ secret: "s" }, "header | is missing"],
  [
    { header: "X-S", algorithm: "sha265", secret: "s" },
    'algorithm | "sha265" is not an algorithm | Did you mean "sha256"?',
  ],
  [{ header: "X S", secret: "s" }, "header | must be the name of a header"],
  [{ provider: "github" }, "secret | is missing"],
  [{ provider: "github", algorithm: "sha256", secret: "s" }, 'algorithm | cannot stand beside "provider"'],
  [{ provider: "github", secret: "s", secrets: ["t"] }, 'secrets | cannot stand beside "secret"'],
  [{ provider: "onfleet", secret: "not hex" }, "secret | the secret is not hexadecimal"],
  [{ provider: "standard-webhooks", secret: "whsec_!" }, "secret | the secret is not base64"],
  [{ provider: "discord", secret: "abc" }, "secret | the secret is not a public key in the scheme's form"],
  [{ provider: "google-pubsub" }, "audience | Google Pub/Sub push needs this setting"],
  [{ provider: "google-pubsub", audience: "a" }, "email | Google Pub/Sub push needs this setting"],
  [{ algorithm: "ip" }, "allow_ips | must be a list of addresses and ranges"],
  [
    { provider: "github", secret: "s", url: "hooks" },
    "url | must be the whole URL as it is configured at the provider",
  ],
  [{ provider: "github", secret: "s", tolerance: -1 }, "tolerance | must be a number of seconds between 1 and 604800"],
  [
    { scheme: { kind: "jwt", from: "header:authorization", algs: ["RS256"], jwksUrl: "http://a.example/keys" } },
    "scheme.jwksUrl | must be an https URL",
  ],
  [{ scheme: { kind: "mca" }, secret: "s" }, 'scheme.kind | "mca" is not allowed here | Did you mean "mac"?'],
  [
    {
      scheme: { kind: "mac", alg: "hmac-sha256", content: "{bdoy}", signature: { header: "X", encoding: "hex" } },
      secret: "s",
    },
    "scheme | {bdoy} is no placeholder",
  ],
  [
    {
      scheme: { kind: "mac", alg: "hmac-sha256", content: "{body}", signature: { header: "X", encodign: "hex" } },
      secret: "s",
    },
    "scheme.signature.encoding | is missing",
  ],
  [
    {
      scheme: { kind: "mac", alg: "sha256", content: "{body}", signature: { header: "X", encoding: "hex" } },
      secret: "s",
    },
    "scheme | sha256 is no keyed hash: {secret} has to stand in the content, or choose hmac-sha256",
  ],
  [
    {
      scheme: {
        kind: "mac",
        alg: "sha256",
        content: "{secret}{body}",
        signature: { header: "X", encoding: "hex" },
        any: [{ signature: { header: "Y" }, content: "{body}" }],
      },
      secret: "s",
    },
    "scheme | sha256 is no keyed hash",
  ],
  [{ scheme: { kind: "token", from: "cookie:x" }, secret: "s" }, 'scheme | "cookie:x" is no source of a value'],
])("%j: %s", (entry, fault) => {
  expect(faultsOf(entry).join("\n")).toContain(fault);
});

test("a header that is no name hides neither the algorithm nor what it reads", () => {
  const entry = { algorithm: "sha265", header: "X Acme", secret: "" };
  expect(faultsOf(entry).map((fault) => fault.split(" | ")[0])).toEqual(["header", "algorithm", "secret"]);
  expect(faultsOf({ algorithm: "ip", header: "X Acme", tolerance: 60 }).join("\n")).toContain(
    "tolerance | has no effect",
  );
});

test("settings of the wrong kind do not hide a field that is not known", () => {
  const faults = faultsOf({ provider: "github", secret: "s", settings: 5, secrt: "s" });
  expect(faults.map((fault) => fault.split(" | ")[0])).toEqual(["settings", "secrt"]);
});

test("the provider's own settings stand beside it or under settings", () => {
  expect(configOf({ provider: "paypal", webhook_id: "8PT597110X687430LKGECATA" }).config.settings).toEqual({
    webhook_id: "8PT597110X687430LKGECATA",
  });
  expect(configOf({ provider: "meta", secret: "s", settings: { verify_token: "t" } }).config.settings).toEqual({
    verify_token: "t",
  });
});

test("a scheme that is written out", () => {
  const scheme = {
    kind: "mac",
    alg: "hmac-sha512",
    signature: { header: "X-Acme", split: ";", key: "s1", encoding: "base64url" },
    content: "{method}\n{pathquery}\n{timestamp}\n{body}",
    timestamp: { from: "sig:t", unit: "ms", tolerance: 60 },
    secret: { encoding: "hex" },
  };
  expect(
    configOf({ scheme, secret: "00ff", event_type_from: "json:kind", delivery_id_from: "header:X-Id" }).config,
  ).toEqual({
    scheme: { spec: scheme },
    eventType: "json:kind",
    deliveryId: "header:X-Id",
  });
});

test("what has no secret needs none; Asana hands its own over", () => {
  expect(configOf({ algorithm: "none" }).keys).toEqual([]);
  expect(configOf({ algorithm: "ip", allow_ips: ["203.0.113.0/24"] }).keys).toEqual([]);
  expect(configOf({ provider: "aws-sns" }).keys).toEqual([]);
  expect(configOf({ provider: "asana" }).keys).toEqual([]);
});

test("keys that look like prototype members are plain unknown fields", () => {
  expect(faultsOf(JSON.parse('{"provider":"github","secret":"s","__proto__":{"x":1},"constructor":1}'))).toHaveLength(
    2,
  );
});

test.each([
  ["provider", { provider: { name: "github", secret: "s3cret" } }, "an object is not a known provider"],
  ["algorithm", { algorithm: ["sha256", "s3cret"] }, "a list is not an algorithm"],
  ["allow_ips", { algorithm: "ip", allow_ips: [{ secret: "s3cret" }] }, "an object is no IP address"],
  ["scheme", { scheme: { kind: { secret: "s3cret" } } }, "an object is not allowed here"],
])("a secret that stands in the wrong place is not repeated: in %s", (_where, entry, message) => {
  const faults = faultsOf(entry).join("\n");
  expect(faults).toContain(message);
  expect(faults).not.toContain("s3cret");
});

test("a fault of a setting names its place, also inside `settings`, and a setting stands in one place", () => {
  expect(faultsOf({ provider: "paypal", settings: { webhook_id: 5 } })).toEqual([
    "settings.webhook_id | must be a text that is not empty | ",
  ]);
  expect(faultsOf({ provider: "paypal", webhook_id: 5 })).toEqual(["webhook_id | must be a text that is not empty | "]);
  expect(faultsOf({ provider: "paypal", webhook_id: "A", settings: { webhook_id: "B" } })).toEqual([
    "settings.webhook_id | stands beside the settings as well | Keep one of them.",
  ]);
});
