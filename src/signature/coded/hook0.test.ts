import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { configOf, judge, keyOf, NOW_MS, outcomeOf, requestOf } from "../../../test/support/signed-request.ts";

const TIME = String(NOW_MS / 1000);
const BODY = '{"eventType":"wallet.transaction.confirmed"}';
const HEADERS: readonly (readonly [string, string])[] = [
  ["Content-Type", "application/json"],
  ["X-Event-Id", "evt-1"],
];
const mac = (content: string): string => createHmac("sha256", "secret").update(content).digest("hex");
const V0 = `v0=${mac(`${TIME}.${BODY}`)}`;
const V1 = `h=content-type x-event-id,v1=${mac(`${TIME}.content-type x-event-id.application/json.evt-1.${BODY}`)}`;

const verdictOf = async (signature: string, headers = HEADERS, body = BODY): Promise<string> =>
  outcomeOf(
    await judge(
      configOf("coinbase-cdp"),
      [keyOf("secret")],
      requestOf(body, [...headers, ["X-Hook0-Signature", signature]]),
    ),
  );

test("v0 alone, v1 alone, and both", async () => {
  expect(await verdictOf(`t=${TIME},${V0}`)).toBe("verified");
  expect(await verdictOf(`t=${TIME},${V1}`)).toBe("verified");
  expect(await verdictOf(`t=${TIME},${V0},${V1}`)).toBe("verified");
});

test("v1 covers the body, the names and the values of headers", async () => {
  expect(await verdictOf(`t=${TIME},${V1}`, HEADERS, `${BODY} `)).toBe("signature_mismatch");
  expect(await verdictOf(`t=${TIME},${V1}`, [HEADERS[0]!, ["X-Event-Id", "evt-2"]])).toBe("signature_mismatch");
  expect(await verdictOf(`t=${TIME},${V1.replace(" x-event-id", "")}`)).toBe("signature_mismatch");
  expect(await verdictOf(`t=${TIME},${V1}`, [HEADERS[0]!])).toBe("field_missing");
});

test("what v1 signs is no body for v0", async () => {
  const [, signature = ""] = V1.split("v1=");
  const shifted = `content-type x-event-id.application/json.evt-1.${BODY}`;
  const headers = [
    ["Content-Type", "text/plain"],
    ["X-Event-Id", "evt-2"],
  ] as const;
  expect(await verdictOf(`t=${TIME},v0=${signature}`, headers, shifted)).toBe("signature_malformed");
});

test("the event's id, the same at every attempt, is the delivery id; the signature need not cover it", async () => {
  const verdict = await judge(
    configOf("coinbase-cdp"),
    [keyOf("secret")],
    requestOf(BODY, [...HEADERS, ["X-Hook0-Signature", `t=${TIME},${V0}`]]),
  );
  expect(verdict).toMatchObject({
    status: "verified",
    providerType: "wallet.transaction.confirmed",
    deliveryId: { value: "evt-1", source: "header:X-Event-Id", signed: false },
  });
});

test("more headers than any sender names are not looked for", async () => {
  const names = Array.from({ length: 40 }, () => "content-type").join(" ");
  expect(await verdictOf(`t=${TIME},h=${names},v1=${"0".repeat(64)}`)).toBe("field_missing");
});
