/**
 * What anybody can do to a port, at the real process: requests of any method, version and framing, whole or broken off,
 * several in a row, and connections that are read or not and that end in every way and at every moment. None of it ends
 * the gateway, and nothing of it is held.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setImmediate, setTimeout as delay } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startGtc, type RunningGateway } from "../support/gtc-process.ts";
import { createTestBundle, type TestBundle } from "../support/test-bundle.ts";

const ECHO = `
nodes: [{ id: answer, type: http_response, config: { body: "{{event.payload}}" } }]
triggers: [{ type: event, event_type: echo }]
`;
let bundle: TestBundle;
let gateway: RunningGateway;

beforeAll(async () => {
  bundle = await createTestBundle({ "echo.ygtc": ECHO });
  await bundle.write("gtc.yaml", "request_timeout: 2s\nheaders_timeout: 1s\n");
  gateway = await startGtc(bundle.folder);
});
afterAll(async () => {
  gateway.child.kill("SIGKILL");
  await bundle.remove();
});

const method = fc.constantFrom(..."POST GET HEAD OPTIONS PUT CONNECT TRACE PRI DELETE M-SEARCH BREW".split(" "), "");
const target = fc.constantFrom(
  "/events/webhook/demo/echo",
  "/events/webhook/demo/other?a=1",
  "http://x/events/webhook/demo/echo",
  "example.com:443",
  "/healthz",
  "/api/v1/events",
  "/api/v1/live",
  "*",
  "//",
  "/%00",
  `/${"a".repeat(20_000)}`,
);
const version = fc.constantFrom("HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "");
const header = fc.constantFrom(
  "host: a,b",
  "content-length: 5",
  "content-length: -1",
  "content-length: 30000000",
  "transfer-encoding: chunked",
  "transfer-encoding: gzip, chunked",
  "expect: 100-continue",
  "expect: something",
  "upgrade: websocket",
  "upgrade: h2c",
  "connection: upgrade",
  "connection: close",
  "content-type: application/json",
  "content-type: multipart/form-data; boundary=a",
  "content-encoding: gzip",
  "accept: text/event-stream",
  "authorization: Bearer x",
  "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==",
  "x-\u0000: 1",
  " folded: 1",
  `x-long: ${"b".repeat(5000)}`,
);
const body = fc.constantFrom("", "hello", "{}", "5\r\nhello\r\n0\r\n\r\n", "ffffffffffffffff\r\n", "x".repeat(70_000));
const request = fc
  .tuple(method, target, version, fc.array(header, { maxLength: 4 }), body)
  .map(([verb, path, http, headers, text]) =>
    [`${verb} ${path} ${http}`, "host: localhost", ...headers, "", text].join("\r\n"),
  );
const noHttp = fc.constantFrom("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\u0016\u0003\u0001\u0002\u0000\u0001", "\r\n\r\n");

const sender = fc.record({
  port: fc.constantFrom("webhook", "webhook", "admin"),
  text: fc.array(fc.oneof({ weight: 9, arbitrary: request }, noHttp), { minLength: 1, maxLength: 4 }),
  /** How much of it is sent, and in how many writes. */
  share: fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true })),
  writes: fc.integer({ min: 1, max: 3 }),
  reads: fc.boolean(),
  leavesAfter: fc.constantFrom("nothing", "a turn", "a moment", "an answer"),
  leaves: fc.constantFrom("reset", "end", "destroy"),
});
type Sender = typeof sender extends fc.Arbitrary<infer S> ? S : never;

async function send({ port, text, share, writes, reads, leavesAfter, leaves }: Sender): Promise<void> {
  const url = new URL(port === "admin" ? gateway.adminUrl : gateway.url);
  const socket = connect({ port: Number(url.port), host: url.hostname });
  const closed = new Promise((resolve) => socket.once("close", resolve));
  // Reset by either side, at any moment.
  socket.on("error", () => undefined);
  await Promise.race([once(socket, "connect").catch(() => undefined), closed]);
  const all = Buffer.from(text.join(""), "latin1");
  const bytes = all.subarray(0, Math.ceil(all.length * share));
  const size = Math.max(1, Math.ceil(bytes.length / writes));
  for (let at = 0; at < bytes.length; at += size) {
    if (!socket.destroyed) socket.write(bytes.subarray(at, at + size));
    await setImmediate();
  }
  const answered = new Promise((resolve) => socket.once("readable", resolve));
  if (leavesAfter === "a turn") await setImmediate();
  // A moment and not an event: it is to fall anywhere in the gateway's own work.
  if (leavesAfter === "a moment") await delay(bytes.length % 20);
  if (leavesAfter === "an answer") await Promise.race([answered, closed, delay(200)]);
  if (reads) socket.resume();
  leave(socket, leaves);
  await Promise.race([closed, delay(200)]);
  socket.destroy();
}

function leave(socket: Socket, how: Sender["leaves"]): void {
  if (how === "reset") socket.resetAndDestroy();
  else if (how === "end") socket.end();
  else socket.destroy();
}

async function metric(pattern: RegExp): Promise<number> {
  const answer = await fetch(`${gateway.adminUrl}/metrics`, { headers: { connection: "close" } });
  return Number(pattern.exec(await answer.text())?.[1] ?? 0);
}

test("nothing that a sender does on its connection ends the gateway, or is held when it has gone", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(sender, { minLength: 8, maxLength: 8 }), async (senders) => {
      await Promise.all(senders.map(send));
      const answer = await fetch(`${gateway.url}/events/webhook/demo/echo`, { method: "POST", body: "[1]" });
      expect([answer.status, await answer.text(), gateway.child.exitCode]).toEqual([200, "[1]", null]);
    }),
    { numRuns: 40, interruptAfterTimeLimit: 40_000, endOnFailure: true },
  );
  // The socket of whoever asks is one.
  const sockets = (): Promise<number> => metric(/^nodejs_active_resources\{type="TCPSocketWrap"\} (\d+)$/m);
  await expect.poll(sockets, { timeout: 15_000, interval: 100 }).toBeLessThanOrEqual(2);
  expect(await metric(/^gtc_inflight_bytes (\d+)$/m)).toBe(0);
}, 90_000);
