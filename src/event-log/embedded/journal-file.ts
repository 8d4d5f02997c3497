/**
 * The few calls by which the journal writes a file, as a port: a test gives files that fail.
 * `write` resolves when all bytes are on disk: the file is opened with O_DSYNC where the platform has it, which saves
 * one trip to the thread pool per batch, else fdatasync follows each write.
 */
import { close, constants, fdatasync, fsync, ftruncate, open, writev } from "node:fs";
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
  return {
    write: (buffers, offset) => writeAll(fd, buffers, offset),
    // O_DSYNC is for writes alone: what was cut off must not come back after a loss of power.
    truncate: async (bytes) => {
      await truncateFd(fd, bytes);
      await syncFd(fd);
    },
    close: () => closeFd(fd),
  };
};

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
