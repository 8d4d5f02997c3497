/**
 * The few calls by which the journal writes a file, as a port: a test gives files that fail.
 * `write` resolves when all bytes are on disk: the file is opened with O_DSYNC where the platform has it, which saves
 * one trip to the thread pool per batch, else fdatasync follows each write. A file that somebody removed takes bytes as
 * before and loses them when it is closed: a write into one fails.
 */
import { close, constants, fdatasync, fstatSync, fsync, ftruncate, open, writev } from "node:fs";
import { promisify } from "node:util";

export interface JournalFile {
  /** Writes all buffers at a file offset, durably. After a failure the file must not be written again. */
  write(buffers: Buffer[], offset: number): Promise<void>;
  /** Cuts the file, durably. */
  truncate(bytes: number): Promise<void>;
  close(): Promise<void>;
}

/** Opens an existing segment or makes a new one (`create`: it must not exist). */
export type OpenJournalFile = (path: string, create: boolean) => Promise<JournalFile>;

const openFd = promisify(open);
const closeFd = promisify(close);
const syncFd = promisify(fsync);
const truncateFd = promisify(ftruncate);

/** Windows has no such flag. */
const DSYNC: number | undefined = constants.O_DSYNC;

export const openNodeJournalFile: OpenJournalFile = async (path, create) => {
  const flags = constants.O_RDWR | (create ? constants.O_CREAT | constants.O_EXCL : 0) | (DSYNC ?? 0);
  const fd = await openFd(path, flags, 0o600);
  // A file system that does not count names says 0 from the start.
  const countsNames = hasName(fd);
  return {
    write: async (buffers, offset) => {
      await writeAll(fd, buffers, offset);
      if (countsNames && !hasName(fd)) throw new Error(`${path} was removed while the log was open`);
    },
    // O_DSYNC is for writes alone: what was cut off must not come back after a loss of power.
    truncate: async (bytes) => {
      await truncateFd(fd, bytes);
      await syncFd(fd);
    },
    close: () => closeFd(fd),
  };
};

/** Asked in place: the answer stands in memory, and a trip to the thread pool would take many times as long. */
function hasName(fd: number): boolean {
  return fstatSync(fd).nlink > 0;
}

function writeAll(fd: number, buffers: Buffer[], offset: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null): void => (error === null ? resolve() : reject(error));
    const step = (left: Buffer[], at: number): void => {
      writev(fd, left, at, (error, written) => {
        if (error !== null) return reject(error);
        const rest = skipBytes(left, written);
        if (rest.length > 0) {
          // A short write that wrote nothing would loop for ever.
          if (written === 0) return reject(new Error("the file took no bytes"));
          return step(rest, at + written);
        }
        if (DSYNC === undefined) fdatasync(fd, done);
        else resolve();
      });
    };
    step(buffers, offset);
  });
}

function skipBytes(buffers: Buffer[], bytes: number): Buffer[] {
  let left = bytes;
  for (let index = 0; index < buffers.length; index++) {
    const buffer = buffers[index]!;
    if (left < buffer.length) return [buffer.subarray(left), ...buffers.slice(index + 1)];
    left -= buffer.length;
  }
  return [];
}
