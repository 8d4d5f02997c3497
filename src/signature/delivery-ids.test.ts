/** What a provider sends twice has one delivery id; what it sends of two happenings has two, or the second would be lost. */
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { configOf, judge, keyOf, NOW_MS, outcomeOf, requestOf, signed } from "../../test/support/signed-request.ts";
import { deliveryIdOf, listProviders, type SignedRequest } from "./index.ts";
import { RequestView } from "./request-view.ts";
import { compileExpression } from "./value-expression.ts";

function idOf(provider: string, body: object): string | undefined {
  const { deliveryId = "" } = listProviders().find(({ id }) => id === provider)!;
  const read = compileExpression(deliveryId, new Map());
  return read(new RequestView(requestOf(JSON.stringify(body), [["content-type", "application/json"]])))?.value;
}

const OPEN = { RecordType: "Open", MessageID: "m-1", Recipient: "a@example.com", ReceivedAt: "2026-01-01T10:00:00Z" };
const DELIVERY = {
  RecordType: "Delivery",
  MessageID: "m-1",
  Recipient: "a@example.com",
  DeliveredAt: "2026-01-01T09:00:00Z",
};
const SIGNED = {
  event: { event_time: "1767225600", event_type: "signature_request_sent", event_hash: "abc" },
  signature_request: { signature_request_id: "one" },
};
const CHANGE = [{ eventId: 1, subscriptionId: 2, objectId: 3, occurredAt: 4, attemptNumber: 0 }];
const item = (success: string): object => ({
  notificationItems: [{ NotificationRequestItem: { pspReference: "p", eventCode: "AUTHORISATION", success } }],
});

test.each<[string, string, object, object]>([
  ["postmark", "a second opening of a message", OPEN, { ...OPEN, ReceivedAt: "2026-01-01T11:00:00Z" }],
  ["postmark", "the delivery to another recipient", DELIVERY, { ...DELIVERY, Recipient: "b@example.com" }],
  [
    "dropbox-sign",
    "another request in the same second",
    SIGNED,
    { ...SIGNED, signature_request: { signature_request_id: "two" } },
  ],
  [
    "cloudflare-stream",
    "a video that is ready after an error",
    { uid: "v", status: { state: "error" } },
    { uid: "v", status: { state: "ready" } },
  ],
  [
    "cloudinary",
    "the other notification of a request",
    { request_id: "r", notification_type: "upload" },
    { request_id: "r", notification_type: "eager" },
  ],
  ["hubspot-v3", "an event with the number of another", CHANGE, [{ ...CHANGE[0], objectId: 9 }]],
  ["adyen", "a success after a failure", item("false"), item("true")],
  [
    "meta",
    "the deletion of a message of Instagram",
    { entry: [{ messaging: [{ message: { mid: "m", text: "hello" } }] }] },
    { entry: [{ messaging: [{ message: { mid: "m", is_deleted: true } }] }] },
  ],
  ["expo", "another end of a build", { id: "b", status: "errored" }, { id: "b", status: "finished" }],
])("%s: %s is another delivery", (provider, _what, first, second) => {
  expect(idOf(provider, first)).toBe(idOf(provider, structuredClone(first)));
  expect(idOf(provider, second)).not.toBe(idOf(provider, first));
});

test("two orders within a second are two deliveries, though WooCommerce gives both one id", async () => {
  const deliver = async (order: number) => {
    const config = configOf("woocommerce");
    const headers = [["X-WC-Webhook-Delivery-ID", "27fcde6d5ed88139d07a62e0aa86a11c"]] as const;
    return judge(config, [keyOf("s3cret")], signed(config, "s3cret", requestOf(`{"id":${order}}`, headers)));
  };
  expect(await deliver(1)).toMatchObject({ status: "verified", deliveryId: undefined });
  expect(await deliver(2)).toMatchObject({ status: "verified", deliveryId: undefined });
});

test.each(["svix", "clerk", "resend"])(
  "%s: a request that was seen is the same delivery under the other names of its headers, whatever ids are added",
  async (provider) => {
    const config = configOf(provider);
    const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLw4B";
    const sent = signed(config, secret, requestOf("{}"));
    const [id, other] = await Promise.all(
      [
        sent,
        {
          ...sent,
          headers: [
            ...sent.headers.map(([name, value]) => [name.replace(/^svix-/i, "webhook-"), value] as const),
            ["svix-id", "made up"] as const,
            ["X-GitHub-Delivery", "made up"] as const,
          ],
        },
      ].map(async (request) => {
        const verdict = await judge(config, [keyOf(secret)], request);
        return verdict.status === "verified" ? verdict.deliveryId : verdict;
      }),
    );
    expect(id).toEqual({ value: "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W", source: "header:svix-id", signed: true });
    expect(other).toEqual({ ...id, source: "header:webhook-id" });
  },
);

test("a tolerance of the operator counts under either family of headers", async () => {
  const config = { ...configOf("svix"), toleranceSeconds: 30 };
  const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLw4B";
  const sent = signed(config, secret, requestOf("{}"));
  const renamed = sent.headers.map(([name, value]) => [name.replace(/^svix-/i, "webhook-"), value] as const);
  for (const request of [sent, { ...sent, headers: renamed }]) {
    expect(outcomeOf(await judge(config, [keyOf(secret)], request, NOW_MS + 20_000))).toBe("verified");
    expect(outcomeOf(await judge(config, [keyOf(secret)], request, NOW_MS + 60_000))).toBe(
      "timestamp_outside_tolerance",
    );
  }
});

test("HubSpot's next attempt is the same delivery", () => {
  expect(idOf("hubspot-v3", [{ ...CHANGE[0], attemptNumber: 1 }])).toBe(idOf("hubspot-v3", CHANGE));
});

/** What a request is known by that is sent to an event type without a scheme. */
function plainIdOf(headers: readonly (readonly [string, string])[]): string | undefined {
  return deliveryIdOf(requestOf("{}", [...headers]))?.value;
}

test("of two sources that number their CloudEvents alike, each is an event of its own", () => {
  const id = (source: string): string | undefined =>
    plainIdOf([
      ["ce-source", source],
      ["ce-id", "1"],
    ]);
  expect(id("/sensor/a")).toBe(id("/sensor/a"));
  expect(id("/sensor/a")).not.toBe(id("/sensor/b"));
  expect(plainIdOf([["ce-id", "1"]])).toBe("1");
});

test("what GitLab calls one event is more than one delivery, where it says so", () => {
  const event = ["X-Gitlab-Event-UUID", "action"] as const;
  expect(plainIdOf([event, ["Idempotency-Key", "first"]])).toBe("first");
  expect(plainIdOf([event, ["Idempotency-Key", "second"]])).toBe("second");
  expect(plainIdOf([event])).toBe("action");
});

test("an id is known again however long it is, and kept short", () => {
  const [one, other] = ["1", "2"].map((end) => plainIdOf([["Idempotency-Key", "k".repeat(2000) + end]]));
  expect(one).toHaveLength(512);
  expect(one).not.toBe(other);
});

test("what may be the id of a subscription makes no two events one", () => {
  expect(plainIdOf([["X-Webhook-Id", "subscription"]])).toBeUndefined();
});

test.each([
  "application/x-www-form-urlencoded+json",
  "application/x-www-form-urlencoded",
  "Multipart/Form-Data; boundary=x",
  "multipart/form-data+json",
  "application/x-www-form-urlencodedx",
])("a body that was seen has the same signed id when it comes again as %s", async (contentType) => {
  const body = requestOf('\ufeff {"id":"evt_1","type":"x"}');
  const sent = signed(configOf("stripe"), "whsec_1", body);
  const again = [...sent.headers, ["Content-Type", contentType], ["Idempotency-Key", "other"]] as const;
  expect(await judge(configOf("stripe"), [keyOf("whsec_1")], { ...sent, headers: again })).toMatchObject({
    status: "verified",
    deliveryId: { value: "evt_1", source: "json:id", signed: true },
  });
});

test("what is signed side by side is not cut at another place: id and time of Kick", async () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = (key: KeyObject): string =>
    key.export({ type: key.type === "public" ? "spki" : "pkcs8", format: "pem" }).toString();
  const sent = signed(configOf("kick"), pem(privateKey), requestOf("{}"));
  const replaced = (id: string, time: string) => ({
    ...sent,
    headers: sent.headers.map(([name, value]) => {
      if (name === "Kick-Event-Message-Id") return [name, id] as const;
      return [name, name === "Kick-Event-Message-Timestamp" ? time : value] as const;
    }),
  });
  const id = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W";
  const keys = [keyOf(pem(publicKey))];
  const judged = async (request: SignedRequest) => outcomeOf(await judge(configOf("kick"), keys, request));
  expect(await judged(replaced(id, "2026-01-01T00:00:00.000Z"))).toBe("verified");
  expect(await judged(replaced(`${id}.2026-01-01T00:00:00`, "000Z"))).toBe("timestamp_malformed");
});

test.each(["deflate", "gzip", "br", "identity", "deflate, br"])(
  "a body that was seen has the same signed id when it comes again as if it were packed with %s",
  async (encoding) => {
    const sent = signed(configOf("stripe"), "whsec_1", requestOf('{ "id":"evt_1","type":"x"}  '));
    const headers = [...sent.headers, ["Content-Encoding", encoding], ["Content-Type", "text/plain"]] as const;
    // There are texts that can be unpacked.
    const again = { ...sent, headers, decodedBody: () => Buffer.from([0xe5]) };
    expect(await judge(configOf("stripe"), [keyOf("whsec_1")], again)).toMatchObject({
      status: "verified",
      deliveryId: { value: "evt_1", source: "json:id", signed: true },
    });
  },
);

test("a packed body that was seen has the same signed id when it comes again without the header that says so", async () => {
  const body = '{"id":"evt_1","type":"x"}';
  const sent = signed(configOf("nylas"), "s", requestOf(gzipSync(body)));
  const read = { decodedBody: () => Buffer.from(body), unpackedBody: () => Buffer.from(body) };
  for (const more of [[["Content-Encoding", "gzip"]], [["Content-Type", "text/plain"]]] as const)
    expect(
      await judge(configOf("nylas"), [keyOf("s")], { ...sent, ...read, headers: [...sent.headers, ...more] }),
    ).toMatchObject({ status: "verified", deliveryId: { value: "evt_1", signed: true } });
});

test("what is signed is not unpacked unsaid", async () => {
  const body = '{"id":"evt_1"}';
  const sent = signed(configOf("getstream"), "s", requestOf(body));
  const packed = { ...sent, rawBody: gzipSync(body), unpackedBody: () => Buffer.from(body) };
  expect(await judge(configOf("getstream"), [keyOf("s")], packed)).toMatchObject({ status: "refused" });
});
