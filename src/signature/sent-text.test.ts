import { expect, test } from "vitest";
import { configOf, judge, keyOf, requestOf, signed } from "../../test/support/signed-request.ts";
import { parseForm, parseJson } from "./sent-text.ts";

/** How long it takes, in milliseconds. */
function timeOf(work: () => unknown): number {
  const since = performance.now();
  work();
  return performance.now() - since;
}

test("25 MiB of tiny fields, which anybody may send, keep the thread for no longer than a glance", () => {
  expect(timeOf(() => expect(parseForm("a&".repeat(13_000_000))).toBeUndefined())).toBeLessThan(1500);
});

const LARGE = 1_100_000;

test.each([
  ["a long text", JSON.stringify({ id: "x", text: ",[{".repeat(LARGE) })],
  ["a text with escapes", JSON.stringify({ id: "x", text: '\\",[{'.repeat(LARGE / 4) })],
  ["many values", JSON.stringify({ id: "x", list: Array.from({ length: 400_000 }, () => 1000) })],
])("large JSON of %s is parsed", (_what, text) => {
  expect(parseJson(text)).toMatchObject({ id: "x" });
});

test.each([
  ["lists", `[${"[],".repeat(8_000_000)}[]]`],
  ["objects", `[${'{"a":1},'.repeat(3_000_000)}1]`],
  ["texts", `[${'"",'.repeat(8_000_000)}1]`],
])("millions of %s are not parsed, in no time", (_what, text) => {
  const took = timeOf(() => expect(parseJson(text)).toBeUndefined());
  expect(took).toBeLessThan(1500);
});

test("an endless text is no JSON, whatever it holds", () => {
  expect(parseJson(`"${"\\".repeat(LARGE)}`)).toBeUndefined();
  expect(parseJson(`"${'\\"'.repeat(LARGE)}`)).toBeUndefined();
});

const graph = async (body: object) => judge(configOf("ms-graph"), [keyOf("state")], requestOf(JSON.stringify(body)));

test("a thousand notifications with their resources are read before they are verified", async () => {
  const content = { data: "x", dataSignature: "x", dataKey: "x", encryptionCertificateId: "x" };
  const resourceData = { "@odata.type": "x", "@odata.id": "x", "@odata.etag": "x", id: "x" };
  const item = { id: "x", subscriptionId: "x", clientState: "state", changeType: "x", tenantId: "x", resource: "x" };
  const value = Array.from({ length: 1000 }, () => ({ ...item, resourceData, encryptedContent: content }));
  expect(await graph({ value })).toMatchObject({ status: "verified" });
});

const manyFields = Object.fromEntries(Array.from({ length: 500_000 }, (_, index) => [`k${index}`, 1]));

test.each([
  ["so many fields", manyFields],
  ["so long a text", { text: "x".repeat(9 * 1024 * 1024) }],
])(
  "%s, over which a parser would hold the thread, are not read, and the operator learns why",
  async (_what, fields) => {
    expect(await graph({ ...fields, value: [{ clientState: "state" }] })).toMatchObject({
      status: "refused",
      reason: "signature_missing",
      detail: expect.stringMatching(/^the body has no items in value; .* is not read before it is verified$/),
    });
  },
);

test("of a verified body, more is read for its delivery id", async () => {
  const list = Array.from({ length: 100_000 }, () => "x".repeat(100));
  const body = JSON.stringify({ id: "evt_1", type: "invoice.paid", list });
  const config = configOf("stripe");
  const verdict = await judge(config, [keyOf("whsec_test")], signed(config, "whsec_test", requestOf(body)));
  expect(verdict).toMatchObject({ status: "verified", providerType: "invoice.paid", deliveryId: { value: "evt_1" } });
});
