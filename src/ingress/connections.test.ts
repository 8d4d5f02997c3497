/** What an open connection holds, at a real server. */
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { Connections } from "./connections.ts";

test("an idle connection holds nothing of the requests that were answered on it", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const server = createServer({ keepAliveTimeout: 60_000 });
  const connections = new Connections(server);
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
