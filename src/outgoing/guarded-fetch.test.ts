import { createServer } from "node:net";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { createGuardedFetch, isPublicAddress } from "./guarded-fetch.ts";

const never = new AbortController().signal;

test.each([
  "127.0.0.1",
  "10.1.2.3",
  "172.31.0.1",
  "192.168.1.1",
  "169.254.169.254",
  "100.64.0.1",
  "0.0.0.0",
  "224.0.0.1",
  "255.255.255.255",
  "::1",
  "::",
  "fe80::1",
  "fd00::1",
  "ff02::1",
  "::ffff:10.0.0.1",
  "2002:7f00:1::",
])("%s is inside", (address) => expect(isPublicAddress(address)).toBe(false));

test.each(["8.8.8.8", "52.95.110.1", "2600:1f18::1", "::ffff:8.8.8.8"])("%s is public", (address) =>
  expect(isPublicAddress(address)).toBe(true),
);

test("a name that leads inside is not connected to, whatever else it leads to", async () => {
  const server = createServer();
  let connections = 0;
  server.on("connection", (socket) => {
    connections += 1;
    socket.destroy();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const resolve = async (): Promise<string[]> => ["8.8.8.8", "127.0.0.1"];
  await expect(createGuardedFetch({ resolve })(`https://keys.example:${port}/jwks`, never)).rejects.toThrow(
    "no address of the public internet",
  );
  await expect(createGuardedFetch()(`https://127.0.0.1:${port}/jwks`, never)).rejects.toThrow(
    "no address of the public internet",
  );
  await expect(createGuardedFetch()(`https://[::1]:${port}/jwks`, never)).rejects.toThrow(
    "no address of the public internet",
  );
  server.close();
  expect(connections).toBe(0);
});

test("only https is fetched", async () => {
  await expect(createGuardedFetch()("http://keys.example/jwks", never)).rejects.toThrow("only https");
});
