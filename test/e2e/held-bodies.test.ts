/** Bodies do not stay in memory behind what `max_inflight_bytes` counts, whatever their connection does after it has sent them. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestBundle, type TestBundle } from "../support/test-bundle.ts";
import { TestGateway } from "../support/test-gateway.ts";

const MIB = 1024 * 1024;
const BODY = Buffer.alloc(4 * MIB, "x");
const BODIES = 10;

let bundle: TestBundle;
let gateway: TestGateway;
const sockets: Socket[] = [];
beforeAll(async () => {
  setFlagsFromString("--expose-gc");
  const signatures = { signed: { header: "x-sig", algorithm: "sha256", secret: "a secret of some length" } };
  bundle = await createTestBundle({}, { signatures });
  gateway = await TestGateway.start(bundle);
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await gateway[Symbol.asyncDispose]();
  await bundle.remove();
});

async function open(): Promise<Socket> {
  const { host, port } = gateway.gateway.addresses.webhook;
  const socket = connect(port, host);
  sockets.push(socket);
  await once(socket, "connect");
  return socket;
}

function post(socket: Socket, type: string): void {
  socket.write(`POST /events/webhook/demo/${type} HTTP/1.1\r\nhost: x\r\ncontent-length: ${BODY.length}\r\n\r\n`);
  socket.write(BODY);
}

/** MiB that bodies take. */
function held(): number {
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().arrayBuffers / MIB;
}

test.each([
  ["was stored", "any", 202],
  ["was refused", "signed", 401],
])("an idle connection does not hold the body that %s", async (_what, type, status) => {
  const before = held();
  for (let n = 0; n < BODIES; n++) {
    const socket = await open();
    post(socket, type);
    const [answer] = (await once(socket, "data")) as [Buffer];
    expect(answer.toString()).toContain(`HTTP/1.1 ${status}`);
  }
  await expect.poll(() => held() - before).toBeLessThan(BODIES);
});
