import { expect, test } from "vitest";
import { BlockRanges, type Period } from "./block-ranges.ts";
import { openSqlite } from "./sqlite.ts";

const MINUTE_MS = 60_000;
const ALL = Number.MAX_SAFE_INTEGER;

/** Blocks of events [first id, last id, first minute, last minute], and events behind them [id, minute]. */
function ranges(blocks: readonly number[][], rest: readonly number[][]): BlockRanges {
  // A database without a name leaves no file behind.
  const db = openSqlite("");
  db.exec(`CREATE TABLE event (seq INTEGER PRIMARY KEY, received_at REAL);
    CREATE TABLE event_block (last_seq INTEGER PRIMARY KEY, first_seq INTEGER, first_at REAL, last_at REAL)`);
  const event = db.prepare("INSERT INTO event VALUES (?, ?)");
  const block = db.prepare("INSERT INTO event_block VALUES (?, ?, ?, ?)");
  for (const [first = 0, last = 0, from = 0, to = 0] of blocks) {
    block.run(last, first, from * MINUTE_MS, to * MINUTE_MS);
    event.run(first, from * MINUTE_MS);
    event.run(last, to * MINUTE_MS);
  }
  for (const [seq, minute = 0] of rest) event.run(seq, minute * MINUTE_MS);
  return new BlockRanges(db);
}

const minutes = (since?: number, until?: number): Period => ({
  ...(since !== undefined && { sinceMs: since * MINUTE_MS }),
  ...(until !== undefined && { untilMs: until * MINUTE_MS }),
});

test("a run that was queued while nothing came, between two blocks, lies in the range of its time", () => {
  // Events until minute 10 and from minute 120 on; a run is queued at minute 60, with the row id 150.
  const quiet = ranges(
    [
      [0, 100, 0, 10],
      [200, 300, 120, 130],
    ],
    [[400, 140]],
  );
  for (const period of [minutes(50), minutes(50, 70), minutes(undefined, 70)]) {
    const { from, to } = quiet.runs(period, ALL);
    expect(from).toBeLessThanOrEqual(150);
    expect(to).toBeGreaterThan(150);
  }
  expect(quiet.runs(minutes(125), ALL).from).toBeGreaterThan(100);
  expect(quiet.runs(minutes(undefined, 5), ALL).to).toBeLessThanOrEqual(200);
  expect(quiet.runs(minutes(135, 150), ALL)).toEqual({ from: 301, to: ALL });
  expect(quiet.runs(minutes(), 77)).toEqual({ from: 0, to: 77 });
});

test("events of a period are found, also where the clock was set back", () => {
  const jumped = ranges(
    [
      [0, 100, 50, 60],
      [101, 200, 20, 61],
    ],
    [[201, 30]],
  );
  expect(jumped.events(minutes(58), ALL)).toEqual({ from: 0, to: ALL });
  expect(jumped.events(minutes(61), ALL)).toEqual({ from: 101, to: ALL });
  expect(jumped.events(minutes(undefined, 25), ALL)).toEqual({ from: 0, to: 201 });
  expect(jumped.events(minutes(62), ALL).from).toBe(201);
});

test("a log with no full block is looked through as a whole", () => {
  const small = ranges([], [[5, 10]]);
  expect(small.events(minutes(1, 20), ALL)).toEqual({ from: 0, to: ALL });
  expect(small.runs(minutes(1, 20), ALL)).toEqual({ from: 0, to: ALL });
  expect(small.events(minutes(undefined, 5), ALL).to).toBe(0);
});
