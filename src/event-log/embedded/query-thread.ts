/**
 * The thread that answers an operator's questions, on read-only connections of its own: neither the main thread nor the
 * projector waits for it. Questions take turns, so that a search of a second delays a list by a few milliseconds.
 */
import { existsSync } from "node:fs";
import { parentPort, workerData, type MessagePort } from "node:worker_threads";
import { messageOf, yieldToOtherThreads } from "../../base/index.ts";
import { isUnusable } from "./projection-file.ts";
import { QueryDesk } from "./query-desk.ts";
import type { Steps } from "./query-page.ts";
import type { FromQueryThread, QueryStart, ToQueryThread } from "./query-protocol.ts";

/** How long one question goes on before the next has its turn. */
const TURN_MS = 8;
/** Below normal: where the processor is short, requests and runs go first. */
const NICENESS = 5;

interface Job {
  readonly id: number;
  readonly steps: Steps<unknown>;
}

class QueryThread {
  readonly #start: QueryStart;
  readonly #port: MessagePort;
  #jobs: Job[] = [];
  #desk: QueryDesk | undefined;
  #generation = -1;
  #scheduled = false;

  constructor(start: QueryStart, port: MessagePort) {
    this.#start = start;
    this.#port = port;
    port.on("message", (message: ToQueryThread) => this.#take(message));
  }

  #take(message: ToQueryThread): void {
    switch (message.type) {
      case "ask":
        this.#begin(message);
        return;
      case "cancel":
        this.#jobs = this.#jobs.filter((job) => job.id !== message.id);
        return;
      case "segments":
        this.#desk?.use(message.segments);
        return;
      case "close":
        this.#jobs = [];
        this.#desk?.close();
        this.#port.close();
        return;
      default:
        message satisfies never;
    }
  }

  #begin({ id, question, journal }: Extract<ToQueryThread, { type: "ask" }>): void {
    try {
      if (journal.generation !== this.#generation) this.#reopen(journal.generation);
      this.#desk ??= new QueryDesk(this.#start);
      this.#jobs.push({ id, steps: this.#desk.answer(question, journal) });
      this.#schedule();
    } catch (error) {
      this.#failed(id, error);
    }
  }

  /** The projection was built again: what is under way reads a file that is gone. */
  #reopen(generation: number): void {
    for (const { id } of this.#jobs) {
      this.#post({ type: "failed", id, because: "the projection was built again meanwhile", fault: "reopened" });
    }
    this.#jobs = [];
    this.#desk?.close();
    this.#desk = undefined;
    this.#generation = generation;
  }

  #schedule(): void {
    if (this.#scheduled || this.#jobs.length === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      const job = this.#jobs.shift();
      if (job !== undefined && !this.#isDone(job)) this.#jobs.push(job);
      this.#schedule();
    });
  }

  #isDone({ id, steps }: Job): boolean {
    const desk = this.#desk;
    // Its file is gone, and whoever asked was told.
    if (desk === undefined) return true;
    const until = performance.now() + TURN_MS;
    try {
      const step = desk.inSnapshot(() => {
        let next = steps.next();
        while (next.done !== true && performance.now() < until) next = steps.next();
        return next;
      });
      if (step.done !== true) return false;
      this.#post({ type: "answer", id, value: step.value });
      return true;
    } catch (error) {
      this.#failed(id, error);
      return true;
    }
  }

  #failed(id: number, error: unknown): void {
    const { projectionPath, refusalsPath } = this.#start;
    const isWhole = !isUnusable(error) && existsSync(projectionPath) && existsSync(refusalsPath);
    this.#post({ type: "failed", id, because: messageOf(error), fault: isWhole ? "other" : "unusable" });
  }

  #post(message: FromQueryThread): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origins
    this.#port.postMessage(message);
  }
}

if (parentPort === null) throw new Error("queries are answered in a worker thread");
yieldToOtherThreads(NICENESS);
void new QueryThread(workerData as QueryStart, parentPort);
