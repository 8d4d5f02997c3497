/**
 * The load generator: keep-alive connections that each send the next request when the answer to the last one is in.
 * Written here because it has to end without cutting an answer off (the log's count must equal the acknowledged
 * requests) and because on two cores a heavier client would measure itself.
 */
import { connect, type Socket } from "node:net";
import { deliveryId } from "./payloads.ts";

export interface LoadOptions {
  readonly port: number;
  readonly path: string;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly seconds: number;
  /** Over all connections; absent: as fast as the server answers. */
  readonly ratePerSecond?: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly failed: number;
  readonly firstFailure: string;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

interface Tally {
  readonly latenciesMs: number[];
  failed: number;
  firstFailure: string;
}

/** Sends for so many seconds and waits for every answer. */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const tally: Tally = { latenciesMs: [], failed: 0, firstFailure: "" };
  const startedAt = performance.now();
  const stopAt = startedAt + options.seconds * 1000;
  await Promise.all(Array.from({ length: options.connections }, () => runConnection(options, stopAt, tally)));
  const elapsedSeconds = (performance.now() - startedAt) / 1000;
  const sorted = Float64Array.from(tally.latenciesMs).sort();
  return {
    requests: sorted.length,
    failed: tally.failed,
    firstFailure: tally.firstFailure,
    requestsPerSecond: sorted.length / elapsedSeconds,
    p50Ms: sorted[Math.floor(sorted.length * 0.5)] ?? 0,
    p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
  };
}

function runConnection(options: LoadOptions, stopAt: number, tally: Tally): Promise<void> {
  const { port, connections, ratePerSecond } = options;
  const everyMs = ratePerSecond === undefined ? 0 : (1000 * connections) / ratePerSecond;
  const { bytes, idAt } = messageOf(options);
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    socket.setNoDelay(true);
    let sentAt = 0;
    let pending = "";
    const send = (): void => {
      sentAt = performance.now();
      if (sentAt >= stopAt) {
        socket.end();
        return;
      }
      // The last request has its answer: nobody reads these bytes any more.
      bytes.write(deliveryId(), idAt, "latin1");
      socket.write(bytes);
    };
    socket.on("connect", send);
    socket.on("data", (chunk: Buffer) => {
      pending += chunk.toString("latin1");
      if (!isComplete(pending)) return;
      count(pending, performance.now() - sentAt, tally);
      pending = "";
      nextAfter(socket, sentAt + everyMs, send);
    });
    socket.on("close", () => resolve());
    socket.on("error", reject);
  });
}

/** A whole request, and where in it the delivery id stands, which is another in each. */
function messageOf({ path, headers, body }: LoadOptions): { readonly bytes: Buffer; readonly idAt: number } {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${lines.join("")}content-length: ${body.length}\r\nx-github-delivery: `;
  const bytes = Buffer.concat([Buffer.from(`${head}${deliveryId()}\r\n\r\n`, "latin1"), body]);
  return { bytes, idAt: Buffer.byteLength(head, "latin1") };
}

function nextAfter(socket: Socket, dueAt: number, send: () => void): void {
  const waitMs = dueAt - performance.now();
  if (waitMs <= 0 || socket.destroyed) send();
  else setTimeout(send, waitMs);
}

/** Answers here always carry a Content-Length. */
function isComplete(answer: string): boolean {
  const headEnd = answer.indexOf("\r\n\r\n");
  const lengthAt = answer.indexOf("ontent-length: ");
  if (headEnd === -1 || lengthAt === -1) return false;
  const length = Number.parseInt(answer.slice(lengthAt + "ontent-length: ".length, headEnd), 10);
  return answer.length >= headEnd + 4 + length;
}

function count(answer: string, latencyMs: number, tally: Tally): void {
  if (answer.startsWith("HTTP/1.1 2")) {
    tally.latenciesMs.push(latencyMs);
    return;
  }
  tally.failed += 1;
  if (tally.firstFailure === "") tally.firstFailure = answer.slice(0, 300);
}
