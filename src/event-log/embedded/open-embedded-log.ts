import { join } from "node:path";
import { ReleaseStack } from "../../base/index.ts";
import type { EventLog } from "../event-log.ts";
import { ChangeSignal } from "../change-signal.ts";
import { WorkSignal } from "../work-signal.ts";
import { EmbeddedLog } from "./embedded-log.ts";
import { EmbeddedQueries } from "./embedded-queries.ts";
import { lockFolder } from "./folder-lock.ts";
import { Journal } from "./journal.ts";
import { JournalReader } from "./journal-reader.ts";
import { resolveOptions, type EmbeddedLogOptions, type ResolvedOptions } from "./options.ts";
import { Projection } from "./projection.ts";
import { firstLoss, inspectJournal, makeFolder, repairJournal, type RecoveredJournal } from "./recover-journal.ts";
import { RunQueue } from "./run-queue.ts";

/**
 * Opens the log of a folder: locks it, repairs the journal's tail, brings the projection up to it, and queues every run
 * that has not ended.
 * @throws GtcError GTC_BUNDLE_LOCKED when another process has it, GTC_LOG_FORMAT when a newer gtc wrote it.
 */
export async function openEmbeddedLog(given: EmbeddedLogOptions): Promise<EventLog> {
  const options = resolveOptions(given);
  const stack = new ReleaseStack();
  try {
    makeFolder(options.folder);
    stack.add(lockFolder(options.folder, options.lockWaitMs));
    const found = inspectJournal(options.folder);
    for (const damage of found.damage) options.onNotice({ kind: "damage", damage });
    const writes = options.mode === "write";
    const recovered = writes
      ? await repairJournal(options.folder, found, options.openFile, options.clock.now())
      : found;
    return await assemble(options, recovered, firstLoss(found), stack);
  } catch (error) {
    await stack[Symbol.asyncDispose]();
    throw error;
  }
}

async function assemble(
  options: ResolvedOptions,
  found: RecoveredJournal,
  mostApplied: number,
  stack: ReleaseStack,
): Promise<EventLog> {
  const signal = new WorkSignal(options.clock);
  stack.add(() => signal.close());
  const reader = new JournalReader(found.segments);
  stack.add(() => reader.close());
  const projection = openProjection(options, found, mostApplied, reader);
  stack.add(() => projection.close());
  const { value: counts, complete } = await projection.read(found.end, (rows) => rows.counts().runs);
  // Where it cannot be written now, there may be some in what it lacks.
  const hasOpenRuns = !complete || counts.queued + counts.running + counts.waiting > 0;
  const queue = new RunQueue(options, signal, hasOpenRuns);
  const changes = new ChangeSignal();
  stack.add(() => changes.close());
  const journal = options.mode === "write" ? await openJournal(options, found, reader, projection, changes) : undefined;
  if (journal !== undefined) stack.add(() => journal.close());
  const { folder } = options;
  const queries = new EmbeddedQueries({
    start: filesOf(folder),
    folder,
    projection,
    segments: () => reader.segments,
    end: () => journal?.end ?? found.end,
    changes,
  });
  stack.add(() => queries.close());
  const release = (): Promise<void> => stack[Symbol.asyncDispose]();
  const log = new EmbeddedLog({
    options,
    journal,
    end: found.end,
    reader,
    projection,
    queue,
    signal,
    queries,
    changes,
    release,
  });
  await log.load();
  return log;
}

function filesOf(folder: string): { readonly projectionPath: string; readonly refusalsPath: string } {
  return { projectionPath: join(folder, "projection.sqlite"), refusalsPath: join(folder, "refusals.sqlite") };
}

function openProjection(
  options: ResolvedOptions,
  found: RecoveredJournal,
  mostApplied: number,
  reader: JournalReader,
): Projection {
  const { folder, refusalsKept, onNotice } = options;
  return new Projection({
    ...filesOf(folder),
    refusalsKept,
    salt: found.salt,
    stored: found.end,
    writtenFrom: found.end,
    // It must know nothing that the journal has lost.
    mostApplied,
    isSuspect: found.damage.length > 0,
    segments: () => reader.segments,
    onRebuild: (because) => onNotice({ kind: "projection-rebuilt", because }),
    onLost: (because) => onNotice({ kind: "projection-lost", because }),
  });
}

async function openJournal(
  options: ResolvedOptions,
  found: RecoveredJournal,
  reader: JournalReader,
  projection: Projection,
  changes: ChangeSignal,
): Promise<Journal> {
  const last = found.segments.at(-1);
  if (last === undefined) throw new Error("a repaired journal has a segment");
  const file = await options.openFile(last.path, false);
  return new Journal(
    {
      folder: options.folder,
      salt: found.salt,
      segmentBytes: options.segmentBytes,
      openFile: options.openFile,
      nowMs: () => options.clock.now(),
      onStored: (end) => {
        projection.projector.advance(end);
        changes.notify();
      },
      onSegment: (segment) => {
        reader.add(segment);
        projection.projector.addSegment(segment);
      },
      onUnavailable: (because) => options.onNotice({ kind: "unavailable", because }),
      onRecovered: () => options.onNotice({ kind: "recovered" }),
    },
    file,
    last.base,
    found.end,
  );
}
