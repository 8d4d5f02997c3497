/**
 * The projector: the only writer of the projection. It sleeps until the journal has grown, gathers for a moment so that
 * one transaction holds many records (unless a reader waits), applies them, and tells how far it has come.
 *
 * It blocks in `Atomics.wait` and takes its messages synchronously, so it has no event loop of its own to starve.
 */
import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from "node:worker_threads";
import { messageOf, yieldToOtherThreads } from "../../base/index.ts";
import { JournalFollower } from "./journal-follower.ts";
import { ProjectionBatch } from "./projection-batch.ts";
import { isUnusable, removeProjection } from "./projection-file.ts";
import { ProjectionStore } from "./projection-store.ts";
import { SharedProgress, type FromProjector, type ProjectorStart, type ToProjector } from "./projector-protocol.ts";
import { RefusalRing } from "./refusal-ring.ts";

/** How long records may gather before they are applied, when nobody waits for them. */
const GATHER_MS = 40;
/**
 * Under load they gather longer: a run whose whole life is in one batch is written once, and half of them would lie across
 * two batches as short as above.
 */
const GATHER_UNDER_LOAD_MS = 160;
const LOAD_BYTES = 128 * 1024;
const BATCH_RECORDS = 8192;
/** How soon a projection that could not be written is tried again. */
const RETRY_MS = 250;
const IDLE_MS = 60_000;
const DROP_STEP = 5000;
/** Where the processor is short, requests go first: a third of it is enough to keep up with all that one thread appends. */
const NICENESS = 3;

class Projector {
  readonly #port: MessagePort;
  readonly #progress: SharedProgress;
  readonly #store: ProjectionStore;
  readonly #refusals: RefusalRing;
  readonly #follower: JournalFollower;
  #closing = false;
  #stalled = false;
  /** Rows before this place are still to go; 0: none. */
  #dropBefore = 0;

  constructor(start: ProjectorStart, port: MessagePort) {
    this.#port = port;
    this.#progress = new SharedProgress(start.shared);
    if (start.rebuild) removeProjection(start.projectionPath);
    this.#store = openStore(start);
    this.#refusals = RefusalRing.open(start.refusalsPath, start.refusalsKept, Date.now(), start.isSuspect);
    this.#follower = new JournalFollower(start.segments, this.#store.applied(), start.writtenFrom);
    this.#dropBefore = start.segments[0]?.base ?? 0;
    this.#drop(false);
  }

  run(): void {
    while (!this.#closing) {
      const wakes = this.#progress.wakes;
      this.#takeMessages();
      const urgent = this.#progress.takeUrgent();
      if (this.#follower.position < this.#progress.stored) {
        if (!urgent && !this.#closing) this.#gather();
        this.#applyAll();
        if (this.#stalled) this.#progress.sleep(this.#progress.wakes, RETRY_MS);
        continue;
      }
      if (urgent) this.#tellApplied();
      if (!this.#closing) this.#progress.sleep(wakes, IDLE_MS);
    }
    this.#applyAll();
    this.#follower.close();
    this.#store.close();
    this.#refusals.close();
    this.#post({ type: "closed" });
  }

  #gather(): void {
    const from = this.#progress.stored;
    this.#progress.sleepUnlessUrgent(GATHER_MS);
    if (this.#progress.stored - from > LOAD_BYTES) this.#progress.sleepUnlessUrgent(GATHER_UNDER_LOAD_MS);
  }

  #applyAll(): void {
    while (this.#follower.position < this.#progress.stored) if (!this.#applyBatch()) return;
  }

  #applyBatch(): boolean {
    // In this order: a segment is announced before anything in it is stored, so `stored` never lies in an unknown one.
    const stored = this.#progress.stored;
    this.#takeMessages();
    const from = this.#follower.position;
    const batch = new ProjectionBatch(this.#store);
    try {
      this.#follower.read(stored, (record) => {
        batch.apply(record);
        return batch.records < BATCH_RECORDS;
      });
      this.#store.commit(this.#follower.position, () => batch.flush());
    } catch (error) {
      if (isUnusable(error)) throw error;
      this.#follower.rewind(from);
      this.#store.forget();
      this.#stalled = true;
      this.#post({ type: "stalled", because: messageOf(error) });
      return false;
    }
    this.#stalled = false;
    if (this.#dropBefore > 0) this.#drop();
    this.#tellApplied();
    return true;
  }

  #takeMessages(): void {
    for (let received = receiveMessageOnPort(this.#port); received; received = receiveMessageOnPort(this.#port)) {
      this.#take(received.message as ToProjector);
    }
  }

  #take(message: ToProjector): void {
    switch (message.type) {
      case "segment":
        this.#follower.add(message.segment);
        return;
      case "refusals":
        this.#keepRefusals(message);
        return;
      case "drop":
        this.#applyAll();
        this.#follower.dropBefore(message.before);
        this.#dropBefore = message.before;
        this.#post({ type: "dropped", events: this.#drop() });
        return;
      case "close":
        this.#closing = true;
        return;
      default:
        message satisfies never;
    }
  }

  #keepRefusals(message: Extract<ToProjector, { type: "refusals" }>): void {
    try {
      this.#refusals.add(message.refusals, message.skipped);
      this.#refusals.noteAccepted(message.accepted);
    } catch (error) {
      // Best effort, as the port says; a full disk is told, the requests themselves were refused anyway.
      this.#post({ type: "stalled", because: messageOf(error) });
    }
    const { refusals, accepted } = message;
    const bytes = refusals.reduce((sum, { refusal }) => sum + refusal.bodyStart.length, 0);
    this.#post({ type: "refusals_kept", count: refusals.length + accepted.length, bytes });
  }

  /** What cannot be written now (a full disk) is tried again with the next batch. */
  #drop(evenIfNone = true): number {
    let events = 0;
    try {
      for (let dropped = 1; dropped > 0; events += dropped)
        dropped = this.#store.dropBefore(this.#dropBefore, DROP_STEP);
      if (events > 0 || evenIfNone) this.#store.dropUnused();
      this.#dropBefore = 0;
    } catch (error) {
      if (isUnusable(error)) throw error;
      this.#store.forget();
      this.#post({ type: "stalled", because: messageOf(error) });
    }
    return events;
  }

  #tellApplied(): void {
    this.#post({ type: "applied", position: this.#follower.position, openRuns: this.#store.openRuns() });
  }

  #post(message: FromProjector): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origins
    this.#port.postMessage(message);
  }
}

function openStore({ projectionPath, salt, mostApplied }: ProjectorStart): ProjectionStore {
  const store = ProjectionStore.open(projectionPath, salt);
  if (store.applied() <= mostApplied) return store;
  store.close();
  removeProjection(projectionPath);
  return ProjectionStore.open(projectionPath, salt);
}

if (parentPort === null) throw new Error("the projector runs in a worker thread");
yieldToOtherThreads(NICENESS);
try {
  new Projector(workerData as ProjectorStart, parentPort).run();
} catch (error) {
  const code = error instanceof Error && "code" in error ? { code: String(error.code) } : {};
  const fault = { message: messageOf(error), ...code };
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origins
  parentPort.postMessage({ type: "unusable", fault } satisfies FromProjector);
}
parentPort.close();
