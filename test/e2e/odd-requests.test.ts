/** Requests as only other programs than well-known clients write them, byte by byte over real sockets. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { readAnswers, type RawAnswer } from "../support/http-answers.ts";
import { exchangeRaw } from "../support/raw-exchange.ts";
import { createTestBundle, type TestBundle } from "../support/test-bundle.ts";
import { TestGateway } from "../support/test-gateway.ts";

let bundle: TestBundle;
let gateway: TestGateway;

beforeAll(async () => {
  bundle = await createTestBundle({});
  gateway = await TestGateway.start(bundle);
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await bundle.remove();
});

/** What comes back until the server closes. */
async function answersTo(
  request: string,
  options: { readonly thenEnds?: boolean } = {},
): Promise<readonly RawAnswer[]> {
  const bytes = await exchangeRaw(gateway.gateway.addresses.webhook, request.replaceAll("\n", "\r\n"), options);
  return readAnswers(bytes, ["POST", "POST"]);
}

const POST = "POST /events/webhook/demo/odd HTTP/1.1\nHost: x\n";
const BODY = "Connection: close\nContent-Length: 3\n\nabc";
const CHUNKS = "Connection: close\n\n3\nabc\n0\n\n";

test.each([
  ["without a Host", `POST /events/webhook/demo/odd HTTP/1.1\n${BODY}`, 400],
  ["with two Hosts", `${POST}Host: y\n${BODY}`, 400],
  ["without a Host in HTTP/1.0", `POST /events/webhook/demo/odd HTTP/1.0\n${BODY}`, 202],
  ["with two lengths", `${POST}Content-Length: 3\n${BODY}`, 400],
  ["with a length and chunks", `${POST}Content-Length: 3\nTransfer-Encoding: chunked\n${CHUNKS}`, 400],
  ["with another transfer coding before chunks", `${POST}Transfer-Encoding: gzip, chunked\n${CHUNKS}`, 501],
  ["with chunks alone", `${POST}Transfer-Encoding: Chunked\n${CHUNKS}`, 202],
  ["with a folded header", `${POST}X-A: b\n c\n${BODY}`, 400],
  ["for a Host that is none", `POST /events/webhook/demo/odd HTTP/1.1\nHost: a b/c@\n${BODY}`, 400],
  ["for a Host with a user", `POST /events/webhook/demo/odd HTTP/1.1\nHost: me@x\n${BODY}`, 400],
  ["for a Host with half an escape", `POST /events/webhook/demo/odd HTTP/1.1\nHost: x%2\n${BODY}`, 400],
  ["for a Host whose port is no number", `POST /events/webhook/demo/odd HTTP/1.1\nHost: x:http\n${BODY}`, 400],
  ["for a Host that is half an address", `POST /events/webhook/demo/odd HTTP/1.1\nHost: [::1\n${BODY}`, 400],
  ["for a Host that is no address", `POST /events/webhook/demo/odd HTTP/1.1\nHost: [1:2]:80\n${BODY}`, 400],
  ["for a Host without a name", `POST /events/webhook/demo/odd HTTP/1.1\nHost:\n${BODY}`, 202],
  ["for a Host with a port", `POST /events/webhook/demo/odd HTTP/1.1\nHost: my_hooks.example.com:8080\n${BODY}`, 202],
  ["for a Host that is an address", `POST /events/webhook/demo/odd HTTP/1.1\nHost: [2001:db8::1]:8080\n${BODY}`, 202],
  ["for a Host of an address to come", `POST /events/webhook/demo/odd HTTP/1.1\nHost: [v1.a:b]\n${BODY}`, 202],
  ["for a Host with an escape", `POST /events/webhook/demo/odd HTTP/1.1\nHost: %C3%A4.example.com:\n${BODY}`, 202],
  ["in HTTP/2.0", `POST /events/webhook/demo/odd HTTP/2.0\nHost: x\n${BODY}`, 505],
  ["in HTTP/0.9", `POST /events/webhook/demo/odd HTTP/0.9\nHost: x\n${BODY}`, 505],
  ["with the one expectation that there is, in a list", `${POST}Expect: 100-Continue,, 100-continue\n${BODY}`, 202],
  ["with two expectations, one of them none", `${POST}Expect: 100-continue, foo\n${BODY}`, 417],
  ["with two lines of expectations", `${POST}Expect: 100-continue\nExpect: foo\n${BODY}`, 417],
  ["with an expectation that there is not", `${POST}Expect: coffee\n${BODY}`, 417],
  ["to a target with scheme and host", `POST http://x/events/webhook/demo/odd HTTP/1.1\nHost: x\n${BODY}`, 202],
  ["to a target of scheme and host alone", `POST http://x HTTP/1.1\nHost: x\n${BODY}`, 404],
  ["with a slash at the end", `POST /events/webhook/demo/odd/?a=1 HTTP/1.1\nHost: x\n${BODY}`, 202],
  ["with two slashes at the end", `POST /events/webhook/demo/odd// HTTP/1.1\nHost: x\n${BODY}`, 404],
  ["as to a proxy", "CONNECT example.com:443 HTTP/1.1\nHost: example.com\n\n", 405],
  ["in another protocol", "PRI * HTTP/2.0\n\nSM\n\n", 400],
])("%s", async (_what, request, status) => {
  const answers = await answersTo(request);
  expect(answers.map((answer) => answer.status)).toEqual([status]);
  const [{ headers, body } = { headers: new Map<string, string>(), body: "" }] = answers;
  if (status === 202) return;
  expect(headers.get("content-type")).toBe("application/problem+json");
  expect(JSON.parse(body)).toMatchObject({ status });
});

test("the operator is told what is wrong with the head of a request to a webhook, once a second", async () => {
  const other = await createTestBundle({});
  try {
    await using told = await TestGateway.start(other);
    const send = (text: string): Promise<Buffer> =>
      exchangeRaw(told.gateway.addresses.webhook, text.replaceAll("\n", "\r\n"));
    for (let n = 0; n < 2; n++) await send(`POST /events/webhook/demo/odd HTTP/1.1\n${BODY}`);
    await send(`${POST}Transfer-Encoding: gzip, chunked\n${CHUNKS}`);
    await send(`${POST}Expect: coffee\n${BODY}`);
    // Where there is no webhook, it is the noise of any public address.
    await send(`POST /events/webhook/nobody/odd HTTP/1.1\n${BODY}`);
    const reasons = (await told.refusals()).map(({ reason }) => reason);
    expect(reasons.toReversed()).toEqual(["invalid_request", "unsupported_transfer_coding", "expectation_failed"]);
    const counted = /^gtc_requests_total\{tenant="demo",verdict="refused",status="400"\} 2$/m;
    expect(await (await fetch(`${told.adminUrl}/metrics`)).text()).toMatch(counted);
  } finally {
    await other.remove();
  }
});

test("an answer that is on its way comes before the refusal behind it", async () => {
  const answers = await answersTo(
    `${POST}Content-Length: 3\n\nabcCONNECT example.com:443 HTTP/1.1\nHost: example.com\n\n`,
  );
  expect(answers.map(({ status }) => status)).toEqual([202, 405]);
});

test("a sender that says it will send no more gets its answers all the same", async () => {
  const keepsOpen = `${POST}Content-Length: 3\n\nabc`;
  const answers = await answersTo(keepsOpen + keepsOpen, { thenEnds: true });
  expect(answers.map(({ status }) => status)).toEqual([202, 202]);
});

test("the target is stored as a path, however it was written", async () => {
  await answersTo(`POST http://x/events/webhook/demo/absolute?a=1 HTTP/1.1\nHost: x\n${BODY}`);
  const [stored] = await gateway.events("type=absolute");
  expect((await gateway.event(stored?.["id"])).event["target"]).toBe("/events/webhook/demo/absolute?a=1");
});

test("every header is stored, also the five hundredth", async () => {
  const many = Array.from({ length: 497 }, (_, index) => `a${index}: b\n`).join("");
  expect((await answersTo(`POST /events/webhook/demo/many HTTP/1.1\nHost: x\n${many}${BODY}`))[0]?.status).toBe(202);
  const [stored] = await gateway.events("type=many");
  expect((await gateway.event(stored?.["id"])).event["headers"]).toHaveLength(500);
});

test.each([498, 1500, 32_000])(
  "%i headers and three more are too many: the request is refused, and its body not waited for",
  async (count) => {
    const head = `POST /events/webhook/demo/too-many HTTP/1.1\nHost: x\n${"a:\n".repeat(count)}`;
    const answers = await answersTo(`${head}X-A: b\nContent-Length: 3\n\n`);
    expect(answers.map(({ status }) => status)).toEqual([431]);
    expect(await gateway.events("type=too-many")).toEqual([]);
  },
);

test("a body in chunks of one byte is stored as it was sent", async () => {
  const text = "In pieces. ".repeat(3000);
  const chunks = text.replaceAll(/./g, "1\n$&\n");
  const answers = await answersTo(
    `POST /events/webhook/demo/pieces HTTP/1.1\nHost: x\nConnection: close\nTransfer-Encoding: chunked\n\n${chunks}0\n\n`,
  );
  expect(answers.map(({ status }) => status)).toEqual([202]);
  const [stored] = await gateway.events("type=pieces");
  expect((await (await gateway.api(`events/${String(stored?.["id"])}/body`)).text()) === text).toBe(true);
});
