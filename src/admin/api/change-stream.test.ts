/** The stream over real sockets, with short limits: viewers that read slowly, not at all, rarely, or come again late. */
import { createServer, get, IncomingMessage, ServerResponse, type Server } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Duplex } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import type { Envelope } from "../../event/index.ts";
import type { EventLog, Refusal } from "../../event-log/index.ts";
import { openEmbeddedLog } from "../../event-log/embedded/index.ts";
import { createMemoryLog } from "../../event-log/memory/index.ts";
import { ChangeStream, type StreamLimits } from "./change-stream.ts";

const LIMITS: StreamLimits = { maxViewers: 3, mostChanges: 50, restMs: 1, heartbeatMs: 20, maxStallMs: 60_000 };
const START_MS = Date.UTC(2026, 10, 24);

const releases: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release();
});

interface Served {
  readonly log: EventLog;
  readonly port: number;
  /** The answers as the server has them, in the order in which they were asked for. */
  readonly responses: ServerResponse[];
  readonly stream: ChangeStream;
}

async function serve(limits: Partial<StreamLimits> = {}, log: EventLog = createMemoryLog()): Promise<Served> {
  const source = { log, queries: log.queries, maskPaths: [], bundle: () => ({ sources: [] }) };
  const stream = new ChangeStream(source, { ...LIMITS, ...limits });
  const responses: ServerResponse[] = [];
  const served: Promise<void>[] = [];
  const server: Server = createServer((request, response) => {
    responses.push(response);
    served.push(stream.serve(request, response, {}));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  releases.push(async () => {
    stream[Symbol.dispose]();
    server.closeAllConnections();
    await Promise.allSettled(served);
    await new Promise((resolve) => server.close(resolve));
    await log[Symbol.asyncDispose]();
  });
  return { log, port: (server.address() as AddressInfo).port, responses, stream };
}

/** A viewer that reads only when it is told to. */
class Viewer {
  readonly #answer: IncomingMessage;
  #text = "";
  lastId = "";

  private constructor(answer: IncomingMessage) {
    this.#answer = answer.setEncoding("utf8");
  }

  static async connect(port: number, lastEventId?: string): Promise<Viewer> {
    const headers = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = get({ port, host: "127.0.0.1", headers, agent: false }, resolve);
      request.on("error", reject);
      releases.push(() => void request.destroy());
    });
    const viewer = new Viewer(answer);
    await viewer.next();
    return viewer;
  }

  /** The next block of lines; undefined when the stream is over. */
  async next(): Promise<string | undefined> {
    for (;;) {
      const end = this.#text.indexOf("\n\n");
      if (end >= 0) {
        const block = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        this.lastId = /^id: (.*)$/m.exec(block)?.[1] ?? this.lastId;
        return block;
      }
      const chunk = (this.#answer.read() as string | null) ?? (await this.#more());
      if (chunk === undefined) return undefined;
      this.#text += chunk;
    }
  }

  /** Messages with data, until one of which this holds, or the end. */
  async messages(isLast: (message: Message) => boolean = () => false): Promise<readonly Message[]> {
    const messages: Message[] = [];
    for (let block = await this.next(); block !== undefined; block = await this.next()) {
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (data === undefined) continue;
      const message = JSON.parse(data) as Message;
      messages.push(message);
      if (isLast(message)) break;
    }
    return messages;
  }

  async #more(): Promise<string | undefined> {
    const events = ["readable", "end", "close", "error"];
    await new Promise<void>((resolve) => {
      const done = (): void => {
        for (const event of events) this.#answer.off(event, done);
        resolve();
      };
      for (const event of events) this.#answer.on(event, done);
    });
    const chunk = this.#answer.read() as string | null;
    if (chunk !== null) return chunk;
    return this.#answer.readableEnded || this.#answer.destroyed ? undefined : "";
  }
}

interface Message {
  readonly type: string;
  readonly event?: { readonly id: string };
  readonly refusal?: { readonly id: string };
}

/** An event whose row is so large: rows carry the sender's id of the delivery. */
function event(number: number, rowBytes = 10): Envelope {
  return {
    id: `01900000-0000-7000-8000-${String(number).padStart(12, "0")}`,
    tenant: "demo",
    eventType: "x",
    receivedAtMs: START_MS + number,
    method: "POST",
    target: "/",
    headers: [],
    remoteAddress: "",
    rawBody: new Uint8Array(),
    verdict: { status: "unsigned" },
    dedupe: { value: `${number}-${"x".repeat(rowBytes)}`, source: "header:x", signed: false },
  };
}

function refusal(number: number): Refusal {
  const { id, tenant, eventType, method, target, headers, remoteAddress, receivedAtMs } = event(number);
  const why = { status: 401, reason: "signature_mismatch", detail: "", hint: "" };
  const body = { bodyBytes: 1, bodyStart: Buffer.from("x") };
  return { id, tenant, eventType, method, target, headers, remoteAddress, receivedAtMs, ...why, ...body };
}

async function append(log: EventLog, from: number, to: number, rowBytes?: number): Promise<readonly string[]> {
  const envelopes = Array.from({ length: to - from }, (_, index) => event(from + index, rowBytes));
  for (const envelope of envelopes) await log.append({ envelope, runs: [] });
  return envelopes.map(({ id }) => id);
}

const idsIn = (messages: readonly Message[]): readonly string[] =>
  messages.flatMap(({ event: told }) => told?.id ?? []);

test("for a viewer that reads slowly little waits in memory, and it gets everything in its order", async () => {
  const { log, port, responses } = await serve();
  const viewer = await Viewer.connect(port);
  const rowBytes = 40_000;
  const ids = await append(log, 0, 400, rowBytes);
  while (responses[0]?.writableNeedDrain !== true) await nextTurn();
  expect(responses[0].writableLength).toBeLessThan(4 * rowBytes);
  // Nobody waits for it: others are served meanwhile.
  const other = await Viewer.connect(port, "0");
  expect(idsIn(await other.messages(({ event: told }) => told?.id === ids.at(-1)))).toEqual(ids);
  expect(responses[0].writableLength).toBeLessThan(4 * rowBytes);
  const messages = await viewer.messages(({ event: told }) => told?.id === ids.at(-1));
  expect(idsIn(messages)).toEqual(ids);
  expect(messages.map(({ type }) => type)).not.toContain("gap");
});

test("one that does not read at all is cut off, and misses nothing when it comes again", async () => {
  const { log, port, responses } = await serve({ maxStallMs: 50 });
  const viewer = await Viewer.connect(port);
  const ids = await append(log, 0, 400, 40_000);
  const cut = responses[0];
  if (cut?.destroyed === false) await new Promise((resolve) => cut.once("close", resolve));
  const messages = [...(await viewer.messages())];
  expect(messages.length).toBeLessThan(ids.length);
  // On a busy machine it may be cut off again: it comes again as a browser does.
  for (let { lastId } = viewer; idsIn(messages).at(-1) !== ids.at(-1);) {
    const again = await Viewer.connect(port, lastId);
    messages.push(...(await again.messages(({ event: told }) => told?.id === ids.at(-1))));
    lastId = again.lastId;
  }
  expect(idsIn(messages)).toEqual(ids);
  expect(messages.map(({ type }) => type)).not.toContain("gap");
});

test("one that reads none of the ids is cut off, too, though it wants nothing of what happens", async () => {
  const log = createMemoryLog();
  const source = { log, queries: log.queries, maskPaths: [], bundle: () => ({ sources: [] }) };
  using stream = new ChangeStream(source, { ...LIMITS, mostChanges: 1, restMs: 0, maxStallMs: 50 });
  // A socket that takes nothing: those of a system take megabytes first, and streams of newer Nodes more than is sent here.
  const stuck = new Duplex({ read: () => undefined, write: () => undefined, writableHighWaterMark: 16_000 }) as Socket;
  const response = new ServerResponse(new IncomingMessage(stuck));
  response.assignSocket(stuck);
  const served = stream.serve(response.req, response, { tenant: "nobody" });
  while (!response.headersSent) await nextTurn();
  await append(log, 0, 2000);
  await served;
  expect(response.destroyed).toBe(true);
  expect(response.writableLength).toBeLessThan(40_000);
});

test("while nothing happens there is a sign of life, and where nothing is wanted the id goes on", async () => {
  const { log, port } = await serve();
  const viewer = await Viewer.connect(port);
  const before = viewer.lastId;
  expect(await viewer.next()).toBe(": still here");
  await append(log, 0, 1);
  await viewer.messages(({ type }) => type === "event");
  expect(Number(viewer.lastId)).toBeGreaterThan(Number(before));
});

test("who comes again after its place in the log was dropped is told of a gap, and gets what is left", async () => {
  const folder = mkdtempSync(join(tmpdir(), "gtc-stream-"));
  releases.push(() => rmSync(folder, { recursive: true }));
  const log = await openEmbeddedLog({ folder, segmentBytes: 1000 });
  const { port } = await serve({}, log);
  const viewer = await Viewer.connect(port);
  await append(log, 0, 20);
  await viewer.messages(({ type }) => type === "event");
  expect(await log.dropBefore(START_MS + 15)).toBeGreaterThan(10);
  const left = (await log.listEvents({ limit: 100 })).events.map(({ id }) => id).reverse();
  const again = await Viewer.connect(port, viewer.lastId);
  const messages = await again.messages(({ event: told }) => told?.id === left.at(-1));
  expect(messages[0]?.type).toBe("gap");
  expect(idsIn(messages)).toEqual(left);
});

test("lists are answered while viewers are told of very many refused requests", async () => {
  const folder = mkdtempSync(join(tmpdir(), "gtc-stream-"));
  releases.push(() => rmSync(folder, { recursive: true }));
  const log = await openEmbeddedLog({ folder });
  const { port } = await serve({ mostChanges: 200 }, log);
  const place = await log.queries.latestSequence();
  for (let number = 0; number < 600; number++) log.refuse(refusal(number));
  const viewers = { areTold: false };
  const both = [1, 2].map(async () => {
    const viewer = await Viewer.connect(port, String(place));
    return viewer.messages(({ refusal: told }) => told?.id === refusal(599).id);
  });
  const told = Promise.all(both).finally(() => (viewers.areTold = true));
  while (!viewers.areTold) await log.queries.listEvents({ limit: 1 });
  expect((await told).map((messages) => messages.length)).toEqual([600, 600]);
});

test.each(["none of ours", "-1", "1.5", "9".repeat(20)])("an id that says nothing (%s) is a gap", async (id) => {
  const { log, port } = await serve();
  await append(log, 0, 3);
  const viewer = await Viewer.connect(port, id);
  const [fresh] = await append(log, 3, 4);
  const messages = await viewer.messages(({ type }) => type === "event");
  expect(messages.map(({ type }) => type)).toEqual(["gap", "event"]);
  expect(idsIn(messages)).toEqual([fresh]);
});

test("there is room for so many viewers, again when one leaves, and none keeps its place by not reading", async () => {
  const { log, port, responses, stream } = await serve({ maxStallMs: 50 });
  for (let count = 0; count < 3; count++) await Viewer.connect(port);
  expect(stream.hasRoom).toBe(false);
  await append(log, 0, 400, 40_000);
  for (const response of responses) {
    if (!response.destroyed) await new Promise((resolve) => response.once("close", resolve));
  }
  expect(stream.hasRoom).toBe(true);
});
