/** A request whose body is all there but its last byte: what it takes of the room for bodies stays taken. */
import { once } from "node:events";
import { connect } from "node:net";
import { expect } from "vitest";
import type { TestGateway } from "./test-gateway.ts";

/** Resolves once the gateway holds `bytes` of it; `isHeld` asks whether it does. The function sends the last byte and waits for the answer. */
export async function holdBody(
  gateway: TestGateway,
  bytes: number,
  isHeld: () => Promise<boolean>,
): Promise<() => Promise<void>> {
  const socket = connect(Number(new URL(gateway.url).port), "127.0.0.1");
  const head = ["POST /events/webhook/demo/held HTTP/1.1", "host: h", "content-type: text/plain"];
  socket.write(`${[...head, `content-length: ${bytes + 1}`].join("\r\n")}\r\n\r\n${"x".repeat(bytes)}`);
  await expect.poll(isHeld, { timeout: 30_000 }).toBe(true);
  return async () => {
    socket.write("x");
    await once(socket, "data");
    socket.destroy();
  };
}
