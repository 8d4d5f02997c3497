/** The log that a contract works on: opened before each of its tests, closed and removed after it. */
import { afterEach, beforeEach } from "vitest";
import type { Clock } from "../base/index.ts";
import { Fixtures, START_MS } from "./event-log-fixtures.contract.ts";
import type { ClaimedRun, EventLog } from "./event-log.ts";

export interface ContractOptions {
  readonly clock: Clock;
  readonly dedupeWindowMs: number;
  readonly refusalsKept: number;
}

export interface ContractSubject {
  open(): Promise<EventLog>;
  /** Removes what the subject left behind. */
  clean(): Promise<void>;
  /** Whether a log that is opened again holds what the one before stored. */
  readonly durable: boolean;
}

export type SubjectFor = (options: ContractOptions) => Promise<ContractSubject>;

export const LEASE_MS = 1000;

/** Stays the same object over all tests; what it holds is each test's own. */
export class LogUnderTest {
  nowMs = START_MS;
  make = new Fixtures();
  #subject: ContractSubject | undefined;
  #log: EventLog | undefined;

  /** Opens a log before each test that follows, and removes it after it. */
  static forEachTest(subjectFor: SubjectFor, limits: Omit<ContractOptions, "clock">): LogUnderTest {
    const on = new LogUnderTest();
    beforeEach(() => on.#begin(subjectFor, limits));
    afterEach(() => on.#end());
    return on;
  }

  get log(): EventLog {
    if (this.#log === undefined) throw new Error("a log is open within a test only");
    return this.#log;
  }

  get durable(): boolean {
    return this.#subject?.durable === true;
  }

  claim(limit = 100, atMs = START_MS + 1000): Promise<readonly ClaimedRun[]> {
    return this.log.claim({ limit, nowMs: atMs, leaseMs: LEASE_MS, workerId: "w1" });
  }

  async statusOf(eventId: string): Promise<string | undefined> {
    return (await this.log.getEvent(eventId))?.summary.status;
  }

  async reopen(): Promise<void> {
    await this.log[Symbol.asyncDispose]();
    this.#log = await this.#subject?.open();
  }

  async #begin(subjectFor: SubjectFor, limits: Omit<ContractOptions, "clock">): Promise<void> {
    this.nowMs = START_MS;
    this.make = new Fixtures();
    const clock: Clock = { now: () => this.nowMs, monotonic: () => this.nowMs };
    this.#subject = await subjectFor({ ...limits, clock });
    this.#log = await this.#subject.open();
  }

  async #end(): Promise<void> {
    await this.log[Symbol.asyncDispose]();
    await this.#subject?.clean();
  }
}

export function idsOfRuns(runs: readonly ClaimedRun[]): string[] {
  return runs.map((claimed) => claimed.run.id);
}
