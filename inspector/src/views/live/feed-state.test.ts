import { expect, test } from "vitest";
import type { EventSummary } from "../../../../src/admin/contract/index.ts";
import { eventRow, type FeedRow } from "./feed.ts";
import { FeedPager } from "./feed-pager.ts";
import * as feedState from "./feed-state.ts";
import type { Asked, FeedState } from "./feed-state.ts";
import { MOST_HELD } from "./feed-state.ts";
import { MOST_ROWS } from "./feed-window.ts";

const NOON = Date.parse("2026-11-24T12:00:00.000Z");
const row = (n: number, more: Partial<EventSummary> = {}): FeedRow =>
  eventRow({
    id: String(n).padStart(6, "0"),
    received_at: new Date(NOON + n).toISOString(),
    runs: [],
    ...more,
  } as unknown as EventSummary);
const rowsOf = (from: number, to: number): FeedRow[] =>
  Array.from({ length: to - from }, (_, index) => row(from + index));

const pager = new FeedPager([]);
const asked = (more: Partial<Asked> = {}): Asked => ({
  filters: {},
  isHeld: false,
  nowMs: NOON,
  pagerBehind: () => pager,
  ...more,
});
const pageOf = (rows: readonly FeedRow[]) => ({ rows, isEnd: false, searchedTo: null });

function shown(rows: readonly FeedRow[]): FeedState {
  return feedState.withNewest(feedState.emptyFeed("{}"), pageOf(rows), pager, asked());
}
const ids = ({ rows }: FeedState): number[] => rows.map(({ id }) => Number(id));

test("what comes is on top, what changes changes in its place", () => {
  const changed = row(1, { status: "failed" });
  const state = feedState.withChanges(shown([row(2), row(1)]), [row(3), changed], asked());
  expect(ids(state)).toEqual([3, 2, 1]);
  expect(state.rows[2]).toBe(changed);
});

test("while rows are held back they are counted, and let in at once", () => {
  const state = feedState.withChanges(shown([row(1)]), [row(2), row(3)], asked({ isHeld: true }));
  expect(ids(state)).toEqual([1]);
  expect(state.held).toHaveLength(2);
  expect(ids(feedState.withReleased(state, asked()))).toEqual([3, 2, 1]);
});

test("after a connection that was lost, a held list still holds", () => {
  const state = feedState.withNewest(shown([row(1)]), pageOf([row(2), row(1)]), pager, asked({ isHeld: true }));
  expect([ids(state), state.held.length]).toEqual([[1], 1]);
});

test("a newest page that does not reach what is shown takes its place: there is never a hole", () => {
  const old = shown(rowsOf(0, 5));
  expect(ids(feedState.withNewest(old, pageOf(rowsOf(4, 8)), pager, asked()))).toEqual([7, 6, 5, 4, 3, 2, 1, 0]);
  expect(ids(feedState.withNewest(old, pageOf(rowsOf(20, 22)), pager, asked()))).toEqual([21, 20]);
});

test("a change of an old request that is not loaded yet comes with its page, not before", () => {
  expect(ids(feedState.withChanges(shown(rowsOf(100, 102)), [row(3)], asked()))).toEqual([101, 100]);
  const whole = { ...shown(rowsOf(100, 102)), isEnd: true };
  expect(ids(feedState.withChanges(whole, [row(3)], asked()))).toEqual([101, 100, 3]);
});

test("what a text search would find is asked for, not guessed", () => {
  const state = feedState.withChanges(shown([row(1)]), [row(2)], asked({ filters: { q: "lamp" } }));
  expect([ids(state), state.isStale]).toEqual([[1], true]);
  expect(feedState.withReleased(state, asked()).pager).toBeUndefined();
});

test("rows that have left the last 15 minutes go, at the end of the list", () => {
  const old = shown([row(1), row(-16 * 60_000)]);
  expect(ids(feedState.withChanges(old, [row(2)], asked({ filters: { period: "15m" } })))).toEqual([2, 1]);
});

test("rows and held rows are bounded, and the list goes on behind the last one", () => {
  const behind: string[] = [];
  const remember = asked({ pagerBehind: (time) => (behind.push(time), new FeedPager([])) });
  const full = feedState.withChanges(shown(rowsOf(0, MOST_ROWS)), rowsOf(MOST_ROWS, MOST_ROWS + 50), remember);
  expect(full.rows).toHaveLength(MOST_ROWS);
  expect([full.isEnd, behind]).toEqual([false, [row(50).at]]);
  const held = feedState.withChanges(shown([row(0)]), rowsOf(1, MOST_HELD + 2), asked({ isHeld: true }));
  expect([held.held.length, held.isStale]).toEqual([0, true]);
});

test("what the stream told while the first page was on its way is there when the page has come, as it was told", () => {
  const done = row(1, { status: "done" });
  const waiting = feedState.withChanges(feedState.withAsked(feedState.emptyFeed("{}")), [row(3), done], asked());
  const late = pageOf([row(2), row(1, { status: "received" })]);
  const state = feedState.withNewest(waiting, late, pager, asked());
  expect(ids(state)).toEqual([3, 2, 1]);
  expect(state.rows[2]).toBe(done);
  const again = feedState.withNewest(feedState.withAsked(state), pageOf([row(4)]), pager, asked());
  expect(ids(again)).toEqual([4]);
});

test("what came while a text was searched for may belong to what was found: there are newer ones", () => {
  const search = asked({ filters: { q: "lamp" } });
  const waiting = feedState.withChanges(feedState.withAsked(feedState.emptyFeed("{}")), [row(3)], search);
  const found = feedState.withNewest(waiting, pageOf([row(2)]), pager, search);
  expect([ids(found), found.isStale]).toEqual([[2], true]);
  const again = feedState.withNewest(feedState.withAsked(found), pageOf([row(3), row(2)]), pager, search);
  expect([ids(again), again.isStale]).toEqual([[3, 2], false]);
});

test("of a flood that came while the page was on its way, nothing is shown with a hole below", () => {
  const flood = rowsOf(10, 20 + MOST_HELD).reverse();
  const waiting = feedState.withChanges(feedState.withAsked(feedState.emptyFeed("{}")), flood, asked());
  const state = feedState.withNewest(waiting, pageOf([row(2), row(1)]), pager, asked());
  expect([ids(state), state.isStale]).toEqual([[2, 1], true]);
});
