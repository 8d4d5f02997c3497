/**
 * The projection as the rest of the log sees it: "the reader, once it holds everything up to here". A projection that
 * turns out to be damaged is built again from the journal behind this face.
 */
import { GtcError, messageOf } from "../../base/index.ts";
import { isRefusedBySystem, isUnusable } from "./projection-file.ts";
import { ProjectionReader } from "./projection-reader.ts";
import { Projector, type ProjectorOptions } from "./projector.ts";
import type { ProjectorFault } from "./projector-protocol.ts";
import type { Segment } from "./segment-files.ts";

export type ProjectionOptions = Omit<ProjectorOptions, "onLost" | "segments" | "rebuild"> & {
  /** The segments there are now; asked for again when the projection is rebuilt. */
  readonly segments: () => readonly Segment[];
  readonly onRebuild: (because: string) => void;
  readonly onLost: (because: string) => void;
};

/** A projection that cannot be built or opened so many times stays lost: the disk, not the file, is at fault. */
const MOST_REBUILDS = 3;

export interface Read<T> {
  readonly value: T;
  /** False: the projection cannot be written at present, and the value may lack the newest facts. */
  readonly complete: boolean;
}

export class Projection {
  readonly #options: ProjectionOptions;
  #projector: Projector;
  #reader: ProjectionReader | undefined;
  #rebuilds = 0;
  #lost: ProjectorFault | undefined;
  #closed = false;

  constructor(options: ProjectionOptions) {
    this.#options = options;
    this.#projector = this.#start(options.stored, false);
  }

  /** Another number: the file is another one. */
  get generation(): number {
    return this.#rebuilds;
  }

  get projector(): Projector {
    return this.#projector;
  }

  /** Asks the projection when it holds everything before `position`. */
  async read<T>(position: number, query: (reader: ProjectionReader) => T): Promise<Read<T>> {
    for (;;) {
      const projector = this.#projector;
      const complete = await projector.caughtUp(position);
      if (projector !== this.#projector) continue;
      if (this.#lost !== undefined && this.#reader === undefined) {
        throw this.#lostError(this.#lost);
      }
      try {
        this.#reader ??= new ProjectionReader(this.#options.projectionPath, this.#options.refusalsPath);
        return { value: this.#reader.inSnapshot(query), complete };
      } catch (error) {
        // What the file lacks then is for want of what could not be written.
        if (this.#lost !== undefined) throw this.#lostError(this.#lost);
        if (!isUnusable(error) || this.#closed || this.#rebuilds >= MOST_REBUILDS) throw error;
        await this.#rebuild(messageOf(error));
      }
    }
  }

  /** Resolves when it holds everything before `position`, or cannot for now; with its generation. */
  async ready(position: number): Promise<number> {
    for (;;) {
      const projector = this.#projector;
      await projector.caughtUp(position);
      if (projector !== this.#projector) continue;
      if (this.#lost !== undefined) throw this.#lostError(this.#lost);
      return this.generation;
    }
  }

  /** Builds it again, unless that was done since a generation. @throws GtcError when it was in vain too often. */
  async rebuild(generation: number, because: string): Promise<void> {
    if (generation !== this.generation) return;
    if (this.#closed || this.#rebuilds >= MOST_REBUILDS) throw this.#lostError({ message: because });
    await this.#rebuild(because);
  }

  async close(): Promise<void> {
    this.#closed = true;
    // The writer leaves last: it folds the write-ahead log into the file, which a read-only connection cannot.
    this.#reader?.close();
    await this.#projector.close();
  }

  /** With the system's code, where it is the system that does not let it be built. */
  #lostError({ message, code }: ProjectorFault): Error {
    const detail = `the projection cannot be built or opened: ${message}`;
    return code === undefined ? new GtcError("GTC_INTERNAL", { detail }) : Object.assign(new Error(detail), { code });
  }

  async #rebuild(because: string): Promise<void> {
    const old = this.#projector;
    await old.close();
    if (this.#projector === old) this.#restart(old.stored, { message: because });
  }

  #restart(stored: number, fault: ProjectorFault): void {
    if (this.#closed) return;
    this.#rebuilds += 1;
    if (this.#rebuilds > MOST_REBUILDS) {
      this.#lost = fault;
      this.#options.onLost(fault.message);
      return;
    }
    const rebuild = !isRefusedBySystem(fault.code);
    if (rebuild) this.#options.onRebuild(fault.message);
    this.#reader?.close();
    this.#reader = undefined;
    this.#projector = this.#start(stored, rebuild);
  }

  #start(stored: number, rebuild: boolean): Projector {
    const { projectionPath, refusalsPath, refusalsKept, salt, mostApplied, writtenFrom, isSuspect } = this.#options;
    const projector: Projector = new Projector({
      projectionPath,
      refusalsPath,
      refusalsKept,
      salt,
      mostApplied,
      // A rebuild reads from the disk what the first pass found in the system's cache.
      writtenFrom: this.#rebuilds > 0 ? Infinity : writtenFrom,
      stored,
      rebuild,
      isSuspect: isSuspect || rebuild,
      segments: this.#options.segments(),
      onLost: (fault) => this.#restart(projector.stored, fault),
    });
    return projector;
  }
}
