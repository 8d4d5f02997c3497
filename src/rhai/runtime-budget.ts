/**
 * What a run may use up: operations, which are counted, and time, which is looked at now and then. Generated code counts by
 * itself and comes here every so many operations; a native function that does much at once says so.
 */
import { same } from "./arithmetic.ts";
import { RhaiArray, RhaiBlob, RhaiMap } from "./containers.ts";
import { RhaiError } from "./errors.ts";
import { type RhaiOptions } from "./options.ts";
import { type RhaiHost } from "./runtime-host.ts";
import { type RhaiValue } from "./values.ts";

/** Operations between two looks at the clock: at most, and while they are slow or it is not known yet how slow. */
const DEADLINE_EVERY = 256;
const DEADLINE_SOON = 8;
/** Operations are slow when those between two looks took longer. */
const SLOW_MS = 10;
/** Characters, bytes and elements that functions may be given between two looks at the clock. */
const DEADLINE_EVERY_UNITS = 1_000_000;
/** Elements that `==` compares, each an operation, between two looks at the clock. */
const COMPARED_BETWEEN_LOOKS = 1024;
/** Making bytes is work, too. */
const BYTES_PER_OPERATION = 8;
export abstract class RuntimeBudget {
  readonly options: RhaiOptions;
  host: RhaiHost = {};
  protected operations = 0;
  /** Characters, bytes and elements that functions were given since the last look at the clock. */
  #given = 0;
  /** Calls of native functions by others since they were counted. */
  #called = 0;
  #lookedAtMs = 0;
  /** Where generated code began to count, which is above 0 when the next look at the clock shall come soon. */
  #ahead = 0;
  /** Operations that generated code has counted since the last `tick`. */
  protected ticks: () => number = () => 0;
  protected setTicks: (ticks: number) => void = () => undefined;

  constructor(options: RhaiOptions) {
    this.options = options;
  }

  /** Generated code counts up to this by itself. */
  get tickEvery(): number {
    const { maxOperations } = this.options;
    return maxOperations === 0 ? DEADLINE_EVERY : Math.min(DEADLINE_EVERY, maxOperations);
  }

  /** The budget of a run that begins now, with the host's deadline. */
  protected beginCounting(): void {
    this.operations = 0;
    this.#given = 0;
    this.#lookAfter(DEADLINE_SOON);
    this.#lookedAtMs = this.#deadlineClock();
  }

  /** Counts what generated code did since it came here last. */
  protected endCounting(): void {
    this.#count(this.ticks() - this.#ahead, -1);
  }

  tick(ticks: number, at: number): void {
    const before = this.#lookedAtMs;
    const counted = ticks - this.#ahead;
    this.#lookAfter(0);
    this.count(counted, at);
    // Operations that copy or compare much are slow without being many.
    const isSlow = this.#lookedAtMs - before > SLOW_MS;
    this.#lookAfter(isSlow ? DEADLINE_SOON : Math.min(2 * counted, this.tickEvery));
  }

  /** Lets generated code begin to count so that it comes back after so many operations; 0: as many as it counts. */
  #lookAfter(operations: number): void {
    this.#ahead = operations === 0 ? 0 : Math.max(0, this.tickEvery - operations);
    this.setTicks(this.#ahead);
  }

  /** Counts operations of a native function that does much at once, with a look at the clock. */
  count(operations: number, at: number): void {
    this.#count(operations, at);
    this.#look(at);
  }

  /** Counts a native function that another one calls (`sort("-")`): no code of the script is there to count it. */
  protected calledBack(at: number): void {
    this.#called += 1;
    if (this.#called < DEADLINE_EVERY) return;
    this.#called = 0;
    this.count(DEADLINE_EVERY, at);
  }

  /**
   * Looks at the clock when functions were given much: one operation on a text of megabytes takes as long as many
   * thousands of others, and a script may do hundreds of them between two looks that only operations count.
   */
  protected wasGiven(args: readonly RhaiValue[], at: number): void {
    for (const arg of args)
      if (typeof arg === "string") this.#given += arg.length;
      else if (typeof arg === "object" && arg !== null) this.#given += extent(arg);
    if (this.#given > DEADLINE_EVERY_UNITS) this.#look(at);
  }

  /**
   * Looks at the clock when much of texts was compared for their order, which is done character by character: one sort of
   * long texts that begin alike compares billions.
   */
  comparesTexts(left: RhaiValue, right: RhaiValue, at: number): void {
    if (typeof left !== "string" || typeof right !== "string") return;
    this.#given += Math.min(left.length, right.length);
    if (this.#given > DEADLINE_EVERY_UNITS) this.#look(at);
  }

  /**
   * `==`, with what it compares counted: one operation may compare all that a script holds, and function pointers that hold
   * each other as curried arguments are more to compare than there is.
   */
  same(left: RhaiValue, right: RhaiValue, at: number): boolean {
    // Numbers and texts are compared at once.
    if (typeof left !== "object" || typeof right !== "object") return same(left, right);
    let compared = 0;
    const isSame = same(left, right, (elements) => {
      compared += elements;
      if (compared < COMPARED_BETWEEN_LOOKS) return;
      this.count(compared, at);
      compared = 0;
    });
    this.#count(compared, at);
    return isSame;
  }

  /**
   * Counts bytes that a script is given. They lie outside of the memory that a thread's own bound is about, so that only
   * its operations bound what a script can hold of them.
   */
  madeBytes(count: number, at: number): void {
    const operations = Math.floor(count / BYTES_PER_OPERATION);
    if (operations > 0) this.count(operations, at);
  }

  #look(at: number): void {
    this.#given = 0;
    const { deadlineMs } = this.host;
    if (deadlineMs === undefined) return;
    this.#lookedAtMs = this.#deadlineClock();
    if (this.#lookedAtMs > deadlineMs) throw new RhaiError("ErrorTerminated", "Script terminated: its time is up", at);
  }

  #deadlineClock(): number {
    const { host } = this;
    return host.monotonic?.() ?? host.now?.() ?? 0;
  }

  #count(ticks: number, at: number): void {
    this.operations += ticks;
    const { maxOperations } = this.options;
    if (maxOperations > 0 && this.operations > maxOperations)
      throw new RhaiError("ErrorTooManyOperations", "Too many operations", at);
  }
}

/** Elements on the outermost level, or bytes. */
function extent(value: Extract<RhaiValue, object>): number {
  if (value instanceof RhaiArray || value instanceof RhaiMap) return value.sizeAtHand;
  return value instanceof RhaiBlob ? value.bytes.length : 0;
}
