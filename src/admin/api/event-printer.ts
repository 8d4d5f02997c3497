/**
 * Prints what is shown of events. What is large is done by a thread of its own, as the main thread answers senders: an
 * operator who opens an event of megabytes must not hold them up. The thread starts with the first such task and ends when
 * there was none for a while, so that its memory is given back.
 *
 * Invariants:
 * 1. One task at a time is with the thread: each takes memory many times its size.
 * 2. A thread that ends, for want of memory for example, fails the task that it had; the next one gets a new thread.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { GtcError, messageOf, threadEntry } from "../../base/index.ts";
import { printJson, sizeOf, type PrintTask } from "./print-task.ts";

export interface EventPrinterOptions {
  /** What is not larger is printed at once: it takes a millisecond or two, and to hand it over takes as long. */
  readonly mostAtOnce: number;
  /** For a hundred million characters, as values and as text. */
  readonly memoryMb: number;
}

const DEFAULTS: EventPrinterOptions = { mostAtOnce: 64 * 1024, memoryMb: 1536 };
const IDLE_MS = 10_000;

/** What the thread says of a task. */
export type Printed = { readonly json: Uint8Array } | { readonly fault: string };

export class EventPrinter implements AsyncDisposable {
  readonly #options: EventPrinterOptions;
  #worker: Worker | undefined;
  /** Resolves, and never rejects, when the thread has nothing to do. */
  #free: Promise<unknown> = Promise.resolve();
  #idle: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: Partial<EventPrinterOptions> = {}) {
    this.#options = { ...DEFAULTS, ...options };
  }

  /**
   * The JSON of a task, in UTF-8.
   * @throws GtcError GTC_VIEW_FAILED when it is more than the thread can hold, GTC_LOG_UNAVAILABLE when the gateway stops
   */
  async print(task: PrintTask): Promise<Uint8Array> {
    if (sizeOf(task) <= this.#options.mostAtOnce) return Buffer.from(await printJson(task));
    const printed = this.#free.then(() => this.#printApart(task));
    this.#free = printed.catch(() => undefined);
    return printed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    await this.#end();
  }

  async #printApart(task: PrintTask): Promise<Uint8Array> {
    if (this.#isClosed) throw new GtcError("GTC_LOG_UNAVAILABLE", { detail: "the gateway stops" });
    clearTimeout(this.#idle);
    const worker = (this.#worker ??= this.#start());
    worker.postMessage(task);
    const printed = await this.#answerOf(worker);
    this.#idle = setTimeout(() => void this.#end(), IDLE_MS).unref();
    if ("json" in printed) return printed.json;
    throw new GtcError("GTC_VIEW_FAILED", { detail: printed.fault });
  }

  #start(): Worker {
    const worker = new Worker(threadEntry(import.meta.url, "./event-printer-thread.ts"), {
      resourceLimits: { maxOldGenerationSizeMb: this.#options.memoryMb },
    });
    // Told to whoever waits for it; between two tasks there is nobody to tell.
    worker.on("error", () => this.#forget(worker));
    worker.once("exit", () => this.#forget(worker));
    return worker;
  }

  /** It gets no more tasks: it has ended, or is about to. */
  #forget(worker: Worker): void {
    if (this.#worker === worker) this.#worker = undefined;
  }

  async #answerOf(worker: Worker): Promise<Printed> {
    const over = new AbortController();
    const { signal } = over;
    try {
      const ended = once(worker, "exit", { signal }).then((): Printed => ({
        fault: "the thread that prints it ended",
      }));
      // `once` rejects with what a thread died of.
      return await Promise.race([once(worker, "message", { signal }).then(([printed]) => printed as Printed), ended]);
    } catch (fault) {
      return { fault: messageOf(fault) };
    } finally {
      over.abort();
    }
  }

  async #end(): Promise<void> {
    clearTimeout(this.#idle);
    // No task that comes meanwhile may be given to it.
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }
}
