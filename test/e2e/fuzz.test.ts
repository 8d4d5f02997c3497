/**
 * Requests that nobody would write by hand, over real sockets. Whatever arrives: a whole request gets exactly one answer,
 * what is no HTTP is refused, what was acknowledged is stored once and byte for byte, nothing is stored but what its
 * signature covers, no bytes stay counted, and the next request of a well-behaved sender is served.
 */
import { createHmac } from "node:crypto";
import { connect } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readAnswers, type RawAnswer } from "../support/http-answers.ts";
import { createTestBundle, type TestBundle } from "../support/test-bundle.ts";
import { TestGateway } from "../support/test-gateway.ts";

const SECRET = "fuzzed";
const INFLIGHT_BYTES = 200_000;
const MAX_BODY = 100_000;
let bundle: TestBundle;
let gateway: TestGateway;

beforeAll(async () => {
  const signature = { header: "X-Hub-Signature-256", algorithm: "sha256", secret: SECRET };
  bundle = await createTestBundle({}, { require_signature: true, signatures: { signed: signature } });
  gateway = await TestGateway.start(bundle, {
    max_inflight_bytes: String(INFLIGHT_BYTES),
    max_body_bytes: String(MAX_BODY),
    max_decoded_bytes: String(MAX_BODY),
  });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await bundle.remove();
});

interface Exchange {
  readonly bytes: Buffer;
  /** Bytes per write; the server sees the request in pieces. */
  readonly pieces: readonly number[];
  /** Once all is sent: wait for the server to close, say that no more will come, or leave. */
  readonly then: "wait" | "end" | "leave";
}

/** Sends bytes in pieces and returns all that the server sent until the connection was closed. */
function exchange({ bytes, pieces, then }: Exchange): Promise<Buffer> {
  return new Promise((resolve) => {
    const received: Buffer[] = [];
    const { host, port } = gateway.gateway.addresses.webhook;
    const socket = connect(port, host);
    socket.on("data", (chunk: Buffer) => received.push(chunk));
    // A server that refuses may close before it has read everything.
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(Buffer.concat(received)));
    let at = 0;
    let index = 0;
    const next = (): void => {
      if (socket.destroyed) return;
      if (at >= bytes.length) {
        if (then === "leave") socket.destroy();
        if (then === "end") socket.end();
        return;
      }
      const size = pieces[index++ % pieces.length] ?? bytes.length;
      socket.write(bytes.subarray(at, at + size), () => setImmediate(next));
      at += size;
    };
    socket.on("connect", next);
  });
}

interface FuzzedRequest {
  readonly method: string;
  readonly bytes: Buffer;
  /** What it must be answered with; undefined: any documented refusal. */
  readonly expected: number | undefined;
  /** What must be stored once it is acknowledged. */
  readonly body?: Buffer;
}

/** Each event that was acknowledged: its id, and what was sent. */
const acknowledged: { readonly id: string; readonly sent: Buffer }[] = [];

const pieces = fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1, maxLength: 4 });
const token = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/).map((name) => `x-${name}`);
const headerValue = fc.stringMatching(/^[\x21-\x7e\x80-\xff]{0,40}$/);
const extraHeaders = fc.array(fc.tuple(token, headerValue), { maxLength: 8 });
const encodings = {
  identity: (body: Buffer): Buffer => body,
  gzip: (body: Buffer): Buffer => gzipSync(body),
  deflate: (body: Buffer): Buffer => deflateSync(body),
  br: (body: Buffer): Buffer => brotliCompressSync(body),
};
const encoding = fc.constantFrom(...(Object.keys(encodings) as (keyof typeof encodings)[]));
const body = fc.oneof(
  fc.json().map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)),
);
const contentType = fc.constantFrom(
  "text/plain",
  "application/octet-stream",
  "application/x-www-form-urlencoded",
  "application/xml",
  "",
);

function signatureOf(sent: Buffer): string {
  return `sha256=${createHmac("sha256", SECRET).update(sent).digest("hex")}`;
}

/** The body in chunks of random sizes, as RFC 9112 section 7.1 has them. */
function chunked(sent: Buffer, sizes: readonly number[]): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0, index = 0; at < sent.length; index++) {
    const part = sent.subarray(at, at + (sizes[index % sizes.length] ?? 1));
    parts.push(Buffer.from(`${part.length.toString(16)};ext="v"\r\n`), part, Buffer.from("\r\n"));
    at += part.length;
  }
  return Buffer.concat([...parts, Buffer.from("0\r\nx-trailer: 1\r\n\r\n")]);
}

const signedPost: fc.Arbitrary<FuzzedRequest> = fc
  .record({
    body,
    encoding,
    contentType,
    headers: extraHeaders,
    framing: fc.oneof(fc.constant(undefined), pieces),
    isSigned: fc.boolean(),
    expectsContinue: fc.boolean(),
  })
  .map(({ body: plain, encoding: name, contentType: type, headers, framing, isSigned, expectsContinue }) => {
    const sent = encodings[name](plain);
    const lines = [
      "POST /events/webhook/demo/signed HTTP/1.1",
      "Host: fuzz",
      ...headers.map(([header, value]) => `${header}: ${value}`),
      ...(type === "" ? [] : [`Content-Type: ${type}`]),
      ...(name === "identity" ? [] : [`Content-Encoding: ${name}`]),
      `X-Hub-Signature-256: ${isSigned ? signatureOf(sent) : signatureOf(Buffer.from("another body"))}`,
      ...(expectsContinue ? ["Expect: 100-continue"] : []),
      framing === undefined ? `Content-Length: ${sent.length}` : "Transfer-Encoding: chunked",
    ];
    const head = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
    const bytes = Buffer.concat([head, framing === undefined ? sent : chunked(sent, framing)]);
    return { method: "POST", bytes, expected: isSigned ? 202 : 401, body: sent };
  });

const otherRequest: fc.Arbitrary<FuzzedRequest> = fc
  .record({
    method: fc.constantFrom("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "POST"),
    path: fc.constantFrom(
      "/",
      "/events/webhook/demo",
      "/events/webhook/nobody/x",
      "/events/webhook/demo/signed/more",
      "/events/webhook/demo/signed/",
      "/events/webhook/%64emo/signed",
      "/events/webhook/demo/..%2f..%2fetc",
      "/events/webhook/__proto__/constructor",
      "/events/webhook/demo/%00",
      "/events/webhook/demo/%ff%fe",
      "/events/webhook/demo/signed?a=1&a=2&__proto__=3",
      `/events/webhook/demo/${"x".repeat(3000)}`,
      "*",
      "http://elsewhere.example/events/webhook/demo/signed",
    ),
    headers: extraHeaders,
  })
  .map(({ method, path, headers }) => {
    const lines = [`${method} ${path} HTTP/1.1`, "Host: fuzz", ...headers.map(([name, value]) => `${name}: ${value}`)];
    return {
      method,
      bytes: Buffer.from(`${lines.join("\r\n")}\r\nContent-Length: 0\r\n\r\n`, "latin1"),
      expected: undefined,
    };
  });

const REFUSALS = [204, 400, 401, 404, 405];

function judge(request: FuzzedRequest, answer: RawAnswer): void {
  const allowed = request.expected === undefined ? REFUSALS : [request.expected];
  expect(allowed).toContain(answer.status);
  if (answer.status === 202) note(request, answer);
  if (answer.status < 400 || request.method === "HEAD") return;
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect(JSON.parse(answer.body)).toMatchObject({ status: answer.status });
}

/** What was acknowledged is looked for in the log afterwards. */
function note(request: FuzzedRequest, answer: RawAnswer): void {
  const { event_id: id } = JSON.parse(answer.body) as { event_id: string };
  acknowledged.push({ id, sent: request.body ?? Buffer.alloc(0) });
}

/** The request with the wish that the server closes after its answer. */
function closing(bytes: Buffer): Buffer {
  return replaceLine(bytes, /host: fuzz/i, "Host: fuzz\r\nConnection: close");
}

test("every whole request gets its one answer, in order, however it is cut and however many share a connection", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(signedPost, otherRequest), { minLength: 1, maxLength: 5 }),
      pieces,
      async (requests, cut) => {
        const last = requests.length - 1;
        const bytes = Buffer.concat(
          requests.map((request, index) => (index === last ? closing(request.bytes) : request.bytes)),
        );
        const answers = readAnswers(
          await exchange({ bytes, pieces: cut, then: "wait" }),
          requests.map(({ method }) => method),
        );
        for (const [index, answer] of answers.entries()) judge(requests[index]!, answer);
        expect(answers.length).toBe(requests.length);
      },
    ),
    { numRuns: 120 },
  );
  expect(gateway.faults).toEqual([]);
});

test("what was acknowledged is stored, each once, byte for byte, and nothing else is", async () => {
  const stored = (await gateway.events("type=signed")).map(({ id }) => String(id));
  expect(acknowledged.length).toBeGreaterThan(50);
  expect(stored.toSorted()).toEqual(acknowledged.map(({ id }) => id).toSorted());
  for (const { id, sent } of acknowledged) expect((await rawBody(id)).equals(sent)).toBe(true);
});

async function rawBody(id: string): Promise<Buffer> {
  const { body: kept } = (await gateway.event(id)).event as unknown as StoredJson;
  return "text" in kept ? Buffer.from(kept.text) : Buffer.from(kept.base64, "base64");
}

type Damage = (bytes: Buffer, at: number) => Buffer;
const DAMAGES: Readonly<Record<string, Damage>> = {
  "none at all": (bytes) => bytes,
  "cut off": (bytes, at) => bytes.subarray(0, at),
  "a byte changed": (bytes, at) =>
    Buffer.concat([bytes.subarray(0, at), Buffer.from([bytes[at]! ^ 0x55]), bytes.subarray(at + 1)]),
  "a byte left out": (bytes, at) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]),
  "a NUL put in": (bytes, at) => Buffer.concat([bytes.subarray(0, at), Buffer.from([0]), bytes.subarray(at)]),
  "a line put in": (bytes, at) => Buffer.concat([bytes.subarray(0, at), Buffer.from("\r\n"), bytes.subarray(at)]),
  "a part twice": (bytes, at) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at >> 1)]),
  "two lengths": (bytes) => replaceLine(bytes, /content-length: (\d+)/i, "Content-Length: $1\r\nContent-Length: 1"),
  "a length and chunks": (bytes) =>
    replaceLine(bytes, /content-length: (\d+)/i, "Content-Length: $1\r\nTransfer-Encoding: chunked"),
  "two hosts": (bytes) => replaceLine(bytes, /host: fuzz/i, "Host: fuzz\r\nHost: other"),
  "no host": (bytes) => replaceLine(bytes, /host: fuzz\r\n/i, ""),
  "another transfer coding": (bytes) =>
    replaceLine(bytes, /content-length: (\d+)|transfer-encoding: chunked/i, "Transfer-Encoding: gzip, chunked"),
  "an expectation": (bytes) => replaceLine(bytes, /host: fuzz/i, "Host: fuzz\r\nExpect: coffee"),
  "bare line feeds": (bytes) => Buffer.from(bytes.toString("latin1").replaceAll("\r\n", "\n"), "latin1"),
  "bare carriage returns": (bytes) => replaceLine(bytes, /host: fuzz/i, "Host: fuzz\rX-A: b"),
  "a negative length": (bytes) => replaceLine(bytes, /content-length: (\d+)/i, "Content-Length: -$1"),
  "a folded header": (bytes) => replaceLine(bytes, /host: fuzz/i, "Host: fuzz\r\n  folded"),
  "a chunk size of letters": (bytes) => replaceLine(bytes, /\r\n\r\n[0-9a-f]+;/i, "\r\n\r\nzz;"),
  "a header without end": (bytes) => replaceLine(bytes, /host: fuzz/i, `Host: fuzz\r\nX-Long: ${"y".repeat(40_000)}`),
};

function replaceLine(bytes: Buffer, what: RegExp, by: string): Buffer {
  return Buffer.from(bytes.toString("latin1").replace(what, by), "latin1");
}

test("what is damaged on the way is refused or is another whole request; nothing unsigned is ever stored", async () => {
  const told = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      signedPost,
      fc.constantFrom(...Object.keys(DAMAGES)),
      fc.nat(),
      pieces,
      fc.boolean(),
      async ({ bytes }, kind, at, cut, leaves) => {
        const damaged = DAMAGES[kind]!(bytes, at % bytes.length);
        const sent = await exchange({ bytes: damaged, pieces: cut, then: leaves ? "leave" : "end" });
        for (const [, id = ""] of sent.toString("latin1").matchAll(/"event_id":"([0-9a-f-]{36})"/g)) told.add(id);
        // Its methods are no longer known: only the status of what came first is looked at.
        const status = Number(
          /^HTTP\/1\.1 (?:100 [^\r]*\r\n\r\nHTTP\/1\.1 )?(\d{3})/.exec(sent.toString("latin1"))?.[1] ?? 400,
        );
        // 100: the sender left before the answer.
        expect([100, 202, 204, 400, 401, 404, 405, 408, 413, 415, 417, 431, 501, 503, 505]).toContain(status);
      },
    ),
    { numRuns: 250 },
  );
  const stored = await gateway.events("type=signed");
  // A sender that left may have been stored without being told; nobody was told what is not stored.
  expect(told.size).toBeGreaterThan(0);
  const ids = stored.map(({ id }) => String(id));
  expect(new Set(ids).size).toBe(ids.length);
  expect([...told].filter((id) => !ids.includes(id))).toEqual([]);
  for (const { id, verdict } of stored) {
    if (verdict === "refused") continue;
    const { headers } = (await gateway.event(id)).event as unknown as StoredJson;
    expect(new Map(headers).get("x-hub-signature-256")).toBe(signatureOf(await rawBody(String(id))));
  }
  expect(gateway.faults).toEqual([]);
});

interface StoredJson {
  readonly headers: readonly [string, string][];
  readonly body: { readonly text: string } | { readonly base64: string };
}

test("bodies that unfold without end are refused, and cost nobody else their place", async () => {
  const bomb = gzipSync(Buffer.alloc(20_000_000));
  const headers = {
    "content-type": "application/json",
    "content-encoding": "gzip",
    "x-hub-signature-256": signatureOf(bomb),
  };
  expect((await gateway.post("demo/signed", bomb, headers)).status).toBe(413);
  const cut = gzipSync(Buffer.from('{"a":1}')).subarray(0, 15);
  const cutHeaders = { ...headers, "x-hub-signature-256": signatureOf(cut) };
  expect((await gateway.post("demo/signed", cut, cutHeaders)).status).toBe(400);
});

test("afterwards no bytes are counted that nobody holds, and a good request is served", async () => {
  for (let round = 0; round < 3; round++) {
    const large = Buffer.alloc(MAX_BODY, "x");
    const headers = { "content-type": "text/plain", "x-hub-signature-256": signatureOf(large) };
    const both = await Promise.all([
      gateway.post("demo/signed", large, headers),
      gateway.post("demo/signed", large, headers),
    ]);
    expect(both.map(({ status }) => status)).toEqual([202, 202]);
  }
});
