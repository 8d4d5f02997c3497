/** SIGTERM to the real process, with all that can be under way: it ends with 0 within its grace, and nothing that was acknowledged is lost. */
import { once } from "node:events";
import { mkdir, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runGtc } from "../support/run-gtc.ts";
import { startGtc, type RunningGateway } from "../support/gtc-process.ts";
import { createTestBundle, type TestBundle } from "../support/test-bundle.ts";

const GRACE_MS = 3000;
/** The process itself needs a moment to close its files. */
const END_MS = 4000;

const FLOWS = {
  "quick.ygtc": `
nodes: [{ id: answer, type: http_response, config: { body: hello } }]
triggers: [{ type: event, event_type: quick }]
`,
  "echo.ygtc": `
nodes: [{ id: answer, type: http_response, config: { body: "{{event.payload}}" } }]
triggers: [{ type: event, event_type: echo }]
`,
  // Longer than the grace, and it answers only after it.
  "endless.ygtc": `
config: { timeout: 60s }
nodes:
  - { id: spin, type: script, config: { script: "let a = []; for i in 0..200000 { a.push((i * 7919) % 100003); } a.sort(); a.len()" }, next: again }
  - id: again
    type: branch
    config: { conditions: [{ expression: "payload.enough == true", next: answer }], default: spin }
  - { id: answer, type: http_response, config: { body: late } }
triggers: [{ type: event, event_type: endless }]
`,
};

let bundle: TestBundle;
let gateway: RunningGateway;
const sockets: Socket[] = [];

beforeEach(async () => {
  bundle = await createTestBundle(FLOWS);
  await bundle.write("gtc.yaml", `shutdown_grace: ${GRACE_MS}ms\nanswer_deadline: 30s\n`);
  gateway = await startGtc(bundle.folder);
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  gateway.child.kill("SIGKILL");
  await bundle.remove();
});

/** A connection; `received` waits until what came matches. */
async function open(): Promise<{ socket: Socket; received: (wanted: RegExp) => Promise<string> }> {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  sockets.push(socket);
  socket.on("error", () => undefined);
  await once(socket, "connect");
  let text = "";
  socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const received = async (wanted: RegExp): Promise<string> => {
    while (!wanted.test(text))
      if (socket.closed) ended(text);
      else await Promise.race([once(socket, "data"), once(socket, "close").then(() => ended(text))]);
    return text;
  };
  return { socket, received };
}

function ended(text: string): never {
  throw new Error(`The connection ended behind ${JSON.stringify(text)}.`);
}

const post = (type: string, body = "{}"): string =>
  `POST /events/webhook/demo/${type} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;

/** Sends the signal and waits for the end. Returns the exit code and how long it took. */
async function terminate(): Promise<{ code: number | null; tookMs: number }> {
  const since = performance.now();
  const code = await gateway.stop();
  return { code, tookMs: performance.now() - since };
}

const statusOf = async (): Promise<unknown[]> =>
  (await runGtc(["events", "list", "--json"], { cwd: bundle.folder })).lines.map(({ status }) => status);

test("idle connections, also those that never sent a byte, hold nothing up", async () => {
  const used = await open();
  used.socket.write(post("quick"));
  await used.received(/hello$/);
  await open();
  const { code, tookMs } = await terminate();
  expect(code).toBe(0);
  expect(tookMs).toBeLessThan(GRACE_MS);
});

/** Stops the gateway while all of a request but its last byte is there. */
async function stopWhileOneIsHalfThere(): Promise<{
  readonly stopping: ReturnType<typeof terminate>;
  readonly sendRest: () => void;
  readonly received: Awaited<ReturnType<typeof open>>["received"];
}> {
  const { socket, received } = await open();
  const request = post("quick");
  socket.write(request.slice(0, -1));
  // The gateway has seen it once it answers another that came later.
  const other = await open();
  other.socket.write(post("quick"));
  await other.received(/hello$/);
  const stopping = terminate();
  await once(other.socket, "close");
  return { stopping, sendRest: () => void socket.write(request.slice(-1)), received };
}

test("a request that is half there has the grace to come, and is answered when it does", async () => {
  const { stopping, sendRest, received } = await stopWhileOneIsHalfThere();
  sendRest();
  expect(await received(/hello$/)).toMatch(/^HTTP\/1\.1 200[^]*connection: close/i);
  expect(await stopping).toMatchObject({ code: 0 });
});

test("while it drains it is alive and not ready, so that a balancer stops sending", async () => {
  const { stopping, sendRest, received } = await stopWhileOneIsHalfThere();
  const ready = await fetch(`${gateway.adminUrl}/readyz`);
  expect([ready.status, await ready.json()]).toEqual([503, { status: "stopping" }]);
  expect((await fetch(`${gateway.adminUrl}/healthz`)).status).toBe(200);
  sendRest();
  await received(/hello$/);
  expect(await stopping).toMatchObject({ code: 0 });
});

test("while it drains, commands ask it as before: the log is still its own", async () => {
  await gateway.stop();
  await bundle.write("gtc.yaml", "shutdown_grace: 60s\n");
  gateway = await startGtc(bundle.folder);
  const { stopping, sendRest, received } = await stopWhileOneIsHalfThere();
  const listed = await runGtc(["events", "list", "--json"], { cwd: bundle.folder });
  expect(listed).toMatchObject({ exitCode: 0, stderr: "" });
  expect(listed.lines).toMatchObject([{ status: "done" }]);
  sendRest();
  await received(/hello$/);
  expect(await stopping).toMatchObject({ code: 0 });
  expect(await statusOf()).toEqual(["done", "done"]);
});

test("a state/gateway.json that cannot be removed is told, and all else is closed as ever", async () => {
  const file = join(bundle.folder, "state", "gateway.json");
  await rm(file);
  // As by a disk that the system made read-only meanwhile.
  await mkdir(join(file, "in-the-way"), { recursive: true });
  expect(await gateway.stop()).toBe(0);
  expect(gateway.output()).toContain("removing state/gateway.json");
});

test("an answer that is given leaves whole, however slowly it is read", async () => {
  const { socket } = await open();
  let bytesRead = 0;
  socket.on("data", ({ length }: Buffer) => (bytesRead += length));
  socket.pause();
  // More than the buffers of both sides take.
  const long = "x".repeat(12_000_000);
  socket.write(post("echo", JSON.stringify(long)));
  await expect.poll(() => gateway.output(), { timeout: 20_000 }).toMatch(/"status":200/);
  const stopping = terminate();
  await expect.poll(() => gateway.output()).toContain("Stopping");
  // It has stopped listening by then, and has closed what is idle.
  await expect.poll(() => fetch(`${gateway.url}/`).then(String, () => "closed")).toBe("closed");
  socket.resume();
  await once(socket, "close");
  expect(bytesRead).toBeGreaterThan(long.length);
  expect(await stopping).toMatchObject({ code: 0 });
});

test("a reader that resets its connection in the middle of its answer does not disturb the stop", async () => {
  const { socket } = await open();
  socket.pause();
  socket.write(post("echo", JSON.stringify("x".repeat(12_000_000))));
  await expect.poll(() => gateway.output(), { timeout: 20_000 }).toMatch(/"status":200/);
  const stopping = terminate();
  await expect.poll(() => gateway.output()).toContain("Stopping");
  await expect.poll(() => fetch(`${gateway.url}/`).then(String, () => "closed")).toBe("closed");
  socket.resetAndDestroy();
  expect(await stopping).toMatchObject({ code: 0 });
  expect(gateway.output()).not.toMatch(/ECONNRESET|"level":"error"/);
});

test("a request whose rest never comes is cut at the end of the grace", async () => {
  const { socket } = await open();
  socket.write(post("quick").slice(0, -1));
  const { socket: headersOnly } = await open();
  headersOnly.write("POST /events/webhook/demo/quick HTTP/1.1\r\nhost: x\r\n");
  const other = await open();
  other.socket.write(post("quick"));
  await other.received(/hello$/);
  const { code, tookMs } = await terminate();
  expect(code).toBe(0);
  expect(tookMs).toBeLessThan(GRACE_MS + END_MS);
  expect(await statusOf()).toEqual(["done"]);
});

test("who waits for a flow that outlasts the grace gets 202, and the run goes on at the next start", async () => {
  const { socket, received } = await open();
  socket.write(post("endless"));
  // The gateway has seen it once it answers another that came later; before, it may be closed unread.
  const other = await open();
  other.socket.write(post("quick"));
  await other.received(/hello$/);
  const { code, tookMs } = await terminate();
  expect(await received(/event_id/)).toMatch(/^HTTP\/1\.1 202/);
  expect(code).toBe(0);
  expect(tookMs).toBeLessThan(GRACE_MS + END_MS);
  expect(await statusOf()).toEqual(["done", "received"]);
});

test.each(["SIGINT", "SIGTERM"] as const)(
  "a %s that comes several times at once, as from a terminal and npm, is one",
  async (signal) => {
    const { stopping, sendRest, received } = await stopWhileOneIsHalfThere();
    for (let count = 0; count < 3; count++) gateway.child.kill(signal);
    sendRest();
    expect(await received(/hello$/)).toMatch(/^HTTP\/1\.1 200/);
    expect(await stopping).toMatchObject({ code: 0 });
  },
);

test("a second SIGTERM ends the grace", async () => {
  const { socket, received } = await open();
  socket.write(post("endless"));
  const other = await open();
  other.socket.write(post("unmatched"));
  await other.received(/event_id/);
  const stopping = terminate();
  await once(other.socket, "close");
  // At once it would be taken for the first.
  await delay(600);
  gateway.child.kill("SIGTERM");
  const { code, tookMs } = await stopping;
  expect(code).toBe(0);
  expect(tookMs).toBeLessThan(GRACE_MS);
  expect(await received(/event_id/)).toMatch(/^HTTP\/1\.1 202/);
});
