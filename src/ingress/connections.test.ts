/** What an open connection holds, at a real server. */
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { systemClock } from "../base/index.ts";
import { Connections } from "./connections.ts";

test("an idle connection holds nothing of the requests that were answered on it", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const server = createServer({ keepAliveTimeout: 60_000 });
  const connections = new Connections(server, { most: 100, clock: systemClock, onFull: () => undefined });
  const answered: WeakRef<ServerResponse>[] = [];
  server.on("request", (_request, response: ServerResponse) => {
    connections.owe(response);
    answered.push(new WeakRef(response));
    response.end("x");
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  for (let requests = 1; requests <= 2; requests++) {
    socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    await once(socket, "data");
  }
  const held = (): number => {
    collect();
    return answered.filter((response) => response.deref() !== undefined).length;
  };
  await expect.poll(held).toBe(0);
  expect(answered).toHaveLength(2);
  socket.destroy();
  server.close();
});

test("for one connection too many, those that have been idle longest go; where none is idle, the new one", async () => {
  const server = createServer({ keepAliveTimeout: 60_000 });
  let timesFull = 0;
  const connections = new Connections(server, { most: 3, clock: systemClock, onFull: () => timesFull++ });
  const underWay: ServerResponse[] = [];
  server.on("request", (request, response: ServerResponse) => {
    connections.owe(response);
    if (request.url === "/wait") underWay.push(response);
    else response.end("x");
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const open = async (path: string): Promise<Socket> => {
    const taken = once(server, "connection");
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => undefined);
    await taken;
    await ask(socket, path);
    return socket;
  };
  const ask = async (socket: Socket, path: string): Promise<void> => {
    const arrived = once(server, "request");
    socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`);
    await arrived;
    if (path !== "/wait") await once(socket, "data");
  };
  const [first, second, third] = [await open("/"), await open("/"), await open("/wait")];
  await ask(first, "/");
  const gone = once(second, "close");
  const fourth = await open("/wait");
  await gone;
  await ask(first, "/wait");
  const refused = connect(port, "127.0.0.1");
  refused.on("error", () => undefined);
  await once(refused, "close");
  expect(timesFull).toBe(2);
  expect([first, third, fourth].map(({ destroyed }) => destroyed)).toEqual([false, false, false]);
  for (const response of underWay) response.end("x");
  await Promise.all([first, third, fourth].map((socket) => once(socket, "data")));
  for (const socket of [first, third, fourth]) socket.destroy();
  server.close();
});

test("where none is idle, those go whose requests hardly come on; not those that wait for their answers", async () => {
  let now = 0;
  const server = createServer();
  const connections = new Connections(server, { most: 3, clock: { monotonic: () => now }, onFull: () => undefined });
  const underWay: ServerResponse[] = [];
  server.on("request", (request, response: ServerResponse) => {
    connections.owe(response);
    request.resume();
    underWay.push(response);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const open = (): Socket => {
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    return socket.on("error", () => undefined);
  };
  const send = async (bytes: number, sent: number): Promise<Socket> => {
    const arrived = once(server, "request");
    const socket = open();
    socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${bytes}\r\n\r\n${"x".repeat(sent)}`);
    await arrived;
    return socket;
  };
  const [whole, stalled, quick] = [await send(2, 2), await send(1_000_000, 1), await send(1_000_000, 500_000)];
  await expect.poll(() => underWay[2]!.req.socket.bytesRead).toBeGreaterThan(500_000);
  for (const ms of [4900, 4999]) {
    now = ms;
    await once(open(), "close");
  }
  now = 5000;
  const gone = once(stalled, "close");
  const next = await send(2, 2);
  await gone;
  expect([whole, quick, next].map(({ destroyed }) => destroyed)).toEqual([false, false, false]);
  for (const socket of [whole, quick, next]) socket.destroy();
  server.close();
});
