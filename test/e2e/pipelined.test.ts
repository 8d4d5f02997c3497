/** Requests that come one behind the other on one connection: answered in their order, also when one of them is broken. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { RESPOND } from "../support/flows.ts";
import { exchangeRaw } from "../support/raw-exchange.ts";
import { createTestBundle, type TestBundle } from "../support/test-bundle.ts";
import { TestGateway } from "../support/test-gateway.ts";

/** Answers after more than a second on most machines. */
const SLOW = `nodes:
${Array.from({ length: 60 }, (_, n) => `  - { id: s${n}, type: script, config: { script: "let x = 0; for i in 0..240000 { x += 1; } x" }, next: ${n === 59 ? "say" : `s${n + 1}`} }`).join("\n")}
  - { id: say, type: http_response }
triggers: [{ type: event, event_type: slow }]
`;

let bundle: TestBundle;
let gateway: TestGateway;
beforeAll(async () => {
  bundle = await createTestBundle({ "respond.ygtc": RESPOND, "slow.ygtc": SLOW });
  gateway = await TestGateway.start(bundle);
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await bundle.remove();
});

const post = (type: string, body: string): string =>
  `POST /events/webhook/demo/${type} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;

/** Sends everything at once and reads until the gateway closes; the status of each answer. */
async function statusesOf(
  text: string,
  options: { readonly thenEnds?: boolean } = {},
  { gateway: { addresses } } = gateway,
): Promise<string[]> {
  const received = (await exchangeRaw(addresses.webhook, text, options)).toString();
  return [...received.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status = ""]) => status);
}

test("requests ahead of a broken one get their answers first", async () => {
  const before = (await gateway.events()).length;
  const statuses = await statusesOf(`${post("respond", "1")}${post("other", "2")}NO HTTP AT ALL\r\n\r\n`);
  expect(statuses).toEqual(["201", "202", "400"]);
  expect(await gateway.events()).toHaveLength(before + 2);
});

const CHUNKS = "transfer-encoding: chunked\r\n\r\nzz\r\n";
const post404 = "POST /events/webhook/zz/test HTTP/1.1\r\nhost: x\r\n";
const toDemo = (method: string): string => `${method} /events/webhook/demo/other HTTP/1.1\r\nhost: x\r\n`;

test.each([
  ["whose path is unknown", post404 + CHUNKS, ["404"]],
  ["whose method is not allowed", toDemo("PUT") + CHUNKS, ["405"]],
  ["with two Hosts", `${toDemo("POST")}host: y\r\n${CHUNKS}`, ["400"]],
  ["with another transfer coding", `${toDemo("POST")}transfer-encoding: identity\r\n\r\nzz\r\n`, ["501"]],
  ["with an expectation that there is not", `${toDemo("POST")}expect: coffee\r\n${CHUNKS}`, ["417"]],
  ["that waits for the answer ahead of it", post("respond", "1") + post404 + CHUNKS, ["201", "404"]],
])("a request %s has one answer, also when its body is broken behind it", async (_what, text, statuses) => {
  expect(await statusesOf(text)).toEqual(statuses);
});

test("behind an answer that closes its connection there is no other", async () => {
  const lastOne = post("other", "2").replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n");
  expect(await statusesOf(`${lastOne}NO HTTP AT ALL\r\n\r\n`)).toEqual(["202"]);
  expect(await statusesOf(`${post404}content-length: 9\r\n\r\nhalf`, { thenEnds: true })).toEqual(["404"]);
});

test("a request behind the last of its connection is none: nothing of it is stored", async () => {
  const before = (await gateway.events()).length;
  const lastOne = post("other", "2").replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n");
  expect(await statusesOf(lastOne + post("other", "3"))).toEqual(["202"]);
  expect(await statusesOf(`${post404}content-length: 1\r\n\r\n1${post("other", "4")}`)).toEqual(["404"]);
  expect(await gateway.events()).toHaveLength(before + 1);
});

test("where each answer closes its connection, the request behind it is none", async () => {
  const own = await createTestBundle({});
  await using brief = await TestGateway.start(own, { keep_alive_timeout: "0" });
  expect(await statusesOf(post("other", "2") + post("other", "3"), {}, brief)).toEqual(["202"]);
  expect(await brief.events()).toHaveLength(1);
  await own.remove();
});

test("when the gateway stops, all requests of a connection are answered that have come", async () => {
  const own = await createTestBundle({ "respond.ygtc": RESPOND, "slow.ygtc": SLOW });
  const stopped = await TestGateway.start(own, { shutdown_grace: "60s" });
  const statuses = statusesOf(post("slow", "1") + post("other", "2"), {}, stopped);
  await expect.poll(async () => (await stopped.events()).length, { timeout: 10_000 }).toBe(2);
  await stopped[Symbol.asyncDispose]();
  // On a machine that is busy the flow may not answer in time.
  expect(await statuses).toEqual([expect.stringMatching(/^20[02]$/), "202"]);
  await own.remove();
});

test("an answer that takes its time is not cut off by one behind it whose body nobody reads", async () => {
  const statuses = await statusesOf(`${post("slow", "1")}${post404}content-length: 9\r\n\r\nhalf`);
  // On a slow machine the sender may have been told 202 at the deadline.
  expect(statuses).toEqual([expect.stringMatching(/^20[02]$/), "404"]);
});

test("a body that breaks before its request was answered gets 400", async () => {
  expect(await statusesOf(toDemo("POST") + CHUNKS)).toEqual(["400"]);
  expect(await statusesOf(post("respond", "1") + toDemo("POST") + CHUNKS)).toEqual(["201", "400"]);
});

test("a broken request alone gets 400", async () => {
  expect(await statusesOf("NO HTTP AT ALL\r\n\r\n")).toEqual(["400"]);
});

test("a thousand requests without an answer are the last of their connection, so that none holds up the others", async () => {
  const before = (await gateway.events("type=many")).length;
  const answers = (
    await exchangeRaw(gateway.gateway.addresses.webhook, post("slow", "{}") + post("many", "{}").repeat(1200))
  ).toString();
  expect([...answers.matchAll(/HTTP\/1\.1 20/g)]).toHaveLength(1000);
  expect(answers.slice(answers.lastIndexOf("HTTP/1.1"))).toMatch(/connection: close/i);
  expect([...answers.matchAll(/connection: close/gi)]).toHaveLength(1);
  expect((await gateway.events("type=many")).length - before).toBe(999);
});
