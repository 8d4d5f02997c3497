/** What is held of a body, at a real server. */
import { once } from "node:events";
import { createServer, request, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { systemClock } from "../base/index.ts";
import { readBody } from "./body-reader.ts";
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
  const read = new WeakRef(await readBody(held, 1000, new InflightBytes(1000, systemClock)));
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
