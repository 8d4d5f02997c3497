import { systemClock, type Clock } from "../../base/index.ts";
import { openNodeJournalFile, type OpenJournalFile } from "./journal-file.ts";
import type { DamageReport } from "./recover-journal.ts";

export interface EmbeddedLogOptions {
  /** Where the log lives; made when it is missing. */
  readonly folder: string;
  readonly clock?: Clock;
  /** How long a dedupe key makes a second event a duplicate, milliseconds. */
  readonly dedupeWindowMs?: number;
  /** At most so many keys are remembered, at up to 32 bytes each; past that the oldest are given up early. */
  readonly dedupeKeys?: number;
  /** How many refused requests are kept. */
  readonly refusalsKept?: number;
  /** A segment that has reached this size is closed and the next one begun, bytes. */
  readonly segmentBytes?: number;
  /** Fresh runs kept in memory with their events: at most so many, and events of at most so many bytes. */
  readonly hotRuns?: number;
  readonly hotBytes?: number;
  /** Waiting runs kept in memory. */
  readonly waitingRuns?: number;
  /** `write`: the gateway. `inspect`: reads only, for a command while no gateway runs. Both lock the folder. */
  readonly mode?: "write" | "inspect";
  /** How long to wait for another process to leave the folder, milliseconds. */
  readonly lockWaitMs?: number;
  readonly onNotice?: (notice: LogNotice) => void;
  /** How segment files are opened; tests give failing ones. */
  readonly openFile?: OpenJournalFile;
}

/** What an operator should know of. */
export type LogNotice =
  | { readonly kind: "damage"; readonly damage: DamageReport }
  | { readonly kind: "unavailable"; readonly because: string }
  | { readonly kind: "recovered" }
  | { readonly kind: "projection-rebuilt"; readonly because: string }
  | { readonly kind: "projection-lost"; readonly because: string }
  /** More dedupe keys than are remembered: so many left before their window was over. */
  | { readonly kind: "keys-forgotten"; readonly count: number };

export type ResolvedOptions = Required<EmbeddedLogOptions>;

const HOUR_MS = 3_600_000;
const MIB = 1024 * 1024;

export function resolveOptions(options: EmbeddedLogOptions): ResolvedOptions {
  return Object.freeze({
    folder: options.folder,
    clock: options.clock ?? systemClock,
    dedupeWindowMs: options.dedupeWindowMs ?? 72 * HOUR_MS,
    dedupeKeys: options.dedupeKeys ?? 16_000_000,
    refusalsKept: options.refusalsKept ?? 10_000,
    segmentBytes: options.segmentBytes ?? 64 * MIB,
    hotRuns: options.hotRuns ?? 20_000,
    hotBytes: options.hotBytes ?? 64 * MIB,
    waitingRuns: options.waitingRuns ?? 100_000,
    mode: options.mode ?? "write",
    lockWaitMs: options.lockWaitMs ?? 1000,
    onNotice: options.onNotice ?? (() => undefined),
    openFile: options.openFile ?? openNodeJournalFile,
  });
}
