/** Requests over real sockets: what is accepted, what is refused, and what each side learns of it. */
import { once } from "node:events";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RESPOND, SCRIPT, scriptFlow } from "../support/flows.ts";
import { holdBody } from "../support/held-body.ts";
import { hmacHex, signGithub, signStripe } from "../support/sign.ts";
import { createTestBundle, type TestBundle } from "../support/test-bundle.ts";
import { TestGateway, type Posted } from "../support/test-gateway.ts";

const JSON_TYPE = { "content-type": "application/json" };
let bundle: TestBundle;
let gateway: TestGateway;

beforeAll(async () => {
  bundle = await createTestBundle(
    {
      "respond.ygtc": RESPOND,
      "script.ygtc": SCRIPT,
      "broken.ygtc": scriptFlow("broken", 'throw "no"', "config: { retry_policy: { max_attempts: 1 } }"),
      "retried.ygtc": scriptFlow(
        "retried",
        'throw "not yet"',
        "config: { retry_policy: { max_attempts: 2, initial_delay: 60s } }",
      ),
      "slow.ygtc": scriptFlow("slow", "let n = 0; while n < 1500000 { n += 1; } n"),
    },
    {
      signatures: {
        github: { header: "X-Hub-Signature-256", algorithm: "sha256", secret: "s3cret" },
        stripe: { header: "Stripe-Signature", algorithm: "stripe", secret: "whsec_1" },
      },
      tenants: {
        acme: { secret_header: "X-Signature", secret_key: "acme-key" },
        strict: { require_signature: true },
        small: { max_body_bytes: 100 },
      },
    },
    ["demo", "acme", "strict", "small"],
  );
  gateway = await TestGateway.start(bundle);
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await bundle.remove();
});

const problemOf = ({ status, headers, body }: Posted): unknown => ({
  status,
  type: headers["content-type"],
  title: (JSON.parse(body) as { title: string }).title,
});

test("an event without a flow is kept as unmatched and acknowledged", async () => {
  const answer = await gateway.post("demo/nobody", "{}");
  expect(answer.status).toBe(202);
  const { event, response, runs } = await gateway.event(answer.json()["event_id"]);
  expect([event.status, response.status, runs]).toEqual(["unmatched", 202, []]);
});

test("the flow's own answer, with its status, headers and values", async () => {
  const answer = await gateway.post("demo/respond", '{"id": 9007199254740993}');
  expect([answer.status, answer.headers["x-made-by"]]).toEqual([201, "flow"]);
  expect(answer.body).toContain('"got":{"id":9007199254740993}');
});

test("an event is committed before it is acknowledged: what was answered is found at once", async () => {
  const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => gateway.post("demo/nobody", `{"n": ${n}}`)));
  for (const answer of answers) expect((await gateway.event(answer.json()["event_id"])).event.status).toBe("unmatched");
});

test("github: the right signature over the raw bytes, with and without its prefix", async () => {
  const body = '{ "odd" :  "white space" }\n';
  for (const signature of [signGithub(body, "s3cret"), hmacHex(body, "s3cret")]) {
    expect((await gateway.post("demo/github", body, { ...JSON_TYPE, "x-hub-signature-256": signature })).status).toBe(
      202,
    );
  }
});

test.each<[string, string, Record<string, string | string[]>]>([
  ["none", "signature_missing", {}],
  ["a wrong one", "signature_mismatch", { "x-hub-signature-256": signGithub("{}", "other") }],
  ["one of another body", "signature_mismatch", { "x-hub-signature-256": signGithub("{ }", "s3cret") }],
  ["a truncated one", "signature_truncated", { "x-hub-signature-256": signGithub("{}", "s3cret").slice(0, -2) }],
  ["a malformed one", "signature_malformed", { "x-hub-signature-256": "sha256=zz" }],
  [
    "two of them",
    "header_duplicated",
    { "x-hub-signature-256": [signGithub("{}", "s3cret"), signGithub("{}", "s3cret")] },
  ],
])("a signature that is %s gets the same 401, and the operator the reason: %s", async (_what, reason, headers) => {
  const answer = await gateway.post("demo/github", "{}", { ...JSON_TYPE, ...headers });
  expect(answer.status).toBe(401);
  expect(answer.body).toBe(
    '{"type":"urn:gtc:problem:unauthorized","title":"Unauthorized","status":401,"detail":"The request could not be authenticated."}',
  );
  const record = gateway.records.at(-1)!;
  expect([record.verdict, record.reason]).toEqual(["refused", reason]);
});

test("refused requests are kept with their reason, and trigger nothing", async () => {
  await gateway.post("demo/github", '{"never": true}', JSON_TYPE);
  const [refusal] = await gateway.refusals();
  expect(refusal).toMatchObject({ event_type: "github", reason: "signature_missing", http_status: 401 });
  expect(refusal!["hint"]).not.toBe("");
});

test("stripe: the time of signing counts, in both directions", async () => {
  const body = '{"id": "evt_tolerance", "type": "x"}';
  const send = (offsetMs: number): Promise<Posted> =>
    gateway.post("demo/stripe", body, {
      ...JSON_TYPE,
      "stripe-signature": signStripe(body, "whsec_1", Date.now() + offsetMs),
    });
  expect((await send(-310_000)).status).toBe(401);
  expect((await send(310_000)).status).toBe(401);
  expect((await send(-290_000)).status).toBe(202);
});

test("stripe: an event that is sent again, signed anew, is a duplicate of the first", async () => {
  const body = '{"id": "evt_again", "type": "x"}';
  const send = async (agoMs: number): Promise<Record<string, unknown>> => {
    const signature = signStripe(body, "whsec_1", Date.now() - agoMs);
    return (await gateway.post("demo/stripe", body, { ...JSON_TYPE, "stripe-signature": signature })).json();
  };
  const first = await send(60_000);
  expect(await send(0)).toMatchObject({ duplicate_of: first["event_id"] });
});

test("stripe: an event that comes again as if it were packed is no other event", async () => {
  // As deflate without a header it is one byte, and then more.
  const body = '{\n  "id": "evt_packed",\n  "object": "event",\n  "type": "charge.refunded"\n}';
  const headers = { "stripe-signature": signStripe(body, "whsec_1", Date.now()) };
  expect((await gateway.post("demo/stripe", body, { ...JSON_TYPE, ...headers })).status).toBe(202);
  const packed = { ...headers, "content-type": "text/plain", "content-encoding": "deflate" };
  expect((await gateway.post("demo/stripe", body, packed)).status).toBe(400);
});

test("what comes again without the header that says how it is packed is a duplicate", async () => {
  const body = gzipSync('{"id": "evt_unsaid", "type": "x"}');
  const headers = { "stripe-signature": signStripe(body, "whsec_1", Date.now()) };
  const first = await gateway.post("demo/stripe", body, { ...JSON_TYPE, ...headers, "content-encoding": "gzip" });
  for (const type of ["text/plain", "application/octet-stream"])
    expect((await gateway.post("demo/stripe", body, { ...headers, "content-type": type })).json()).toMatchObject({
      duplicate_of: first.json()["event_id"],
    });
});

test("a tenant's default check covers every event type without one of its own", async () => {
  expect(
    (await gateway.post("acme/anything", "{}", { ...JSON_TYPE, "x-signature": hmacHex("{}", "acme-key") })).status,
  ).toBe(202);
  expect((await gateway.post("acme/anything", "{}")).status).toBe(401);
});

test("where a signature is required, an event type without one is refused", async () => {
  expect((await gateway.post("strict/anything", "{}")).status).toBe(401);
  expect(gateway.records.at(-1)!.reason).toBe("signature_required");
});

test("what is sent to a tenant that there is not is kept for the operator, one a second", async () => {
  for (let n = 0; n < 5; n++) expect((await gateway.post("acne/orders", "{}")).status).toBe(404);
  const kept = (await gateway.refusals()).filter(({ reason }) => reason === "unknown_tenant");
  expect(kept.length).toBeGreaterThan(0);
  expect(kept.length).toBeLessThan(5);
  expect(kept[0]).toMatchObject({ detail: 'There is no tenant "acne".', hint: 'Did you mean "acme"?' });
});

test("what is sent by another method is kept for the operator with what to do, one a second, and all is counted", async () => {
  const before = gateway.records.length;
  for (const method of ["GET", "HEAD", "PUT", "DELETE", "GET"])
    expect((await gateway.request(method, "/events/webhook/demo/probed")).status).toBe(405);
  expect((await gateway.request("GET", "/events/webhook/strict/probed")).status).toBe(405);
  const told = gateway.records.slice(before);
  expect(told.map(({ status, verdict }) => [status, verdict])).toEqual(told.map(() => [405, "refused"]));
  expect(told).toHaveLength(6);
  const kept = (await gateway.refusals()).filter(({ event_type: type }) => type === "probed");
  expect(kept).toHaveLength(told.filter(({ unkept }) => unkept !== true).length);
  expect(kept.length).toBeLessThan(4);
  expect(kept.at(-1)).toMatchObject({
    reason: "method_not_allowed",
    detail: "It was sent with GET; webhooks are sent with POST.",
    hint: expect.stringContaining("provider's way to confirm the URL") as string,
  });
});

test("what was nearly sent to a webhook is kept, too; what is tried on every public address is not", async () => {
  for (const path of ["/wp-login.php", "/webhook/demo/orders"])
    expect((await gateway.request("POST", path, "{}")).status).toBe(404);
  const kept = (await gateway.refusals()).filter(({ reason }) => reason === "unknown_path");
  expect(kept).toMatchObject([{ detail: "There is no webhook at /webhook/demo/orders.", http_status: 404 }]);
});

test("404 for an unknown tenant and for other paths, 405 with Allow for other methods", async () => {
  expect(problemOf(await gateway.post("nobody/x", "{}"))).toEqual({
    status: 404,
    type: "application/problem+json",
    title: "Not Found",
  });
  expect((await gateway.request("POST", "/elsewhere")).status).toBe(404);
  expect((await gateway.request("POST", "/events/webhook/demo/a/b")).status).toBe(404);
  const put = await gateway.request("PUT", "/events/webhook/demo/x", "{}");
  expect([put.status, put.headers["allow"]]).toEqual([405, "POST, OPTIONS"]);
  expect((await gateway.request("GET", "/events/webhook/demo/x")).status).toBe(405);
  const head = await gateway.request("HEAD", "/events/webhook/demo/x");
  expect([head.status, head.body]).toEqual([405, ""]);
  const options = await gateway.request("OPTIONS", "/events/webhook/demo/x");
  expect([options.status, options.headers["allow"]]).toEqual([204, "POST, OPTIONS"]);
});

test("413 for a body that is too large, whether it says so before or not", async () => {
  expect((await gateway.post("small/x", "x".repeat(101), { "content-type": "text/plain" })).status).toBe(413);
  expect(
    (await gateway.post("small/x", "x".repeat(101), { "content-type": "text/plain", "transfer-encoding": "chunked" }))
      .status,
  ).toBe(413);
  expect((await gateway.post("small/x", "x".repeat(100), { "content-type": "text/plain" })).status).toBe(202);
});

test("a verified body that claims JSON and is not gets 400, and is still findable", async () => {
  const body = "{not json";
  const answer = await gateway.post("demo/github", body, {
    ...JSON_TYPE,
    "x-hub-signature-256": signGithub(body, "s3cret"),
  });
  expect(answer.status).toBe(400);
  const { event, response } = await gateway.event(answer.json()["event_id"]);
  expect([event.status, response.status, event["body"]]).toEqual(["refused", 400, { text: body }]);
});

test.each<[string, Record<string, string>, string | Buffer, unknown]>([
  ["a form", { "content-type": "application/x-www-form-urlencoded" }, "a=1&b=2", { a: "1", b: "2" }],
  [
    "GitHub's form",
    { "content-type": "application/x-www-form-urlencoded" },
    `payload=${encodeURIComponent('{"zen": true}')}`,
    { zen: true },
  ],
  ["text", { "content-type": "text/plain" }, "hello", "hello"],
  ["XML", { "content-type": "application/xml" }, "<a/>", "<a/>"],
  [
    "bytes",
    { "content-type": "application/octet-stream" },
    Buffer.from([0, 255]),
    { content_type: "application/octet-stream", size: 2, base64: "AP8=" },
  ],
  ["gzip", { ...JSON_TYPE, "content-encoding": "gzip" }, gzipSync('{"zipped": 1}'), { zipped: 1 }],
  ["nothing", {}, "", null],
])("%s becomes the payload that a flow sees", async (_what, headers, body, payload) => {
  const answer = await gateway.post("demo/script", body, headers);
  expect(answer.status).toBe(202);
  const { runs } = await gateway.settled(answer.json()["event_id"]);
  expect(runs[0]!.steps[0]!.output).toEqual(payload);
});

test("a delivery that comes again is a duplicate: no second run, the first run's answer", async () => {
  const headers = { ...JSON_TYPE, "x-github-delivery": "delivery-1" };
  const first = await gateway.post("demo/respond", "{}", headers);
  const second = await gateway.post("demo/respond", "{}", headers);
  expect([second.status, second.body]).toEqual([first.status, first.body]);
  const id = (JSON.parse(first.body) as { id: string }).id;
  const [duplicate] = await gateway.events("type=respond&status=duplicate");
  expect(duplicate).toMatchObject({ duplicate_of: id, runs: [] });
});

test("two deliveries with the same body are two events", async () => {
  const send = (id: string): Promise<Posted> =>
    gateway.post("demo/respond", '{"same": 1}', { ...JSON_TYPE, "x-github-delivery": id });
  expect((await send("a1")).body).not.toBe((await send("a2")).body);
});

test("redeliveries at the same moment are one event and its duplicates", async () => {
  const headers = { ...JSON_TYPE, "x-github-delivery": "at-once" };
  await Promise.all(Array.from({ length: 20 }, () => gateway.post("demo/nobody", "{}", headers)));
  const events = (await gateway.events("type=nobody")).filter(
    (event) => event["status"] !== "unmatched" || event["duplicate_of"] === null,
  );
  expect(events.filter((event) => event["status"] === "duplicate")).toHaveLength(19);
});

test("a flow that failed for good: 500 with the event's id", async () => {
  const answer = await gateway.post("demo/broken", "{}");
  expect(problemOf(answer)).toEqual({ status: 500, type: "application/problem+json", title: "Internal Server Error" });
  expect((await gateway.event(answer.json()["event_id"])).event.status).toBe("failed");
});

test("a flow that will be tried again: 202, since the event is safe", async () => {
  const answer = await gateway.post("demo/retried", "{}");
  expect(answer.status).toBe(202);
  const { runs } = await gateway.event(answer.json()["event_id"]);
  expect([runs[0]!.status, runs[0]!.attempt]).toEqual(["waiting", 1]);
});

test("a body is asked for only after what can be known before it was checked", async () => {
  const refused = await raw(
    `POST /events/webhook/nobody/x HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n`,
  );
  expect(refused).toMatch(/^HTTP\/1\.1 404 /);
  const accepted = await raw(
    `POST /events/webhook/demo/nobody HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\nconnection: close\r\n\r\n`,
    "{}",
  );
  expect(accepted).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 202 /);
});

test("what is no HTTP gets 400, headers without end 431", async () => {
  expect(await raw("NONSENSE\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
  expect(await raw(`POST / HTTP/1.1\r\nhost: x\r\nx: ${"y".repeat(70_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
});

test("an answer that comes too late becomes 202; the run goes on and the operator sees both", async () => {
  await using late = await TestGateway.start(await separate(), { answer_deadline: "1ms" });
  const answer = await late.post("demo/slow", "{}");
  expect(answer.status).toBe(202);
  const { event, response, runs } = await late.settled(answer.json()["event_id"]);
  expect([event.status, response.status, response.by]).toEqual(["done", 202, "deadline"]);
  expect(runs[0]!.steps.at(-1)).toMatchObject({ node: "respond", status: "succeeded" });
});

test.each([
  ["an object with its headers", 'status: 201, headers: { x-order: "7" }, body: { id: 12345678901234567890 }', 201],
  ["a text", "body: done", 200],
  ["nothing", "status: 204, body: unseen", 204],
])("a redelivery after the deadline is told what the flow said since: %s", async (_what, config, status) => {
  const flow = `
nodes:
  - { id: slow, type: script, config: { script: "loop { }" }, on_error: respond }
  - { id: respond, type: http_response, config: { ${config} } }
triggers: [{ type: event, event_type: f }]
`;
  const send = (gateway: TestGateway): Promise<Posted> =>
    gateway.post("demo/f", "{}", { "content-type": "application/json", "idempotency-key": "k1" });
  await using late = await TestGateway.start(await separate({ "f.ygtc": flow }), { answer_deadline: "1ms" });
  await using early = await TestGateway.start(await separate({ "f.ygtc": flow }));
  const first = await send(late);
  expect(first.status).toBe(202);
  const settled = await late.settled(first.json()["event_id"]);
  const [again, expected] = [await send(late), await send(early)];
  const told = ({ headers, ...answer }: Posted) => [
    answer.status,
    headers["x-order"],
    headers["content-type"],
    answer.body,
  ];
  expect(told(again)).toEqual(told(expected));
  expect(again.status).toBe(status);
  // What the sender of the first was told stays what it was.
  expect([settled.response.by, (await late.event(first.json()["event_id"])).response.status]).toEqual([
    "deadline",
    202,
  ]);
});

test("past the bytes in flight, requests get 503 with Retry-After; what alone is more than that would never fit, and gets 413", async () => {
  await using tight = await TestGateway.start(await separate(), { max_inflight_bytes: "10" });
  const send = (bytes: number): Promise<Posted> =>
    tight.post("demo/nobody", "x".repeat(bytes), { "content-type": "text/plain" });
  const release = await holdBody(tight, 5, async () => (await send(6)).status === 503);
  const refused = await send(6);
  expect([refused.status, refused.headers["retry-after"]]).toEqual([503, "5"]);
  expect([(await send(11)).status, (await send(5)).status]).toEqual([413, 202]);
  await release();
  expect((await send(10)).status).toBe(202);
});

test("senders that stop in the middle of their bodies give their room to others, and are told 408", async () => {
  await using tight = await TestGateway.start(await separate(), { max_inflight_bytes: "1000000" });
  const stalled = Array.from({ length: 6 }, () => {
    const socket = connect(Number(new URL(tight.url).port), "127.0.0.1");
    socket.write("POST /events/webhook/demo/nobody HTTP/1.1\r\nhost: h\r\ncontent-length: 200000\r\n\r\n");
    socket.write("x".repeat(150_000));
    return socket;
  });
  const first = Promise.race(stalled.map((socket) => once(socket, "data")));
  const send = async (): Promise<number> =>
    (
      await tight.post("demo/nobody", gzipSync(JSON.stringify("y".repeat(300_000))), {
        ...JSON_TYPE,
        "content-encoding": "gzip",
      })
    ).status;
  await expect.poll(send, { timeout: 20_000 }).toBe(503);
  await expect.poll(send, { timeout: 20_000 }).toBe(202);
  expect(String(await first)).toMatch(/^HTTP\/1\.1 408 /);
  expect(tight.records.filter(({ reason }) => reason === "request_timeout")).not.toEqual([]);
  for (const socket of stalled) socket.destroy();
});

test("past a tenant's rate, requests get 429", async () => {
  await using limited = await TestGateway.start(await separate(), { rate_limit_per_second: "2" });
  const statuses = [];
  for (let n = 0; n < 3; n++) statuses.push((await limited.post("demo/nobody", "{}")).status);
  expect(statuses).toEqual([202, 202, 429]);
});

test("a request may be given less time than its headers have by default", async () => {
  await using quick = await TestGateway.start(await separate(), { request_timeout: "10s" });
  expect((await quick.post("demo/nobody", "{}")).status).toBe(202);
});

test("a sender that sends too slowly gets 408", async () => {
  await using impatient = await TestGateway.start(await separate(), {
    request_timeout: "300ms",
    headers_timeout: "200ms",
  });
  const answer = await raw(
    "POST /events/webhook/demo/x HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\n",
    "",
    impatient,
  );
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect(impatient.records).toMatchObject([
    { status: 408, reason: "request_timeout", hint: expect.stringContaining("request_timeout") as string },
  ]);
});

test("a sender that sends too slowly gets 408 also where flows have little time to answer", async () => {
  await using impatient = await TestGateway.start(await separate(), {
    request_timeout: "310ms",
    headers_timeout: "300ms",
    answer_deadline: "10ms",
  });
  const answer = await raw(
    "POST /events/webhook/demo/x HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\n",
    "",
    impatient,
  );
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
});

test("a request may be given less time than its headers have by default", async () => {
  await using impatient = await TestGateway.start(await separate(), { request_timeout: "300ms" });
  const answer = await raw("POST /events/webhook/demo/x HTTP/1.1\r\nhost: x\r\n", "", impatient);
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
});

test("with a keep_alive_timeout of 0 each answer closes its connection", async () => {
  await using brief = await TestGateway.start(await separate(), { keep_alive_timeout: "0" });
  const request = "POST /events/webhook/demo/x HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}";
  expect(await raw(request, "", brief)).toMatch(/^HTTP\/1\.1 202 [^]*connection: close/i);
});

test("headers beyond the bound get 431, and the operator is told which setting it is, once a second", async () => {
  const before = gateway.records.length;
  for (let n = 0; n < 3; n++)
    expect(
      await raw(`POST /events/webhook/demo/x HTTP/1.1\r\nhost: x\r\nx-long: ${"y".repeat(40_000)}\r\n\r\n`),
    ).toMatch(/^HTTP\/1\.1 431 /);
  const told = gateway.records.slice(before);
  expect(told).toMatchObject([
    { status: 431, reason: "headers_too_large", hint: expect.stringContaining("max_header_bytes") as string },
    { status: 431 },
    { status: 431 },
  ]);
  expect(told.filter(({ unkept }) => unkept !== true).length).toBeLessThan(3);
});

test("health, readiness and metrics are on the admin port", async () => {
  expect(await (await fetch(`${gateway.adminUrl}/healthz`)).json()).toEqual({ status: "ok" });
  const ready = await fetch(`${gateway.adminUrl}/readyz`);
  expect(ready.status).toBe(200);
  expect(await ready.json()).toEqual({
    status: "ready",
    backlog: expect.any(Number) as number,
    projection_lag_bytes: expect.any(Number) as number,
  });
  const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
  expect(metrics).toMatch(/^gtc_requests_total\{tenant="demo",verdict="unsigned",status="202"\} \d+$/m);
  expect(metrics).toMatch(/^gtc_runs_total\{flow="[a-z]+",status="succeeded"\} [1-9]\d*$/m);
  expect(metrics).toMatch(/^gtc_run_duration_seconds_count [1-9]\d*$/m);
  expect((await fetch(`${gateway.adminUrl}/api/events`)).status).toBe(401);
});

test("nothing of ours failed on the way", () => {
  expect(gateway.faults).toEqual([]);
});

const SLOW_FLOW = { "slow.ygtc": scriptFlow("slow", "let n = 0; while n < 1500000 { n += 1; } n") };
const separateBundles: TestBundle[] = [];
afterAll(() => Promise.all(separateBundles.map((separate) => separate.remove())));

async function separate(flows: Readonly<Record<string, string>> = SLOW_FLOW): Promise<TestBundle> {
  const made = await createTestBundle(flows);
  separateBundles.push(made);
  return made;
}

/** Sends bytes as they are; the body only after a 100. Resolves with all that came back. */
function raw(head: string, body = "", target = gateway): Promise<string> {
  return new Promise((resolve, reject) => {
    const { host, port } = target.gateway.addresses.webhook;
    const socket = connect(port, host, () => socket.write(head));
    let received = "";
    socket.on("data", (chunk: Buffer) => {
      received += chunk.toString("latin1");
      if (received === "HTTP/1.1 100 Continue\r\n\r\n") socket.write(body);
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(received));
  });
}
