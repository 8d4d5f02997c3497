/**
 * The connections of the webhook port, each with the requests on it that are not answered yet: more than one where a sender
 * pipelines. It costs nothing per request but a look at the last one, and one when its answer leaves.
 *
 * Invariant: there are never more than `most` of them. Where one more comes, those go that have been idle longest; where none
 * is idle, those whose request hardly comes on, which would otherwise keep all others out for as long as a request may take;
 * and where there are none, the new one: file descriptors and memory are the log's as well.
 */
import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Clock } from "../base/index.ts";
import { newLane, type Lane } from "./turns.ts";

/**
 * More than any client sends without waiting for an answer. What stands in line behind them costs more the longer the line
 * is, also in node, so that one connection with a hundred thousand small requests would hold up everyone for half a minute.
 */
const MOST_OWED = 1000;
/** Of all connections, how many go at once when there are too many: looking for them takes a look at each. */
const SHARE_THAT_GOES = 1 / 16;
/** When it is looked again after none could go: with ten thousand of them a look takes a millisecond, and anybody can connect. */
const LOOK_AGAIN_MS = 100;
/** No request hardly comes on before that. */
const PATIENCE_MS = 5000;
/** Services that send webhooks are far above it. */
const SLOW_BYTES_PER_SECOND = 64 * 1024;

interface Connection {
  /** Answers that have not left, in the order of their requests. */
  readonly owed: ServerResponse[];
  /** Forgets those that have left: each holds its request, and an idle connection may stay for long. */
  readonly hasLeft: () => void;
  readonly lane: Lane;
  /** A larger number: something happened on it later. */
  usedAt: number;
  /** When its last request began, of the monotonic clock. */
  askedAt: number;
  /** One of its requests is its last: what comes behind that is no request (RFC 9112 section 9.6). */
  isEnding: boolean;
  /** It has sent as many requests as may stand in line. */
  isFull: boolean;
  isPausing: boolean;
}

function newConnection(usedAt: number): Connection {
  const owed: ServerResponse[] = [];
  const hasLeft = (): void => {
    // Answers leave in the order of their requests.
    while (owed[0]?.writableFinished === true) owed.shift();
  };
  return { owed, hasLeft, lane: newLane(), usedAt, askedAt: 0, isEnding: false, isFull: false, isPausing: false };
}

export interface ConnectionsOptions {
  readonly most: number;
  readonly clock: Pick<Clock, "monotonic">;
  /** Told each time when there is one too many. */
  readonly onFull: () => void;
}

export class Connections {
  readonly #open = new Map<Socket, Connection>();
  readonly #waiting = new WeakSet<Socket>();
  readonly #options: ConnectionsOptions;
  #uses = 0;
  #keepsNone = false;
  /** Until when none of them is expected to go, of the monotonic clock. */
  #fullUntil = -Infinity;

  /** Follows the connections of a server from now on. */
  constructor(server: Server, options: ConnectionsOptions) {
    this.#options = options;
    server.on("connection", (socket: Socket) => {
      if (this.#open.size >= options.most && !this.#makeRoom()) {
        socket.destroy();
        return;
      }
      this.#open.set(socket, newConnection(++this.#uses));
      socket.once("close", () => this.#open.delete(socket));
    });
  }

  /** False: each has a request under way that came, or comes on. */
  #makeRoom(): boolean {
    const { most, clock, onFull } = this.#options;
    onFull();
    const now = clock.monotonic();
    if (now < this.#fullUntil) return false;
    const idle = [...this.#open].filter(([, { owed }]) => owed.length === 0);
    const going = idle.length > 0 ? idle : [...this.#open].filter(([socket, open]) => hardlyComes(socket, open, now));
    going.sort(([, a], [, b]) => a.usedAt - b.usedAt);
    for (const [socket] of going.slice(0, Math.ceil(most * SHARE_THAT_GOES))) {
      socket.destroy();
      this.#open.delete(socket);
    }
    if (going.length === 0) this.#fullUntil = now + LOOK_AGAIN_MS;
    return going.length > 0;
  }

  /** Notes that a request has arrived whose answer is owed. False: it came behind the connection's last, and is none. */
  owe(response: ServerResponse): boolean {
    const connection = this.#open.get(response.req.socket);
    if (connection === undefined) return true;
    if (connection.isEnding) {
      if (connection.isFull) pauseSoon(connection, response.req.socket);
      return false;
    }
    const { owed, hasLeft } = connection;
    owed.push(response);
    connection.usedAt = ++this.#uses;
    connection.askedAt = this.#options.clock.monotonic();
    response.on("finish", hasLeft);
    connection.isFull = owed.length >= MOST_OWED;
    if (connection.isFull || this.#keepsNone) response.shouldKeepAlive = false;
    connection.isEnding = !response.shouldKeepAlive;
    return true;
  }

  /**
   * From now on no connection outlives its answers: of those that are owed by now, each leaves before its connection is closed.
   */
  keepNone(): void {
    this.#keepsNone = true;
    for (const connection of this.#open.values()) {
      const last = connection.owed.at(-1);
      if (last === undefined || last.headersSent) continue;
      last.shouldKeepAlive = false;
      connection.isEnding = true;
    }
  }

  /** The answer that was just given is its connection's last. */
  end(socket: Socket): void {
    const connection = this.#open.get(socket);
    if (connection !== undefined) connection.isEnding = true;
  }

  /**
   * Has a connection's last answer written behind those that are on their way. Where one of them says that the connection
   * is closed, the socket is ended by then, and whoever answers finds it so.
   */
  afterAnswers(socket: Socket, answer: () => void): void {
    const ahead = this.#open.get(socket)?.owed.findLast((response) => isDecided(response) && !response.closed);
    if (ahead === undefined) return answer();
    // Every piece that comes behind a fault is a fault again; the first waits for all of them.
    if (this.#waiting.has(socket)) return;
    this.#waiting.add(socket);
    ahead.once("close", answer);
  }

  /** Where the connection's requests wait for their turn. */
  laneOf(socket: Socket): Lane {
    return this.#open.get(socket)?.lane ?? newLane();
  }

  /** Resolves when every answer that is given by now has left, or its connection is gone. */
  async leaving(): Promise<void> {
    const ends = [...this.#open].map(([socket, { owed }]) => {
      const last = owed.findLast((response) => response.writableEnded && !response.writableFinished);
      // A connection that is reset is closed, too: its error is no reason to stop waiting for the others.
      return new Promise<void>((resolve) => {
        if (last === undefined) return resolve();
        last.once("close", resolve);
        socket.once("close", () => resolve());
      });
    });
    await Promise.all(ends);
  }

  /** Connections that have not sent a byte: for node they are not idle, and it would wait for them for ever. */
  silent(): readonly Socket[] {
    return [...this.#open.keys()].filter(({ bytesRead }) => bytesRead === 0);
  }
}

/** Whether all that a connection has under way is a request that began a while ago and of which next to nothing comes. */
function hardlyComes({ bytesRead }: Socket, { owed, askedAt }: Connection, now: number): boolean {
  const forMs = now - askedAt;
  const isWhole = owed[0]?.req.complete !== false;
  return !isWhole && forMs >= PATIENCE_MS && bytesRead * 1000 < SLOW_BYTES_PER_SECOND * forMs;
}

/** Whether what comes now can no longer change the answer: the request is whole, or was answered before its body came. */
function isDecided({ req, headersSent }: ServerResponse): boolean {
  return req.complete || headersSent;
}

/**
 * What comes behind a full line is not even read: node would keep it until the connection is gone. Not at once, since node
 * reads on at the end of each request that it has in hand.
 */
function pauseSoon(connection: Connection, socket: Socket): void {
  if (connection.isPausing) return;
  connection.isPausing = true;
  setImmediate(() => {
    connection.isPausing = false;
    socket.pause();
  });
}
