import { expect, test } from "vitest";
import type { Envelope } from "../../event/index.ts";
import { sha256Spec, type SchemeConfig } from "../../signature/index.ts";
import type { SourceView } from "./backend.ts";
import { copiedType } from "./copied-type.ts";

const KEYS = [{ name: "one", secret: "some-secret-of-some-length" }];

function sourceWith(config: SchemeConfig): SourceView {
  const row = { tenant: "demo", eventType: "x", url: "http://127.0.0.1/x", verified: true, verifiedBy: "", flows: [] };
  return { ...row, scheme: { config, keys: KEYS } };
}

const GITHUB = sourceWith({ scheme: { provider: "github" } });
const STRIPE = sourceWith({ scheme: { provider: "stripe" } });
const OWN_SPEC = sourceWith({ scheme: { spec: sha256Spec("x-signature") } });

const original: Envelope = {
  id: "0190",
  tenant: "demo",
  eventType: "x",
  receivedAtMs: Date.UTC(2026, 10, 24),
  method: "POST",
  target: "/events/webhook/demo/x",
  headers: [
    ["content-type", "application/json"],
    ["x-github-event", "issues"],
    ["x-hub-signature-256", "sha256=00"],
  ],
  remoteAddress: "127.0.0.1",
  rawBody: Buffer.from('{"type":"invoice.paid"}'),
  verdict: { status: "verified", scheme: "hmac", keyName: "one" },
  providerType: "issues",
};
const headers = original.headers.slice(0, 2);
const copy = { body: original.rawBody, headers, target: original.target };

test("an untouched copy says the same as its original, without the signature that is left out", async () => {
  expect(await copiedType(original, copy, GITHUB)).toBe("issues");
});

test("a copy says what its own header or body says", async () => {
  const pushed = { ...copy, headers: [["x-github-event", "push"] as const] };
  expect(await copiedType(original, pushed, GITHUB)).toBe("push");
  expect(await copiedType(original, copy, STRIPE)).toBe("invoice.paid");
  const failed = { ...copy, body: Buffer.from('{"type":"invoice.failed"}') };
  expect(await copiedType(original, failed, STRIPE)).toBe("invoice.failed");
});

test("a copy without the header or the member says nothing", async () => {
  expect(await copiedType(original, { ...copy, headers: [] }, GITHUB)).toBeUndefined();
  expect(await copiedType(original, { ...copy, body: Buffer.from("no JSON") }, STRIPE)).toBeUndefined();
});

test("the operator's own place comes before the provider's", async () => {
  const own = sourceWith({ scheme: { provider: "github" }, eventType: "json:type" });
  expect(await copiedType(original, copy, own)).toBe("invoice.paid");
});

test.each([
  ["a source that is gone", undefined],
  ["a scheme that names no place", OWN_SPEC],
])("with %s only an untouched copy keeps the original's", async (_, source) => {
  expect(await copiedType(original, copy, source)).toBe("issues");
  expect(await copiedType(original, { ...copy, body: Buffer.from("{}") }, source)).toBeUndefined();
  expect(await copiedType(original, { ...copy, target: "/events/webhook/demo/x?a=1" }, source)).toBeUndefined();
  expect(await copiedType(original, { ...copy, headers: [["x-new", "1"]] }, source)).toBeUndefined();
});
