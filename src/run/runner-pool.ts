/**
 * The runner threads, seen from main: hands tasks to the least busy thread, gives back what the threads say, and
 * replaces a thread that died or hangs.
 *
 * Invariants:
 * 1. Every task that was accepted ends in exactly one `onOver`: the thread's own, or the pool's when the thread is lost:
 *    `crashed` or `hung` for the task that was at work, `displaced` for those that were only with it.
 * 2. A thread knows a definition before it gets the first task that needs it; it keeps a bounded number of them.
 * 3. A thread that cannot even begin to work (no memory or no thread left in the system, files of the program that are just
 *    being exchanged) is no run's fault: its tasks are `displaced`, and another is started in its place a second later.
 * 4. After `close` no callback is called; open tasks stay open (their runs are resumed by the next process).
 */
import { Worker } from "node:worker_threads";
import { InFlightMap, RecentMap, threadEntry, type AnyText, type Clock } from "../base/index.ts";
import { packTasks } from "./sent-tasks.ts";
import {
  AT_WORK,
  IS_UP,
  SIGNALS,
  type ChildStarted,
  type Definition,
  type FromRunner,
  type RunOverMessage,
  type RunTask,
  type ToRunner,
} from "./run-task.ts";

export interface RunnerPoolOptions {
  readonly threads: number;
  /** Memory of one thread, MiB; a thread that needs more is replaced, and the run that it was at has `crashed`. */
  readonly memoryMb: number;
  /** A thread that has tasks and gives no sign of life for so long (milliseconds) hangs: it is replaced. */
  readonly hangAfterMs: number;
  readonly clock: Clock;
  readonly onProgress: (message: Extract<FromRunner, { kind: "progress" }>) => void;
  readonly onStart: (message: Extract<FromRunner, { kind: "start" }>, reply: (outcome: ChildStarted) => void) => void;
  readonly onOver: (message: RunOverMessage) => void;
  /** Told once for several starts of threads that fail one after another. */
  readonly onFault?: (what: string, fault: unknown) => void;
}

interface OpenTask {
  readonly runId: string;
  since: number;
  readonly number: number;
}

interface Runner {
  readonly worker: Worker;
  readonly open: InFlightMap<OpenTask>;
  readonly known: RecentMap<string, true>;
  /** The number of the task at work, and whether the thread is up at all; written by the thread. */
  readonly signals: Int32Array<SharedArrayBuffer>;
  nextNumber: number;
}

/** Numbers stay within 32 bits; two open tasks of one thread never have the same. */
const NUMBERS = 2 ** 30;
/** The run that took its thread down waits, so that those it displaced are through before it comes again. */
const COME_AGAIN_MS = 1000;
/** When another thread is started after one could not be. */
const START_AGAIN_MS = 1000;
const DISPLACED = {
  status: "waiting",
  error: { code: "displaced", message: "Another run took the thread down.", retryable: true },
  delayMs: 0,
} as const;
const NO_THREAD = {
  status: "waiting",
  error: { code: "displaced", message: "No runner thread could be started.", retryable: true },
  delayMs: START_AGAIN_MS,
} as const;

/** More than a batch may need at once. */
const KNOWN_DEFINITIONS = 500;

export class RunnerPool implements AsyncDisposable {
  readonly #options: RunnerPoolOptions;
  #runners: Runner[] = [];
  readonly #watchdog: NodeJS.Timeout;
  readonly #lookEveryMs: number;
  #lookedAt: number;
  readonly #startAgain = new Set<NodeJS.Timeout>();
  #startFault = false;
  #closed = false;

  constructor(options: RunnerPoolOptions) {
    this.#options = options;
    for (let n = 0; n < Math.max(1, options.threads); n++) this.#start();
    this.#lookEveryMs = Math.min(1000, options.hangAfterMs);
    this.#lookedAt = options.clock.monotonic();
    this.#watchdog = setInterval(() => this.#replaceHung(), this.#lookEveryMs);
    this.#watchdog.unref();
  }

  /** How many tasks are open over all threads. */
  get openTasks(): number {
    return this.#runners.reduce((sum, runner) => sum + runner.open.size, 0);
  }

  /** Hands a batch to the least busy thread. @throws RangeError when there is no memory for it; none of it has begun then */
  submit(tasks: readonly RunTask<AnyText>[], definitionOf: (hash: string) => string | undefined): void {
    if (this.#closed || tasks.length === 0) return;
    if (this.#runners.length === 0) {
      for (const { run } of tasks) this.#options.onOver({ kind: "over", runId: run.id, steps: [], end: NO_THREAD });
      return;
    }
    // First, as memory may not reach for copies of the bodies: nothing has begun then.
    const sent = packTasks(tasks);
    const runner = this.#runners.reduce((least, other) => (other.open.size < least.open.size ? other : least));
    const definitions: Definition[] = [];
    const forget: string[] = [];
    const since = this.#options.clock.monotonic();
    if (runner.nextNumber + tasks.length > NUMBERS) runner.nextNumber = 1;
    const firstNumber = runner.nextNumber;
    for (const { run } of tasks) {
      runner.open.set(run.id, { runId: run.id, since, number: runner.nextNumber++ });
      const json = runner.known.get(run.flowHash) === true ? undefined : definitionOf(run.flowHash);
      if (json === undefined) continue;
      const forgotten = runner.known.set(run.flowHash, true);
      if (forgotten !== undefined) forget.push(forgotten);
      definitions.push({ hash: run.flowHash, json });
    }
    const message: ToRunner = { kind: "tasks", tasks: sent, firstNumber, definitions, forget };
    runner.worker.postMessage(
      message,
      sent.buffers.map(({ buffer }) => buffer),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearInterval(this.#watchdog);
    for (const timer of this.#startAgain) clearTimeout(timer);
    await Promise.all(this.#runners.map((runner) => runner.worker.terminate()));
  }

  #start(): void {
    try {
      this.#runners.push(this.#spawn());
    } catch (fault) {
      this.#startLater(fault);
    }
  }

  #startLater(fault: unknown): void {
    if (!this.#startFault) this.#options.onFault?.("starting a runner thread (it is tried again)", fault);
    this.#startFault = true;
    const timer = setTimeout(() => {
      this.#startAgain.delete(timer);
      this.#start();
    }, START_AGAIN_MS).unref();
    this.#startAgain.add(timer);
  }

  #spawn(): Runner {
    const signals = new Int32Array(new SharedArrayBuffer(SIGNALS * Int32Array.BYTES_PER_ELEMENT));
    const worker = new Worker(threadEntry(import.meta.url, "./runner-thread.ts"), {
      workerData: signals.buffer,
      resourceLimits: { maxOldGenerationSizeMb: this.#options.memoryMb },
      env: {},
      name: "gtc runner",
    });
    const known = new RecentMap<string, true>(KNOWN_DEFINITIONS);
    const runner: Runner = { worker, open: new InFlightMap(), known, signals, nextNumber: 1 };
    worker.on("message", (messages: readonly FromRunner[]) => {
      for (const message of messages) this.#receive(runner, message);
    });
    worker.on("error", (error) =>
      this.#replace(runner, { code: "crashed", message: `The runner thread died: ${error.message}` }),
    );
    worker.on("exit", () => this.#replace(runner, { code: "crashed", message: "The runner thread ended." }));
    return runner;
  }

  #tell(runner: Runner, message: ToRunner): void {
    runner.worker.postMessage(message);
  }

  #receive(runner: Runner, message: FromRunner): void {
    const task = runner.open.get(message.runId);
    this.#startFault = false;
    if (this.#closed || task === undefined) return;
    if (message.kind === "over") runner.open.delete(message.runId);
    this.#touch(runner);
    switch (message.kind) {
      case "progress":
        this.#options.onProgress(message);
        return;
      case "start":
        this.#options.onStart(message, (outcome) =>
          this.#tell(runner, { kind: "started", callId: message.callId, outcome }),
        );
        return;
      case "over":
        this.#options.onOver(message);
        return;
      default:
        message satisfies never;
    }
  }

  /** A thread that says something is alive: who has its turn in it next, after the steps of others, gets its time from now. */
  #touch(runner: Runner): void {
    const now = this.#options.clock.monotonic();
    const { oldest } = runner.open;
    if (oldest !== undefined) oldest.since = now;
  }

  #replaceHung(): void {
    const now = this.#options.clock.monotonic();
    const lateMs = now - this.#lookedAt - this.#lookEveryMs;
    this.#lookedAt = now;
    // The process stood still, or this thread did: nobody could give or hear a sign of life.
    if (lateMs > this.#options.hangAfterMs / 2) for (const runner of this.#runners) this.#touch(runner);
    for (const runner of this.#runners) {
      const { oldest } = runner.open;
      if (oldest === undefined || now - oldest.since < this.#options.hangAfterMs) continue;
      const message = `The run gave no sign of life for ${this.#options.hangAfterMs} ms.`;
      this.#replace(runner, { code: "hung", message });
    }
  }

  /** The task that was at work is the one to blame, if the thread came to one; the others go on elsewhere at once, and it costs them no try. */
  #replace(runner: Runner, error: { code: string; message: string }): void {
    if (this.#closed || !this.#runners.includes(runner)) return;
    this.#runners = this.#runners.filter((other) => other !== runner);
    void runner.worker.terminate();
    const isUp = Atomics.load(runner.signals, IS_UP) === 1;
    if (isUp) this.#start();
    else this.#startLater(new Error(error.message));
    const open = runner.open.keys();
    const blamed = isUp ? blamedOf(runner) : undefined;
    runner.open.clear();
    for (const runId of open) {
      const blame = { status: "waiting", error: { ...error, retryable: true }, delayMs: COME_AGAIN_MS } as const;
      this.#options.onOver({ kind: "over", runId, steps: [], end: runId === blamed ? blame : DISPLACED });
    }
  }
}

/** The task at work, or the oldest where that one is over already: it keeps the thread from going on. */
function blamedOf({ open, signals }: Runner): string | undefined {
  const number = Atomics.load(signals, AT_WORK);
  const task = open.values().find((each) => each.number === number) ?? open.oldest;
  return task?.runId;
}
