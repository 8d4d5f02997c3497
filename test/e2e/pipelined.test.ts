/** Requests that come one behind the other on one connection: answered in their order, also when one of them is broken. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { RESPOND } from "../support/flows.ts";
import { exchangeRaw } from "../support/raw-exchange.ts";
import { createTestBundle, type TestBundle } from "../support/test-bundle.ts";
import { TestGateway } from "../support/test-gateway.ts";

let bundle: TestBundle;
let gateway: TestGateway;
beforeAll(async () => {
  bundle = await createTestBundle({ "respond.ygtc": RESPOND });
  gateway = await TestGateway.start(bundle);
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await bundle.remove();
});

const post = (type: string, body: string): string =>
  `POST /events/webhook/demo/${type} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;

/** Sends everything at once and reads until the gateway closes; the status of each answer. */
async function statusesOf(text: string): Promise<string[]> {
  const received = (await exchangeRaw(gateway.gateway.addresses.webhook, text)).toString();
  return [...received.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status = ""]) => status);
}

test("requests ahead of a broken one get their answers first", async () => {
  const before = (await gateway.events()).length;
  const statuses = await statusesOf(`${post("respond", "1")}${post("other", "2")}NO HTTP AT ALL\r\n\r\n`);
  expect(statuses).toEqual(["201", "202", "400"]);
  expect(await gateway.events()).toHaveLength(before + 2);
});

test("a broken request alone gets 400", async () => {
  expect(await statusesOf("NO HTTP AT ALL\r\n\r\n")).toEqual(["400"]);
});
