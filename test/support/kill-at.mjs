/**
 * Loaded before a gateway (`--import`): it ends itself as by a power cut when it comes to a point for the n-th time. The
 * point is in the query of this file's URL, because threads have no environment.
 *
 * `write-before`, `write-torn`, `write-after`: the journal is written, before, in the middle of it, or when the bytes are on
 * disk but nobody knows; `segment`: a segment's file is there and has no header; `step`: a runner begins a step; `rebuild`: the
 * projector reads the journal; `drop`: a segment has been removed.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { isMainThread } from "node:worker_threads";

const query = new URL(import.meta.url).searchParams;
const point = query.get("point");
let left = Number(query.get("nth"));

function isTime(here) {
  if (here !== point) return false;
  left -= 1;
  return left === 0;
}

/** Nothing of this process runs after it. */
function die() {
  process.kill(process.pid, "SIGKILL");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

function watchJournal() {
  const { writev, open, unlinkSync } = fs;
  fs.writev = (fd, buffers, at, done) => {
    if (isTime("write-before")) die();
    if (isTime("write-torn")) {
      const all = Buffer.concat(buffers);
      fs.writeSync(fd, all, 0, Math.ceil(all.length / 2), at);
      die();
    }
    if (isTime("write-after")) {
      fs.writevSync(fd, buffers, at);
      die();
    }
    writev(fd, buffers, at, done);
  };
  fs.open = (path, ...rest) => {
    const done = rest.pop();
    const isNew = String(path).endsWith(".journal") && (rest[0] & fs.constants.O_CREAT) !== 0;
    open(path, ...rest, (error, fd) => {
      if (isNew && isTime("segment")) die();
      done(error, fd);
    });
  };
  fs.unlinkSync = (path) => {
    unlinkSync(path);
    if (String(path).endsWith(".journal") && isTime("drop")) die();
  };
}

/** Of the threads, runners say at which task they are, and the projector reads files. */
function watchThread() {
  const { store } = Atomics;
  Atomics.store = (array, index, value) => {
    const stored = store(array, index, value);
    if (isTime("step")) die();
    return stored;
  };
  const { readSync } = fs;
  fs.readSync = (...given) => {
    if (isTime("rebuild")) die();
    return readSync(...given);
  };
}

if (isMainThread) watchJournal();
else watchThread();
syncBuiltinESMExports();
