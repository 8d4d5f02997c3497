/** How a provider's challenge is recognised and answered. A challenge never becomes an event. */
import type { SigningKey } from "../compiled-scheme.ts";
import type { RequestView } from "../request-view.ts";
import type { Settings } from "../source.ts";
import type { Handshake, RefusalReason } from "../verdict.ts";

export interface HandshakeContext {
  /**
   * The keys that are valid at the time of receipt, the newest wish of the operator first. Of a signed challenge the one
   * that verified it: while one replaces another, it is the one that the provider uses.
   */
  readonly keys: readonly SigningKey[];
  readonly settings: Settings;
}

export interface HandshakeRefusal {
  readonly reason: RefusalReason;
  readonly detail: string;
}

export interface HandshakeKind {
  /** Methods beside POST in which it comes. */
  readonly methods: readonly string[];
  /** A challenge that is not signed by its nature; looked for before verification. */
  readonly unsigned?: (view: RequestView, context: HandshakeContext) => Handshake | HandshakeRefusal | undefined;
  /** A challenge inside a verified request. */
  readonly signed?: (view: RequestView, context: HandshakeContext) => Handshake | undefined;
}

/** No challenge is longer; more would make the gateway an echo for anything. */
const MAX_CHALLENGE_LENGTH = 2048;
/** No challenge body is larger; larger ones are not parsed in search of one. */
export const MAX_CHALLENGE_BODY = 4096;

/** An answer that no browser takes for a page: the text is somebody else's. */
export function textAnswer(name: string, body: string): Handshake | undefined {
  if (body === "" || body.length > MAX_CHALLENGE_LENGTH) return undefined;
  return {
    name,
    answer: {
      status: 200,
      headers: [
        ["content-type", "text/plain; charset=utf-8"],
        ["x-content-type-options", "nosniff"],
      ],
      body,
    },
  };
}

export function jsonAnswer(name: string, body: Readonly<Record<string, unknown>>): Handshake {
  return { name, answer: { status: 200, headers: [["content-type", "application/json"]], body: JSON.stringify(body) } };
}

export function emptyAnswer(name: string, status = 200): Handshake {
  return { name, answer: { status, headers: [], body: "" } };
}

/** The body as a JSON object, if it may hold a challenge at all: `marker` stands in it. */
export function challengeBody(view: RequestView, marker: string): Readonly<Record<string, unknown>> | undefined {
  const { rawBody } = view.request;
  if (
    rawBody.length > MAX_CHALLENGE_BODY ||
    !Buffer.from(rawBody.buffer, rawBody.byteOffset, rawBody.length).includes(marker)
  )
    return undefined;
  const body = view.json();
  return typeof body === "object" && body !== null && !Array.isArray(body)
    ? (body as Record<string, unknown>)
    : undefined;
}
