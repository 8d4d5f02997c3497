/** Bytes over a socket of their own, as no HTTP client would send them. */
import { connect } from "node:net";

interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * Sends the text as it is (one byte per character) and returns all that came back until the connection was closed.
 * `thenEnds`: says that it will send no more.
 */
export async function exchangeRaw({ host, port }: Address, text: string, { thenEnds = false } = {}): Promise<Buffer> {
  const socket = connect(port, host);
  if (thenEnds) socket.end(text, "latin1");
  else socket.write(text, "latin1");
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
