/** The main thread's side of the queries: waits for the projection, asks the query thread, gives up when told to. */
import { stat, statfs } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import { GtcError, threadEntry } from "../../base/index.ts";
import type { ChangeSignal } from "../change-signal.ts";
import type * as Queries from "../event-queries.ts";
import type { Refusal } from "../event-log.ts";
import type { Projection } from "./projection.ts";
import type {
  FromQueryThread,
  JournalView,
  QueryAnswers,
  QueryStart,
  Question,
  ToQueryThread,
} from "./query-protocol.ts";
import type { Segment } from "./segment-files.ts";

export interface EmbeddedQueriesOptions {
  readonly start: QueryStart;
  readonly folder: string;
  readonly projection: Projection;
  readonly segments: () => readonly Segment[];
  /** Where the journal ends now. */
  readonly end: () => number;
  readonly changes: ChangeSignal;
}

/** More questions than these at a time are refused: each holds memory. */
const MOST_QUESTIONS = 200;

type Cut = Omit<JournalView, "segments">;

interface Waiting {
  readonly resolve: (message: FromQueryThread) => void;
  readonly reject: (error: unknown) => void;
}

export class EmbeddedQueries implements Queries.EventQueries {
  readonly #options: EmbeddedQueriesOptions;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #exited: Promise<void> | undefined;
  #nextId = 0;
  #closed = false;

  constructor(options: EmbeddedQueriesOptions) {
    this.#options = options;
  }

  listEvents({ signal, ...query }: Queries.EventQuery): Promise<Queries.Page<Queries.EventRowView>> {
    return this.#ask({ name: "listEvents", query }, signal);
  }

  eventsById(ids: readonly string[]): Promise<readonly Queries.EventRowView[]> {
    return this.#ask({ name: "eventsById", ids });
  }

  listRuns({ signal, ...query }: Queries.RunQuery): Promise<Queries.Page<Queries.RunRowView>> {
    return this.#ask({ name: "listRuns", query }, signal);
  }

  runsById(ids: readonly string[]): Promise<readonly Queries.RunRowView[]> {
    return this.#ask({ name: "runsById", ids });
  }

  listRefusals({ signal, ...query }: Queries.RefusalQuery): Promise<Queries.Page<Refusal>> {
    return this.#ask({ name: "listRefusals", query }, signal);
  }

  getRefusal(refusalId: string): Promise<Refusal | undefined> {
    return this.#ask({ name: "getRefusal", refusalId });
  }

  refusalsById(ids: readonly string[]): Promise<readonly Refusal[]> {
    return this.#ask({ name: "refusalsById", ids });
  }

  traffic(query: Queries.TrafficQuery): Promise<readonly Queries.TrafficBucket[]> {
    return this.#ask({ name: "traffic", query });
  }

  flowStats(query: Queries.FlowStatsQuery): Promise<Queries.FlowStats> {
    return this.#ask({ name: "flowStats", query });
  }

  sourceUse(): Promise<readonly Queries.SourceUse[]> {
    return this.#ask({ name: "sourceUse" });
  }

  /** Asked once a minute: it needs no thread of its own. */
  async storage(): Promise<Queries.StorageUse> {
    const { projection, segments, end, folder, start } = this.#options;
    if (this.#closed) throw closedError();
    const { value: oldest } = await projection.read(end(), (rows) => rows.oldestEventAt());
    const [journal, index, disk] = await Promise.all([
      Promise.all(segments().map(({ path }) => sizeOf(path))),
      Promise.all([start.projectionPath, `${start.projectionPath}-wal`].map(sizeOf)),
      statfs(folder),
    ]);
    return {
      journalBytes: sum(journal),
      projectionBytes: sum(index),
      freeBytes: disk.bavail * disk.bsize,
      ...(oldest !== undefined && { oldestEventAtMs: oldest }),
    };
  }

  changesSince(sequence: number, limit: number): Promise<Queries.ChangePage> {
    return this.#ask({ name: "changesSince", sequence, limit });
  }

  latestSequence(): Promise<number> {
    return this.#ask({ name: "latestSequence" });
  }

  onChange(listener: () => void): () => void {
    return this.#options.changes.listen(listener);
  }

  /** Segments were dropped: as long as the thread has their files open, the disk has not their room. */
  segmentsDropped(): void {
    if (this.#worker !== undefined) this.#tell({ type: "segments", segments: this.#options.segments() });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#rejectAll(closedError());
    if (this.#worker === undefined) return;
    this.#tell({ type: "close" });
    await this.#exited;
  }

  async #ask<N extends keyof QueryAnswers>(
    question: Question & { readonly name: N },
    signal?: AbortSignal,
  ): Promise<QueryAnswers[N]> {
    for (;;) {
      const cut = await this.#ready(signal);
      const message = await this.#askOnce(question, cut, signal);
      if (message.type === "answer") {
        // Built again meanwhile, it may have been read half-built.
        if (cut.generation !== this.#options.projection.generation) continue;
        // The thread answers a question by its name: `QueryAnswers` is what both sides keep to.
        return message.value as QueryAnswers[N];
      }
      if (message.fault === "other") throw new GtcError("GTC_INTERNAL", { detail: message.because });
      if (message.fault === "unusable") await this.#options.projection.rebuild(cut.generation, message.because);
    }
  }

  /** Resolves when what was acknowledged before can be read: with where that ends, and which projection holds it. */
  async #ready(signal: AbortSignal | undefined): Promise<Cut> {
    if (this.#closed) throw closedError();
    if (this.#waiting.size >= MOST_QUESTIONS)
      throw new GtcError("GTC_TOO_MANY_QUESTIONS", { count: this.#waiting.size });
    signal?.throwIfAborted();
    const { projection } = this.#options;
    // In this order: a refusal that is not yet kept lies at this end or behind it.
    const end = this.#options.end();
    await projection.projector.refusalsKept();
    const generation = await projection.ready(end);
    if (this.#closed) throw closedError();
    signal?.throwIfAborted();
    return { end, generation };
  }

  async #askOnce(question: Question, cut: Cut, signal: AbortSignal | undefined): Promise<FromQueryThread> {
    const id = this.#nextId++;
    const answered = new Promise<FromQueryThread>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#tell({ type: "ask", id, question, journal: { ...cut, segments: this.#options.segments() } });
    const abort = (): void => {
      this.#tell({ type: "cancel", id });
      this.#waiting.get(id)?.reject(signal?.reason);
    };
    signal?.addEventListener("abort", abort, { once: true });
    try {
      return await answered;
    } finally {
      this.#waiting.delete(id);
      signal?.removeEventListener("abort", abort);
    }
  }

  #tell(message: ToQueryThread): void {
    this.#worker ??= this.#start();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origins
    this.#worker.postMessage(message);
  }

  #start(): Worker {
    const worker = new Worker(threadEntry(import.meta.url, "./query-thread.ts"), { workerData: this.#options.start });
    worker.on("message", (message: FromQueryThread) => this.#take(message));
    worker.on("error", (error) => this.#rejectAll(new GtcError("GTC_INTERNAL", { detail: error.message })));
    this.#exited = new Promise((resolve) => {
      worker.on("exit", () => {
        this.#worker = undefined;
        this.#rejectAll(closedError());
        resolve();
      });
    });
    return worker;
  }

  #take(message: FromQueryThread): void {
    this.#waiting.get(message.id)?.resolve(message);
  }

  #rejectAll(error: unknown): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

function closedError(): GtcError {
  return new GtcError("GTC_LOG_UNAVAILABLE", { detail: "the log is closed" });
}

/** 0 for a file that went meanwhile. */
async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total + size, 0);
}
