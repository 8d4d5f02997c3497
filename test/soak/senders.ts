/** Senders that never rest: new deliveries and the same again, signed, forged, large, to every kind of flow. */
import { gzipSync } from "node:zlib";
import type { RunningGateway } from "../support/gtc-process.ts";
import { hmacHex } from "../support/sign.ts";
import { SIGNATURE_HEADER } from "./bundle.ts";
import { isGone } from "./disturbances.ts";
import { EVENT_TYPES, type Dice, type EventType, type Ledger } from "./ledger.ts";

/** What a sender may get for a request that is as it should be. */
const EXPECTED = new Set([200, 202, 500, 503]);
/** Longer than any hold of the process and than a reload on a busy machine. */
const NOTICED_MS = 10_000;
const RECENT_KEYS = 40;
const LARGE_ITEMS = 20_000;

export class Senders {
  readonly #ledger: Ledger;
  readonly #dice: Dice;
  readonly #recent: { eventType: EventType; key: string }[] = [];
  /** All that verify: a rotation's overlap is longer than a soak. */
  readonly #secrets: string[];
  #sent = 0;

  constructor(ledger: Ledger, dice: Dice, secret: string) {
    this.#ledger = ledger;
    this.#dice = dice;
    this.#secrets = [secret];
  }

  /** A running gateway notices a secret that a command wrote; what is signed with it is sent a little later. */
  learn(secret: string): void {
    setTimeout(() => this.#secrets.push(secret), NOTICED_MS).unref();
  }

  /** Sends one request after the other until the gateway is gone or `over`. */
  async send(gateway: RunningGateway, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      try {
        if (this.#dice.happens(0.05)) await this.#forged(gateway);
        else await this.#delivery(gateway);
      } catch {
        this.#ledger.unanswered++;
        if (isGone(gateway)) return;
      }
    }
  }

  async #delivery(gateway: RunningGateway): Promise<void> {
    const { eventType, key } = this.#next();
    const body = this.#bodyOf(eventType);
    const headers = { "content-type": "application/json", ...(key !== undefined && { "idempotency-key": key }) };
    const response = await post(gateway, eventType, body, { ...headers, ...this.#proof(eventType, body) });
    const text = await response.text();
    this.#ledger.answered(response.status);
    if (!EXPECTED.has(response.status)) {
      this.#ledger.fault(`A sound ${eventType} got ${response.status}: ${text}`);
      return;
    }
    const { event_id: acknowledged, id: answered } = JSON.parse(text) as { event_id?: string; id?: string };
    const id = acknowledged ?? answered;
    if (!response.ok) {
      if (response.status === 500) this.#ledger.fault(`A sound ${eventType} got 500: ${text}`);
      return;
    }
    if (id === undefined) this.#ledger.fault(`A ${response.status} names no event: ${text}`);
    // The flow's answer to a delivery that came again names the event of the first.
    else if (acknowledged !== undefined || !this.#ledger.accepted.has(id))
      this.#ledger.accepted.set(id, { eventType, status: response.status, key, answer: answered });
  }

  async #forged(gateway: RunningGateway): Promise<void> {
    const response = await post(gateway, "signed", "{}", { [SIGNATURE_HEADER]: "0".repeat(64) });
    await response.text();
    this.#ledger.answered(response.status);
    if (response.status !== 401) this.#ledger.fault(`A forged request got ${response.status}.`);
  }

  /** Some come again, others have no delivery id at all. */
  #next(): { eventType: EventType; key: string | undefined } {
    if (this.#recent.length > 0 && this.#dice.happens(0.25)) return this.#dice.pick(this.#recent);
    const eventType = this.#dice.pick(EVENT_TYPES);
    if (this.#dice.happens(0.3)) return { eventType, key: undefined };
    const fresh = { eventType, key: `delivery-${this.#sent}` };
    this.#recent.push(fresh);
    if (this.#recent.length > RECENT_KEYS) this.#recent.shift();
    return fresh;
  }

  #bodyOf(eventType: EventType): Buffer {
    const n = this.#sent++;
    if (eventType !== "large") return Buffer.from(JSON.stringify({ n }));
    return Buffer.from(JSON.stringify({ n, items: Array.from({ length: LARGE_ITEMS }, (_, at) => at) }));
  }

  #proof(eventType: EventType, body: Buffer): Record<string, string> {
    return eventType === "signed" ? { [SIGNATURE_HEADER]: hmacHex(body, this.#dice.pick(this.#secrets)) } : {};
  }
}

function post(
  { url }: RunningGateway,
  eventType: EventType,
  body: string | Buffer,
  headers: Record<string, string>,
): Promise<Response> {
  const isPacked = body.length > 10_000;
  return fetch(`${url}/events/webhook/demo/${eventType}`, {
    method: "POST",
    body: isPacked ? new Uint8Array(gzipSync(body)) : String(body),
    headers: { ...headers, ...(isPacked && { "content-encoding": "gzip" }) },
  });
}
