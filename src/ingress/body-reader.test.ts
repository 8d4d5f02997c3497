/** What is held of a body, at a real server. */
import { once } from "node:events";
import { createServer, request, type IncomingMessage } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { expect, test } from "vitest";
import { systemClock } from "../base/index.ts";
import { readBody, type ReadBody } from "./body-reader.ts";
import { InflightBytes } from "./inflight-bytes.ts";

test("a request that waits for its answer does not hold its body", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const client = request({ port: (server.address() as AddressInfo).port, method: "POST" });
  client.on("error", () => undefined);
  client.end("x".repeat(500));
  const [held] = (await once(server, "request")) as [IncomingMessage];
  const read = new WeakRef(
    await readBody(held, { maxBytes: 1000, saidBytes: 0 }, new InflightBytes(1000, systemClock)),
  );
  expect(read.deref()).toMatchObject({ ok: true });
  const isHeld = (): boolean => {
    collect();
    return read.deref() !== undefined;
  };
  await expect.poll(isHeld).toBe(false);
  expect(held.complete).toBe(true);
  server.closeAllConnections();
  server.close();
});

/** A server that reads bodies of at most 1000 bytes and answers with what became of them, by a clock that the test sets. */
async function readingServer(maxInflight: number) {
  let now = 0;
  const inflight = new InflightBytes(maxInflight, { monotonic: () => now });
  const seen: number[] = [];
  const reads: Promise<void>[] = [];
  const server = createServer((incoming, response) => {
    incoming.on("data", () => seen.push(inflight.bytes));
    const saidBytes = Number(incoming.headers["content-length"] ?? 0);
    const answer = async (read: ReadBody): Promise<void> => {
      await new Promise((resolve) => setImmediate(resolve));
      if (read.ok) read.release();
      response.shouldKeepAlive = false;
      response.end(read.ok ? "read" : read.because);
    };
    reads.push(readBody(incoming, { maxBytes: 1000, saidBytes }, inflight).then(answer));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  return {
    inflight,
    seen,
    port,
    setTime: (ms: number) => void (now = ms),
    /** Ends every connection and resolves when all that was read is settled. */
    end: async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await Promise.all(reads);
    },
  };
}

const CRLF = "\r\n";

test.each([
  ["says how long it is", `content-length: 900${CRLF}${CRLF}`],
  ["comes in chunks", `transfer-encoding: chunked${CRLF}${CRLF}12c${CRLF}`],
])("a body that %s and stands still after its first piece gives its room to others", async (_what, head) => {
  const server = await readingServer(500);
  const still = connect(server.port, "127.0.0.1");
  still.write(`POST / HTTP/1.1${CRLF}host: h${CRLF}${head}${"x".repeat(300)}`);
  await expect.poll(() => server.inflight.bytes).toBe(300);
  server.setTime(2000);
  const other = request({ port: server.port, method: "POST" }).end("y".repeat(400));
  const [response] = (await once(other, "response")) as [IncomingMessage];
  expect(String(await once(response, "data"))).toBe("read");
  expect(String(await once(still, "data"))).toContain("too-slow");
  await server.end();
});

/** What a sender does with its connection, one after the other. */
const deed = fc.oneof(
  { weight: 6, arbitrary: fc.record({ send: fc.integer({ min: 1, max: 400 }) }) },
  { weight: 2, arbitrary: fc.constant("finish" as const) },
  { weight: 1, arbitrary: fc.constantFrom("leave" as const, "reset" as const, "end" as const) },
  { weight: 2, arbitrary: fc.record({ wait: fc.integer({ min: 0, max: 3000 }) }) },
);

test("whatever senders do, no more is in flight than may be, and nothing when they are gone", async () => {
  const property = fc.asyncProperty(
    fc.array(fc.tuple(fc.nat(5), deed), { minLength: 5, maxLength: 40 }),
    async (deeds) => {
      const server = await readingServer(1500);
      const senders = Array.from({ length: 6 }, () => {
        const socket = connect({ port: server.port, host: "127.0.0.1", allowHalfOpen: true });
        socket.on("error", () => undefined).resume();
        socket.write(`POST / HTTP/1.1${CRLF}host: h${CRLF}transfer-encoding: chunked${CRLF}${CRLF}`);
        return socket;
      });
      let time = 0;
      for (const [index, what] of deeds) {
        const socket = senders[index]!;
        if (what === "finish") socket.write(`0${CRLF}${CRLF}`);
        else if (what === "leave") socket.destroy();
        else if (what === "reset") socket.resetAndDestroy();
        else if (what === "end") socket.end();
        else if ("wait" in what) server.setTime((time += what.wait));
        else if (socket.writable) socket.write(`${what.send.toString(16)}${CRLF}${"z".repeat(what.send)}${CRLF}`);
        await new Promise((resolve) => setImmediate(resolve));
      }
      for (const socket of senders) socket.destroy();
      await server.end();
      expect(server.inflight.bytes).toBe(0);
      expect(server.seen.filter((bytes) => bytes < 0 || bytes > 1500)).toEqual([]);
    },
  );
  await fc.assert(property, { numRuns: 60 });
}, 30_000);
