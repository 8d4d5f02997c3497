/**
 * The connections of the webhook port, each with the requests on it that are not answered yet: more than one where a sender
 * pipelines. It costs nothing per request but a look at the last one.
 */
import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

export class Connections {
  readonly #open = new Map<Socket, ServerResponse[]>();

  /** Follows the connections of a server from now on. */
  constructor(server: Server) {
    server.on("connection", (socket: Socket) => {
      this.#open.set(socket, []);
      socket.once("close", () => this.#open.delete(socket));
    });
  }

  /** Notes that a request has arrived whose answer is owed. */
  owe(response: ServerResponse): void {
    const owed = this.#open.get(response.req.socket);
    // Answers leave in the order of their requests.
    while (owed?.[0]?.writableFinished === true) owed.shift();
    owed?.push(response);
  }

  /** The last answer that a connection still owes to a whole request; undefined when it owes none. */
  answerAhead(socket: Socket): ServerResponse | undefined {
    return this.#open.get(socket)?.findLast((response) => response.req.complete && !response.closed);
  }

  /** Connections that have not sent a byte: for node they are not idle, and it would wait for them for ever. */
  silent(): readonly Socket[] {
    return [...this.#open.keys()].filter(({ bytesRead }) => bytesRead === 0);
  }
}
