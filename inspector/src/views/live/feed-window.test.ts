import fc from "fast-check";
import { expect, test } from "vitest";
import type { EventSummary } from "../../../../src/admin/contract/index.ts";
import { eventRow, newestFirst, type FeedRow } from "./feed.ts";
import { FeedPager } from "./feed-pager.ts";
import * as feedState from "./feed-state.ts";
import type { Asked, FeedState } from "./feed-state.ts";
import { isAbove, MOST_ROWS, pageAt } from "./feed-window.ts";
import { pageFrom, rowsBetween } from "./load-feed.ts";

const NOON = Date.parse("2026-11-24T12:00:00.000Z");
/** Two rows to a millisecond, as a busy gateway has them. */
const row = (n: number): FeedRow =>
  eventRow({
    id: String(n).padStart(6, "0"),
    received_at: new Date(NOON + Math.floor(n / 2)).toISOString(),
    runs: [],
  } as unknown as EventSummary);
const PAGE = 500;

/** A gateway with so many rows, and a list of it that is scrolled. */
class Scrolled {
  readonly #stored: FeedRow[];
  state: FeedState;
  readonly asked: Asked;

  constructor(count: number) {
    this.#stored = Array.from({ length: count }, (_, n) => row(n)).reverse();
    this.asked = { filters: {}, isHeld: true, nowMs: NOON, pagerBehind: (time) => this.pager(time) };
    this.state = feedState.emptyFeed("{}");
  }

  pager(at?: string): FeedPager {
    const rows = this.#stored.filter((each) => at === undefined || each.at <= at);
    return new FeedPager([
      async (cursor = "0", limit) => {
        const to = Number(cursor) + limit;
        return {
          rows: rows.slice(Number(cursor), to),
          cursor: to < rows.length ? String(to) : null,
          searchedTo: null,
        };
      },
    ]);
  }

  arrive(n: number): void {
    this.#stored.unshift(row(n));
    this.state = feedState.withChanges(this.state, [row(n)], this.asked);
  }

  async newest(): Promise<void> {
    const pager = this.pager();
    this.state = feedState.withNewest(this.state, await pager.next(100), pager, this.asked);
  }

  async down(): Promise<void> {
    const { pager, isEnd } = this.state;
    if (pager !== undefined && !isEnd) this.state = feedState.withOlder(this.state, await pager.next(PAGE));
  }

  async up(): Promise<void> {
    const page = this.state.above.at(-1);
    const end = this.state.rows[0];
    if (page === undefined || end === undefined) return;
    const rows = await rowsBetween(this.pager(page.first.at), page.first, end, PAGE);
    this.state = feedState.withNewer(this.state, rows, this.asked);
  }

  async jump(index: number): Promise<void> {
    const far = pageAt(this.state, index);
    const page = far === undefined ? undefined : this.state.above[far];
    if (far === undefined || page === undefined) return;
    const pager = this.pager(page.first.at);
    this.state = feedState.withPage(this.state, far, await pageFrom(pager, page.first, PAGE), pager);
  }

  /** Faults in what is kept: it is a part of the list, in its place, in order, bounded, without a hole. */
  faults(): readonly string[] {
    const { rows, skipped } = this.state;
    const shift = this.#stored.findIndex(({ id }) => id === rows[0]?.id) - skipped;
    const wanted = this.#stored.slice(skipped + shift, skipped + shift + rows.length).map(({ id }) => id);
    return [
      ...(shift === this.state.held.length ? [] : [`${String(shift)} rows away from its place`]),
      ...(rows.every(({ id }, index) => id === wanted[index]) ? [] : ["a hole, or out of order"]),
      ...(rows.length <= MOST_ROWS ? [] : [`${String(rows.length)} rows`]),
    ];
  }
}

test("however it is scrolled, what is kept is a part of the list in its place, and bounded", async () => {
  const move = fc.oneof(
    { weight: 4, arbitrary: fc.constant("down" as const) },
    { weight: 2, arbitrary: fc.constant("up" as const) },
    { weight: 1, arbitrary: fc.nat({ max: 9_000 }) },
    { weight: 1, arbitrary: fc.constant("arrive" as const) },
    { weight: 1, arbitrary: fc.constant("newest" as const) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(move, { maxLength: 40 }), async (moves) => {
      const list = new Scrolled(9_000);
      let next = 9_000;
      await list.newest();
      for (const each of moves) {
        if (each === "arrive") list.arrive(next++);
        else if (typeof each === "number") await list.jump(each);
        else await list[each]();
        expect([each, list.faults()]).toEqual([each, []]);
      }
    }),
    { numRuns: 40 },
  );
});

test("the end of a long list is reached, and its beginning again", async () => {
  const list = new Scrolled(9_000);
  await list.newest();
  while (!list.state.isEnd) await list.down();
  expect(list.state.skipped + list.state.rows.length).toBe(9_000);
  expect(list.state.rows.length).toBeLessThanOrEqual(MOST_ROWS);
  while (list.state.above.length > 0) await list.up();
  expect([list.state.skipped, list.state.rows[0]?.id]).toEqual([0, "008999"]);
  expect(list.state.isEnd).toBe(false);
});

test("who jumps to the top has the newest rows in one load", async () => {
  const list = new Scrolled(9_000);
  await list.newest();
  while (!list.state.isEnd) await list.down();
  await list.jump(0);
  expect([list.state.skipped, list.state.rows.length, list.state.rows[0]?.id]).toEqual([0, PAGE, "008999"]);
});

test("what is new is held while the newest rows are let go, what is only above is no news", async () => {
  const list = new Scrolled(9_000);
  await list.newest();
  while (!list.state.isEnd) await list.down();
  const asked = { ...list.asked, isHeld: false };
  const state = feedState.withChanges(list.state, [row(9_000), row(8_000)], asked);
  expect(state.held.map(({ id }) => id)).toEqual(["009000"]);
  expect([isAbove(state, row(8_999)), isAbove(state, row(9_000))]).toEqual([true, false]);
  expect(feedState.withReleased(state, asked).pager).toBeUndefined();
});

test("where rows went meanwhile, what is seen stays in its place, and the top is the top", async () => {
  const list = new Scrolled(3_000);
  await list.newest();
  while (!list.state.isEnd) await list.down();
  const [before] = list.state.rows;
  const { skipped, above } = list.state;
  const place = () => list.state.skipped + list.state.rows.findIndex(({ id }) => id === before?.id);
  expect(above.length).toBeGreaterThan(1);
  const page = above.at(-1);
  if (page === undefined || before === undefined) throw new Error("nothing was let go");
  const rows = (await rowsBetween(list.pager(page.first.at), page.first, before, PAGE)).slice(7);
  list.state = feedState.withNewer(list.state, rows, list.asked);
  expect(place()).toBe(skipped);
  while (list.state.above.length > 0) await list.up();
  expect([list.state.skipped, list.state.rows.toSorted(newestFirst)[0]?.id]).toEqual([0, "002999"]);
});
