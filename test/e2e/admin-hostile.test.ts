/** What strangers and broken programs send to the admin port: each gets a problem document, and nothing breaks. */
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
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

afterEach(async () => {
  const { status } = await gateway.api("info");
  if (gateway.faults.length > 0 || status !== 200) throw new Error(`${String(status)} ${gateway.faults.join(", ")}`);
});

interface Got {
  readonly status: number;
  readonly type: string | undefined;
  readonly allow: string | undefined;
  readonly body: string;
}

/** Asks with the token. */
function ask(
  method: string,
  path: string,
  { headers = {}, body }: { readonly headers?: Readonly<Record<string, string>>; readonly body?: string } = {},
): Promise<Got> {
  const all = { authorization: `Bearer ${gateway.gateway.token}`, ...headers };
  return new Promise((resolve, reject) => {
    const request = httpRequest(gateway.adminUrl + path, { method, headers: all, agent: false }, (response) => {
      const { "content-type": type, allow } = response.headers;
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (text += chunk));
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, type, allow, body: text }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** Sends these bytes; all that is answered until the connection ends. */
async function askRaw(bytes: string): Promise<string> {
  return (await exchangeRaw(gateway.gateway.addresses.admin, bytes)).toString();
}

function expectProblem({ status, type, body }: Got, among: readonly number[]): void {
  expect(among).toContain(status);
  expect(type).toBe("application/problem+json");
  expect(JSON.parse(body)).toMatchObject({ status, detail: expect.any(String) as string });
}

const LISTS = ["events", "runs", "refused", "audit"] as const;

test("a sender that leaves in the middle of its body is no fault of the gateway's", async () => {
  const { host, port } = gateway.gateway.addresses.admin;
  const socket = connect(port, host);
  const head = `POST /api/login HTTP/1.1\r\nHost: ${host}:${port}\r\nContent-Type: application/json`;
  // The 100 says that the body is being read.
  socket.write(`${head}\r\nExpect: 100-continue\r\nContent-Length: 100\r\n\r\n{"token`);
  await once(socket, "data");
  socket.resetAndDestroy();
  await once(socket, "close");
  // The gateway has heard of it when it has answered something else.
  expect((await ask("GET", "/api/info")).status).toBe(200);
  expect(gateway.faults).toEqual([]);
});

test("more questions at a time than are answered are told to come again", async () => {
  const answers = await Promise.all(Array.from({ length: 1000 }, () => ask("GET", "/api/events")));
  const refused = answers.filter(({ status }) => status !== 200);
  for (const answer of refused) expectProblem(answer, [503]);
  expect(refused.length).toBeLessThan(answers.length);
});

test.each(LISTS)("cursors of %s that are none of ours", async (list) => {
  const none = ["", "x", "-1", "1.5", "NaN", "Infinity", "1e400", "0x10", "%00", "9".repeat(16), "__proto__", "1;drop"];
  for (const cursor of none) {
    const answer = await ask("GET", `/api/${list}?cursor=${cursor}`);
    expectProblem(answer, [400]);
    expect(answer.body).toContain("The cursor is none of ours.");
  }
});

test.each(LISTS)("limits of %s beyond what is listed at once", async (list) => {
  for (const limit of ["-1", "0", "1001", "1e9", "1.5", "NaN", "", "many", "%00"])
    expectProblem(await ask("GET", `/api/${list}?limit=${limit}`), [400]);
});

test.each([
  "events?__proto__=1",
  "events?constructor=1",
  "events?__proto__[status]=failed",
  "events?status=__proto__",
  "events?resolved=yes",
  "events?q=a",
  `events?q=${"x".repeat(201)}`,
  "events?since=1",
  "events?since=%00",
  "events?since=2026-13-01T00:00:00Z",
  "overview?bucket=__proto__",
  "overview?since=0001-01-01T00:00:00Z",
  "overview?since=9999-12-31T23:59:59Z",
  "flows/x/stats?since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z",
  "stream?last_event_id=x&last_event_id=y",
])("%s", async (path) => {
  expectProblem(await ask("GET", `/api/${path}`), [400, 404]);
});

test("names that mean something to JavaScript are plain text as filters", async () => {
  for (const name of ["__proto__", "constructor", "toString", "%00", "\u202e", "'; DROP TABLE event; --"]) {
    const value = encodeURIComponent(decodeURIComponent(name));
    for (const filter of ["tenant", "type", "flow", "delivery_id", "provider_type"]) {
      const got = await ask("GET", `/api/events?${filter}=${value}`);
      expect([filter, name, got.status, JSON.parse(got.body)]).toMatchObject([filter, name, 200, { items: [] }]);
    }
    for (const place of ["events", "runs", "flows", "refused", "replays"])
      expectProblem(await ask("GET", `/api/${place}/${value}`), [404]);
    expectProblem(await ask("POST", `/api/sources/${value}/${value}/test`), [404]);
  }
});

test("no path leads out of the page's folder", async () => {
  const paths = [
    "/assets/../../package.json",
    "/assets/..%2f..%2fpackage.json",
    "/assets/%2e%2e/%2e%2e/package.json",
    "/assets/....//package.json",
    "/assets/..%5c..%5cpackage.json",
    "/assets/%00",
    "//etc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/assets/",
  ];
  for (const path of paths) {
    const { status, body } = await ask("GET", path);
    expect([path, body.includes('"name": "gtc"'), body.includes("root:")]).toEqual([path, false, false]);
    expect([path, status < 500]).toEqual([path, true]);
  }
});

test("other methods are told which ones there are, and no other site's page is let in by asking first", async () => {
  for (const method of ["OPTIONS", "PUT", "PATCH", "TRACE", "DELETE", "PROPFIND"]) {
    const got = await ask(method, "/api/events", {
      headers: { origin: gateway.adminUrl, "access-control-request-method": "POST" },
    });
    expectProblem(got, [405]);
    expect(got.allow).toBe("GET, HEAD");
  }
  expectProblem(await ask("OPTIONS", "/api/events", { headers: { origin: "https://evil.example" } }), [403]);
  expectProblem(await ask("POST", "/"), [405]);
});

test("what can be read can be asked for by HEAD, with nothing in it; the stream cannot", async () => {
  const [head, got] = [await ask("HEAD", "/api/flows"), await ask("GET", "/api/flows")];
  expect([head.status, head.body, head.type]).toEqual([200, "", got.type]);
  expect((await ask("HEAD", "/api/stream")).status).toBe(405);
  expect((await ask("HEAD", "/")).status).toBe(200);
});

test("bodies that are none", async () => {
  const headers = { "content-type": "application/json" };
  for (const body of [
    "",
    "{",
    "null",
    "[]",
    '"x"',
    "{}",
    '{"__proto__":{"event_ids":["x"]}}',
    "\u0000",
    "[".repeat(50_000),
  ])
    expectProblem(await ask("POST", "/api/replays", { headers, body }), [400]);
  expectProblem(await ask("POST", "/api/replays", { headers: { "content-type": "text/plain" }, body: "{}" }), [415]);
  expectProblem(await ask("POST", "/api/login", { headers, body: '{"token":{}}' }), [400]);
  const many = JSON.stringify({ event_ids: Array.from({ length: 10_001 }, String) });
  expectProblem(await ask("POST", "/api/replays", { headers, body: many }), [400]);
});

test.each([
  ["no Host at all", "", 403],
  ["two of them", "Host: localhost\r\nHost: evil.example\r\n", 400],
  ["one that only begins like ours", "Host: 127.0.0.1.evil.example\r\n", 403],
  ["one with ours as a user", "Host: localhost@evil.example\r\n", 403],
  ["one with a dot at its end", "Host: localhost.\r\n", 403],
  ["one with a port that is none", "Host: localhost:x\r\n", 403],
  ["one with a space in it", "Host: localhost evil.example\r\n", 403],
])("%s", async (_what, host, status) => {
  const answer = await askRaw(
    `GET /api/info HTTP/1.1\r\n${host}Authorization: Bearer ${gateway.gateway.token}\r\nConnection: close\r\n\r\n`,
  );
  expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${String(status)} `));
  expect(answer).toContain("application/problem+json");
});

test.each([
  ["no HTTP", "hello\r\n\r\n", 400],
  ["a header that ends another", "GET / HTTP/1.1\r\nHost: localhost\r\nX: a\u0000b\r\n\r\n", 400],
  ["two lengths", "POST /api/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400],
  [
    "a length and chunks",
    "POST /api/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    400,
  ],
  ["a target of 64 KB", `GET /${"a".repeat(65_536)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, 431],
  ["headers of 64 KB", `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"a".repeat(65_536)}\r\n\r\n`, 431],
])("%s", async (_what, bytes, status) => {
  const answer = await askRaw(bytes);
  expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${String(status)} `));
  expect(answer).toContain("application/problem+json");
  expect(answer).toContain(`"status":${String(status)}`);
});

test("a header that an answer would repeat cannot end it", async () => {
  for (const id of ["x%0d%0aSet-Cookie:a=b", 'x"; filename="y'])
    for (const part of ["body", "curl", "record"]) {
      const got = await ask("GET", `/api/events/${encodeURIComponent(decodeURIComponent(id))}/${part}`);
      expectProblem(got, [404]);
    }
});
