/** Senders that hold on to a connection without using it, at the real process: what they held is given back. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startGtc, type RunningGateway } from "../support/gtc-process.ts";
import { createTestBundle, type TestBundle } from "../support/test-bundle.ts";

const ECHO = `
nodes: [{ id: answer, type: http_response, config: { body: "{{event.payload}}" } }]
triggers: [{ type: event, event_type: echo }]
`;
/** More than the buffers of both sides take. */
const LONG = JSON.stringify("x".repeat(12_000_000));

let bundle: TestBundle;
let gateway: RunningGateway;

beforeAll(async () => {
  bundle = await createTestBundle({ "echo.ygtc": ECHO });
  await bundle.write("gtc.yaml", "request_timeout: 1s\nheaders_timeout: 500ms\nanswer_deadline: 6s\n");
  gateway = await startGtc(bundle.folder);
});
afterAll(async () => {
  gateway.child.kill("SIGKILL");
  await bundle.remove();
});

/** A connection that reads nothing and is never closed by this side. */
async function open(text: string): Promise<Socket> {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
  socket.on("error", () => undefined);
  await once(socket, "connect");
  socket.write(text);
  return socket;
}

/** How many sockets the gateway has open, beside that of who asks. */
async function openSockets(): Promise<number> {
  const text = await (await fetch(`${gateway.adminUrl}/metrics`, { headers: { connection: "close" } })).text();
  return Number(/^nodejs_active_resources\{type="TCPSocketWrap"\} (\d+)$/m.exec(text)?.[1] ?? 0) - 1;
}

const head = (type: string, bytes: number): string =>
  `POST /events/webhook/demo/${type} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${bytes}\r\n\r\n`;

test.each([
  ["does not read its answer", head("echo", LONG.length) + LONG],
  ["has sent nothing", ""],
  ["has sent half of its headers", "POST /events/webhook/demo/echo HTTP/1.1\r\n"],
  ["has sent half of its body", `${head("echo", 10)}{}`],
  ["takes the port for a proxy", "CONNECT example.com:443 HTTP/1.1\r\nhost: example.com\r\n\r\n"],
  ["speaks no HTTP", "HELO\r\n"],
])(
  "a sender that %s and stays holds nothing for long",
  async (_what, text) => {
    const before = await openSockets();
    const socket = await open(text);
    try {
      await expect.poll(openSockets, { timeout: 5000, interval: 50 }).toBe(before + 1);
      await expect.poll(openSockets, { timeout: 30_000, interval: 250 }).toBe(before);
    } finally {
      socket.destroy();
    }
  },
  40_000,
);

test("a sender that takes the port for a proxy and resets the connection does not end the gateway", async () => {
  for (let n = 0; n < 30; n++) {
    const socket = await open("CONNECT example.com:443 HTTP/1.1\r\nhost: example.com\r\n\r\n");
    // Before, while and after it is answered.
    if (n % 3 === 1) await new Promise((resolve) => setImmediate(resolve));
    if (n % 3 === 2) await once(socket, "readable");
    socket.resetAndDestroy();
  }
  expect((await fetch(`${gateway.adminUrl}/healthz`)).status).toBe(200);
  expect(gateway.child.exitCode).toBeNull();
});
