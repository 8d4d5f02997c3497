/**
 * Decides whether an event is a duplicate, without a disk on the common path: a fingerprint that nobody has seen is no
 * duplicate. Only a known fingerprint is followed to the event that it belongs to, whose key is then compared.
 *
 * Invariants:
 * 1. Of concurrent appends of one key, one is the original; the others wait until it is durable.
 * 2. An original that could not be stored is no original: those that waited for it compete anew.
 * 3. Two appends of one key never both look into the journal at the same time.
 */
import { InFlightMap } from "../../base/index.ts";
import type { Envelope } from "../../event/index.ts";
import type { Appended } from "../event-log.ts";
import type { StoredEvent } from "./event-source.ts";
import { FingerprintMap } from "./fingerprint-map.ts";
import { fingerprintOf, scopedKey } from "./fingerprint.ts";

/** Stores the event that is asked about: as an original (`duplicateOf` undefined) or as a duplicate. */
export type StoreEvent = (duplicateOf: string | undefined, fingerprint: number) => Promise<Appended>;

interface Underway {
  readonly receivedAtMs: number;
  readonly appended: Promise<Appended>;
}

/** How many new keys come between two looks for tables that have left the window. */
const EXPIRE_EVERY = 4096;

export class DedupeGate {
  readonly #windowMs: number;
  readonly #eventAt: (position: number) => Promise<StoredEvent | undefined>;
  readonly #onForgotten: (count: number) => void;
  readonly #known: FingerprintMap;
  readonly #underway = new InFlightMap<Underway>();
  #added = 0;
  #forgottenTold = 0;

  constructor(
    windowMs: number,
    maxKeys: number,
    eventAt: (position: number) => Promise<StoredEvent | undefined>,
    onForgotten: (count: number) => void,
  ) {
    this.#windowMs = windowMs;
    this.#known = new FingerprintMap(maxKeys);
    this.#eventAt = eventAt;
    this.#onForgotten = onForgotten;
  }

  /** Remembers a stored original. */
  add(fingerprint: number, position: number, receivedAtMs: number): void {
    if (++this.#added % EXPIRE_EVERY === 0) this.#known.expire(receivedAtMs - this.#windowMs);
    this.#known.set(fingerprint, position, receivedAtMs);
    if (this.#known.forgotten > this.#forgottenTold) {
      this.#onForgotten(this.#known.forgotten - this.#forgottenTold);
      this.#forgottenTold = this.#known.forgotten;
    }
  }

  /** Stores an event that has a dedupe key through `store`, as what it turns out to be. */
  append(envelope: Envelope, key: string, store: StoreEvent): Promise<Appended> {
    const scoped = scopedKey(envelope, key);
    const fingerprint = fingerprintOf(scoped);
    if (this.#underway.has(scoped)) return this.#appendAfter(envelope, scoped, fingerprint, store);
    const candidates = this.#known.find(fingerprint);
    const appended =
      candidates.length === 0
        ? store(undefined, fingerprint)
        : this.#appendChecked(envelope, scoped, fingerprint, candidates, store);
    this.#reserve(scoped, envelope.receivedAtMs, appended);
    return appended;
  }

  #reserve(scoped: string, receivedAtMs: number, appended: Promise<Appended>): void {
    const underway: Underway = { receivedAtMs, appended };
    this.#underway.set(scoped, underway);
    const release = (): void => {
      if (this.#underway.get(scoped) === underway) this.#underway.delete(scoped);
    };
    appended.then(release, release);
  }

  /** Waits for the append of the same key that is under way, then decides. */
  async #appendAfter(envelope: Envelope, scoped: string, fingerprint: number, store: StoreEvent): Promise<Appended> {
    for (let other = this.#underway.get(scoped); other !== undefined; other = this.#underway.get(scoped)) {
      const first = await other.appended.catch(() => undefined);
      if (first === undefined) continue;
      if (first.kind === "stored" && this.#inWindow(envelope.receivedAtMs, other.receivedAtMs)) {
        return store(first.eventId, fingerprint);
      }
      // A duplicate's own original is found by its fingerprint, once the key is free.
      if (this.#underway.get(scoped) === other) this.#underway.delete(scoped);
    }
    const candidates = this.#known.find(fingerprint);
    const appended = this.#appendChecked(envelope, scoped, fingerprint, candidates, store);
    this.#reserve(scoped, envelope.receivedAtMs, appended);
    return appended;
  }

  async #appendChecked(
    envelope: Envelope,
    scoped: string,
    fingerprint: number,
    candidates: readonly number[],
    store: StoreEvent,
  ): Promise<Appended> {
    for (const position of candidates) {
      const head = (await this.#eventAt(position))?.meta.envelope;
      if (head?.dedupe === undefined || scopedKey(head, head.dedupe.value) !== scoped) continue;
      if (this.#inWindow(envelope.receivedAtMs, head.receivedAtMs)) return store(head.id, fingerprint);
    }
    return store(undefined, fingerprint);
  }

  #inWindow(receivedAtMs: number, originalMs: number): boolean {
    return receivedAtMs - originalMs < this.#windowMs;
  }
}
