/** A request whose body is not all there: what it takes of the room for bodies stays taken. */
import { once } from "node:events";
import { connect } from "node:net";
import { expect } from "vitest";
import type { TestGateway } from "./test-gateway.ts";

/** A quarter of this four times a second is a pace at which a body does not have to give way. */
const TRICKLE_BYTES_PER_SECOND = 128 * 1024;

/**
 * Resolves once the gateway holds `bytes` of it; `isHeld` asks whether it does. The function sends the rest and waits for the
 * answer. Who needs it for more than a moment lets some `seconds` of it come on slowly: a body that stands still gives way.
 */
export async function holdBody(
  gateway: TestGateway,
  bytes: number,
  isHeld: () => Promise<boolean>,
  seconds = 0,
): Promise<() => Promise<void>> {
  const socket = connect(Number(new URL(gateway.url).port), "127.0.0.1");
  const head = ["POST /events/webhook/demo/held HTTP/1.1", "host: h", "content-type: text/plain"];
  let left = seconds * TRICKLE_BYTES_PER_SECOND + 1;
  socket.write(`${[...head, `content-length: ${bytes + left}`].join("\r\n")}\r\n\r\n${"x".repeat(bytes)}`);
  const trickle = setInterval(() => {
    const next = Math.min(left - 1, TRICKLE_BYTES_PER_SECOND / 4);
    if (next > 0) socket.write("x".repeat(next));
    left -= next;
  }, 250);
  await expect.poll(isHeld, { timeout: 30_000 }).toBe(true);
  return async () => {
    clearInterval(trickle);
    socket.write("x".repeat(left));
    await once(socket, "data");
    socket.destroy();
  };
}
