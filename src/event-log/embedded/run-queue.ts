/**
 * Who works on which run: in memory alone, so claims die with the process.
 *
 * Invariants:
 * 1. A run id has at most one entry, and an entry is ready, claimed or waiting; only a ready one is handed out.
 * 2. Memory is bounded: fresh runs keep their event (`hot`) up to a number and to bytes. Past that the queue is
 *    `spilled`: it keeps a row id and reads the projection from there on, in the same order, when there is room.
 * 3. Waiting runs are kept up to a number; past that only the earliest due time of those left out is kept.
 */
import { InFlightMap } from "../../base/index.ts";
import type { Envelope } from "../../event/index.ts";
import type { ClaimedRun, ClaimRequest, RunFact, WrittenSteps } from "../event-log.ts";
import type { WorkSignal } from "../work-signal.ts";
import { DueHeap } from "./due-heap.ts";
import { WaitingLine } from "./waiting-line.ts";

export interface RunEntry {
  readonly id: string;
  state: "ready" | "claimed" | "waiting" | "gone";
  /** Ready made, for a run that nobody has worked on; absent: to be read from the projection and the journal. */
  hot: HotRun | undefined;
  leaseUntilMs: number;
}

interface HotRun {
  readonly claimed: ClaimedRun;
  /** What its event takes in memory. */
  readonly bytes: number;
}

interface WaitingEntry {
  readonly dueAtMs: number;
  readonly entry: RunEntry;
}

export interface RunQueueLimits {
  readonly hotRuns: number;
  readonly hotBytes: number;
  readonly waitingRuns: number;
}

/** An open run as the projection has it. */
export interface OpenRun {
  readonly id: string;
  readonly seq: number;
  readonly waitsUntilMs: number | undefined;
}

export class RunQueue {
  readonly #limits: RunQueueLimits;
  readonly #signal: WorkSignal;
  readonly #entries = new InFlightMap<RunEntry>();
  /** Entries that have gone meanwhile are passed over. */
  readonly #ready = new WaitingLine<RunEntry>();
  readonly #claimed = new InFlightMap<RunEntry>();
  readonly #waiting = new DueHeap<WaitingEntry>();
  readonly #hotByEvent = new InFlightMap<RunEntry[]>();
  #hotBytes = 0;
  #nextLeaseMs = Infinity;
  /** The row id after which the projection holds runs that are not in memory; undefined: all are. */
  #spilledAfter: number | undefined;
  /** The newest spilled runs, all those behind `#forgottenUpTo`: with them the queue finds back into memory under load. */
  #recent: { readonly seq: number; readonly id: string; readonly hot: HotRun | undefined }[] = [];
  #recentBytes = 0;
  #forgottenUpTo = -1;
  /** The earliest time at which a waiting run that is not in memory comes due. */
  waitingLeftOutMs = Infinity;
  /** The same of those that were left out since due ones were asked for. */
  #leftOutMeanwhileMs = Infinity;

  /** `openRuns`: the projection holds runs from before that have not ended. */
  constructor(limits: RunQueueLimits, signal: WorkSignal, openRuns: boolean) {
    this.#limits = limits;
    this.#signal = signal;
    if (openRuns) this.#spilledAfter = -1;
  }

  /** Whether there are runs that have not ended. */
  get hasOpenRuns(): boolean {
    return this.#entries.size > 0 || this.#spilledAfter !== undefined || this.waitingLeftOutMs !== Infinity;
  }

  get spilledAfter(): number | undefined {
    return this.#spilledAfter;
  }

  /** Tells the listeners at a time that there may be work. */
  callAgain(atMs: number): void {
    this.#signal.at(atMs);
  }

  /** Whether the run is in memory: in line, claimed or waiting. */
  has(id: string): boolean {
    return this.#entries.has(id);
  }

  /** A run that was stored with its event. */
  addFresh(claimed: ClaimedRun, seq: number): void {
    const hot: HotRun = { claimed, bytes: bytesOf(claimed.envelope) };
    const full = this.#entries.size >= this.#limits.hotRuns || this.#hotBytes + hot.bytes > this.#limits.hotBytes;
    if (this.#spilledAfter !== undefined || full) this.#spill(seq, claimed.run.id, hot);
    else this.#addHot(hot);
    this.#signal.now();
  }

  /** A run that began before its event was stored: it is the claim of whoever began it, until it waits or has ended. */
  addBegun(id: string): void {
    const entry: RunEntry = { id, state: "claimed", hot: undefined, leaseUntilMs: Infinity };
    this.#entries.set(id, entry);
    this.#claimed.set(entry.id, entry);
  }

  #addHot(hot: HotRun): void {
    const { id, eventId } = hot.claimed.run;
    if (this.#entries.has(id)) return;
    this.#hotBytes += hot.bytes;
    const entry: RunEntry = { id, state: "ready", hot, leaseUntilMs: 0 };
    this.#makeReady(entry);
    const siblings = this.#hotByEvent.get(eventId);
    if (siblings === undefined) this.#hotByEvent.set(eventId, [entry]);
    else siblings.push(entry);
  }

  /** A run that was queued for an event stored before. */
  addQueued(id: string, seq: number): void {
    if (this.#entries.has(id)) return;
    if (this.#spilledAfter !== undefined || this.#entries.size >= this.#limits.hotRuns) this.#spill(seq, id, undefined);
    else this.#makeReady(readyEntry(id));
    this.#signal.now();
  }

  /** A flow has answered the event: its runs that are still in line must learn of it, and are read anew. */
  noteAnswered(eventId: string): void {
    for (const entry of this.#hotByEvent.get(eventId)?.slice() ?? []) this.#cool(entry);
  }

  /** What a stored fact means for the run's entry. */
  note(fact: RunFact<unknown> | WrittenSteps): void {
    const entry = this.#entries.get(fact.runId);
    if (entry === undefined) return this.#noteAbsent(fact.runId, fact.type);
    if (fact.type === "run_ended") return this.remove(entry);
    this.#cool(entry);
    if (fact.type === "run_waiting") this.#wait(entry, fact.resumeAtMs);
    else if (entry.state === "waiting") this.#wakeUp(entry);
  }

  /** Takes ready and due runs; the caller completes those that are not hot. */
  take(request: ClaimRequest): RunEntry[] {
    this.#releaseExpired(request.nowMs);
    this.#releaseDue(request.nowMs);
    const taken: RunEntry[] = [];
    while (taken.length < request.limit) {
      const entry = this.#shiftReady();
      if (entry === undefined) break;
      entry.state = "claimed";
      entry.leaseUntilMs = request.nowMs + request.leaseMs;
      this.#claimed.set(entry.id, entry);
      this.#nextLeaseMs = Math.min(this.#nextLeaseMs, entry.leaseUntilMs);
      taken.push(entry);
    }
    if (this.#nextLeaseMs !== Infinity) this.#signal.at(this.#nextLeaseMs);
    // A signal for something earlier took the place of this one.
    if (this.waitingLeftOutMs !== Infinity) this.#signal.at(this.waitingLeftOutMs);
    return taken;
  }

  /** The run's first claim takes its event with it. */
  takeHot(entry: RunEntry): ClaimedRun | undefined {
    const { hot } = entry;
    this.#cool(entry);
    return hot?.claimed;
  }

  /** A run that could not be completed now: it stays first in line, or goes to its end. */
  giveBack(entry: RunEntry, first = true): void {
    if (entry.state !== "claimed") return;
    this.#unclaim(entry);
    this.#makeReady(entry, first);
  }

  /** A claimed run that turned out to wait. */
  waitOn(entry: RunEntry, dueAtMs: number): void {
    if (entry.state === "claimed") this.#wait(entry, dueAtMs);
  }

  remove(entry: RunEntry): void {
    this.#cool(entry);
    this.#unclaim(entry);
    if (this.#entries.get(entry.id) === entry) this.#entries.delete(entry.id);
    entry.state = "gone";
  }

  /** Takes a page of open runs from the projection; `coveredTo`: it is the last before that place in the journal. */
  addPage(page: readonly OpenRun[], coveredTo: number | undefined): void {
    for (const run of page) {
      this.#spilledAfter = run.seq;
      if (this.#entries.has(run.id)) continue;
      const entry = readyEntry(run.id);
      if (run.waitsUntilMs === undefined) this.#makeReady(entry);
      else this.#wait(entry, run.waitsUntilMs);
    }
    if (coveredTo !== undefined) this.#unspill(coveredTo);
  }

  /** Goes before `addDue`: the projection is asked as it is now, and does not know who comes to wait from here on. */
  askForDue(): void {
    this.#leftOutMeanwhileMs = Infinity;
  }

  /** Takes due waiting runs that were left out of memory. */
  addDue(page: readonly OpenRun[], nextLeftOutMs: number): void {
    for (const { id } of page) {
      if (!this.#entries.has(id)) this.#makeReady(readyEntry(id));
    }
    this.#leaveOut(Math.min(nextLeftOutMs, this.#leftOutMeanwhileMs));
  }

  /** A worker whose lease had run out went on with a run that waits outside of memory: it no longer waits. */
  #noteAbsent(runId: string, type: (RunFact | WrittenSteps)["type"]): void {
    // What is said of a run that is not in memory may be said of one of these: they are read anew.
    this.#forgetRecent();
    const goesOn = type === "run_started" || type === "step_done" || type === "written_steps";
    if (goesOn && this.waitingLeftOutMs !== Infinity) this.#makeReady(readyEntry(runId));
  }

  /** A waiting run that someone goes on with waits no more; the heap's place for it no longer counts. */
  #wakeUp(entry: RunEntry): void {
    entry.state = "gone";
    this.#makeReady(readyEntry(entry.id));
  }

  #spill(seq: number, id: string, hot: HotRun | undefined): void {
    this.#spilledAfter ??= seq - 1;
    this.#recent.push({ seq, id, hot });
    this.#recentBytes += hot?.bytes ?? 0;
    const most = this.#limits.hotRuns / 4;
    if (this.#recent.length > most || this.#recentBytes > this.#limits.hotBytes / 4) this.#forgetRecent();
  }

  #forgetRecent(): void {
    this.#forgottenUpTo = this.#recent.at(-1)?.seq ?? this.#forgottenUpTo;
    this.#recent = [];
    this.#recentBytes = 0;
  }

  /** Leaves the spilled state, if everything from a position on is at hand and there is room for it. */
  #unspill(coveredTo: number): void {
    const rest = this.#recent.filter((run) => run.seq >= coveredTo);
    const room = this.#entries.size + rest.length <= this.#limits.hotRuns;
    if (this.#forgottenUpTo >= coveredTo || !room) return;
    this.#spilledAfter = undefined;
    for (const { id, hot } of rest) {
      if (hot !== undefined) this.#addHot(hot);
      else if (!this.#entries.has(id)) this.#makeReady(readyEntry(id));
    }
    this.#forgetRecent();
  }

  #makeReady(entry: RunEntry, first = false): void {
    entry.state = "ready";
    this.#entries.set(entry.id, entry);
    this.#ready.add(entry, first);
  }

  #shiftReady(): RunEntry | undefined {
    let entry = this.#ready.shift();
    while (entry !== undefined && entry.state !== "ready") entry = this.#ready.shift();
    return entry;
  }

  #cool(entry: RunEntry): void {
    if (entry.hot === undefined) return;
    const { claimed, bytes } = entry.hot;
    this.#hotBytes -= bytes;
    entry.hot = undefined;
    const { eventId } = claimed.run;
    const siblings = this.#hotByEvent.get(eventId);
    if (siblings === undefined || siblings.length <= 1) this.#hotByEvent.delete(eventId);
    else siblings.splice(siblings.indexOf(entry), 1);
  }

  #wait(entry: RunEntry, dueAtMs: number): void {
    this.#unclaim(entry);
    if (this.#waiting.size >= this.#limits.waitingRuns) {
      this.#entries.delete(entry.id);
      entry.state = "gone";
      this.#leftOutMeanwhileMs = Math.min(this.#leftOutMeanwhileMs, dueAtMs);
      this.#leaveOut(Math.min(this.waitingLeftOutMs, dueAtMs));
      return;
    }
    // A new entry, so that an earlier place in the ready queue or the heap no longer counts.
    entry.state = "gone";
    const fresh: RunEntry = { id: entry.id, state: "waiting", hot: undefined, leaseUntilMs: 0 };
    this.#entries.set(fresh.id, fresh);
    this.#waiting.push({ dueAtMs, entry: fresh });
    this.#signal.at(dueAtMs);
  }

  /** The claim may be that of a newer entry of the same run. */
  #unclaim(entry: RunEntry): void {
    if (this.#claimed.get(entry.id) === entry) this.#claimed.delete(entry.id);
  }

  #leaveOut(dueAtMs: number): void {
    this.waitingLeftOutMs = dueAtMs;
    if (dueAtMs !== Infinity) this.#signal.at(dueAtMs);
  }

  #releaseDue(nowMs: number): void {
    for (let top = this.#waiting.top; top !== undefined && top.dueAtMs <= nowMs; top = this.#waiting.top) {
      this.#waiting.pop();
      if (top.entry.state === "waiting") this.#makeReady(top.entry);
    }
    if (this.#waiting.top !== undefined) this.#signal.at(this.#waiting.top.dueAtMs);
  }

  #releaseExpired(nowMs: number): void {
    if (nowMs < this.#nextLeaseMs) return;
    let next = Infinity;
    const expired: RunEntry[] = [];
    for (const entry of this.#claimed.values()) {
      if (entry.leaseUntilMs <= nowMs) expired.push(entry);
      else next = Math.min(next, entry.leaseUntilMs);
    }
    for (const entry of expired.reverse()) this.giveBack(entry);
    this.#nextLeaseMs = next;
  }
}

function readyEntry(id: string): RunEntry {
  return { id, state: "ready", hot: undefined, leaseUntilMs: 0 };
}

/** Beside its characters. */
const HEADER_BYTES = 100;

/** What an event takes in memory, about: its headers may take more than its body. */
function bytesOf({ rawBody, target, headers }: Envelope): number {
  let bytes = rawBody.byteLength + target.length;
  for (const [name, value] of headers) bytes += name.length + value.length + HEADER_BYTES;
  return bytes;
}
