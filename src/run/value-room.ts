/**
 * What the values of one run may take of its thread's memory. A payload or an output is a text until a node asks for its
 * value; how much memory that would take is found out before, because a thread without memory is lost, and sometimes the
 * whole process with it, at every try and after every start again.
 */
import { MOST_BYTES_PER_BYTE, weightOfJson, type JsonValue } from "../base/index.ts";
import type { Output } from "../nodes/index.ts";

const MIB = 1024 * 1024;
/** As long as a run holds no more than that of its room, what it was assumed to hold is not weighed: that takes time. */
const NEGLIGIBLE_SHARE = 1 / 16;

/** A run asked for more values than its thread has memory for. */
export class NoRoomForValues extends Error {}

export class ValueRoom {
  readonly #maxBytes: number;
  /** Bytes of values that the run holds: exactly as far as they were weighed, else at most. */
  #held = 0;
  /** Texts of values for which so far the most was assumed. */
  #assumed: string[] = [];

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** What the run's next values may take. A script has no other room than that, so it is no guess where it matters. */
  get left(): number {
    if (this.#held > this.#maxBytes * NEGLIGIBLE_SHARE) this.#weighAssumed();
    return this.#maxBytes - this.#held;
  }

  /** The same output, of which the value is only made where there is room for it. @throws NoRoomForValues at `value` */
  guard(output: Output): Output {
    return new GuardedOutput(output, this);
  }

  /** @throws NoRoomForValues. */
  take(json: string): void {
    const most = mostOf(json);
    if (this.#held + most <= this.#maxBytes) {
      this.#held += most;
      this.#assumed.push(json);
      return;
    }
    this.#weighAssumed();
    const weight = weightOf(json);
    if (this.#held + weight > this.#maxBytes) throw new NoRoomForValues(this.#message(weight));
    this.#held += weight;
  }

  #weighAssumed(): void {
    for (const text of this.#assumed) this.#held -= mostOf(text) - weightOf(text);
    this.#assumed = [];
  }

  #message(weight: number): string {
    const besides = this.#held === 0 ? "" : ` beside ${inMib(this.#held)} MiB of others`;
    return (
      `The values of a payload or output would take about ${inMib(weight)} MiB of memory${besides}; a run has ` +
      `${inMib(this.#maxBytes)} MiB for them, half of \`runner_memory_mb\`. Raise it and replay the event.`
    );
  }
}

class GuardedOutput implements Output {
  readonly #output: Output;
  readonly #room: ValueRoom;
  /** Whether there is room for it, or why not; undefined: nobody asked yet. */
  #verdict: true | NoRoomForValues | undefined;

  constructor(output: Output, room: ValueRoom) {
    this.#output = output;
    this.#room = room;
  }

  get json(): string {
    return this.#output.json;
  }

  get value(): JsonValue {
    this.#verdict ??= this.#ask();
    if (this.#verdict !== true) throw this.#verdict;
    return this.#output.value;
  }

  #ask(): true | NoRoomForValues {
    try {
      this.#room.take(this.json);
      return true;
    } catch (fault) {
      if (fault instanceof NoRoomForValues) return fault;
      throw fault;
    }
  }
}

function weightOf(json: string): number {
  return weightOfJson(Buffer.from(json));
}

function mostOf(json: string): number {
  return MOST_BYTES_PER_BYTE * json.length;
}

function inMib(bytes: number): number {
  return Math.ceil(bytes / MIB);
}
