/** Behind a proxy: the address that a request comes from is the client's, as far as those who say so are trusted. */
import { afterEach, expect, test } from "vitest";
import { createTestBundle, type TestBundle } from "../support/test-bundle.ts";
import { TestGateway } from "../support/test-gateway.ts";

const CLIENT = "203.0.113.7";
/** What a proxy on this machine adds behind what the client wrote. */
const THROUGH_PROXY = { "content-type": "application/json", "x-forwarded-for": `198.51.100.1, ${CLIENT}` };

let bundle: TestBundle;
afterEach(() => bundle.remove());

const restricted = { signatures: { alerts: { algorithm: "ip", allow_ips: ["203.0.113.0/24"] } } };

async function started(config: Readonly<Record<string, string>>): Promise<TestGateway> {
  bundle = await createTestBundle({}, restricted);
  return TestGateway.start(bundle, config);
}

async function addressOf(gateway: TestGateway, answer: { json(): Record<string, unknown> }): Promise<unknown> {
  const event = (await (await gateway.api(`events/${String(answer.json()["event_id"])}`)).json()) as {
    readonly remote_address: unknown;
  };
  return event.remote_address;
}

test("a trusted proxy's word for the client is taken: it is shown, and addresses that are allowed are let in", async () => {
  await using gateway = await started({ trusted_proxies: "127.0.0.1, ::1" });
  expect(await addressOf(gateway, await gateway.post("demo/orders", "{}", THROUGH_PROXY))).toBe(CLIENT);
  expect((await gateway.post("demo/alerts", "{}", THROUGH_PROXY)).status).toBe(202);
  const other = await gateway.post("demo/alerts", "{}", { ...THROUGH_PROXY, "x-forwarded-for": "198.51.100.1" });
  expect(other.status).toBe(401);
  expect((await gateway.refusals())[0]).toMatchObject({
    reason: "address_not_allowed",
    remote_address: "198.51.100.1",
    likely: { reason: "as_reported", certain: true },
  });
});

test("a stranger's word is not, and the operator is told of the proxy that is perhaps there", async () => {
  await using gateway = await started({});
  expect(await addressOf(gateway, await gateway.post("demo/orders", "{}", THROUGH_PROXY))).toBe("127.0.0.1");
  expect((await gateway.post("demo/alerts", "{}", THROUGH_PROXY)).status).toBe(401);
  expect((await gateway.refusals())[0]).toMatchObject({
    reason: "address_not_allowed",
    detail: expect.stringContaining(`X-Forwarded-For names ${CLIENT}, which is allowed`) as string,
    hint: expect.stringContaining("add it to `trusted_proxies`") as string,
    likely: { reason: "proxy_address", certain: false },
  });
});
