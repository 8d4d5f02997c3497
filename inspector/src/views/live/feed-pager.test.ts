import fc from "fast-check";
import { expect, test } from "vitest";
import type { EventSummary } from "../../../../src/admin/contract/index.ts";
import { eventRow, newestFirst, type FeedRow } from "./feed.ts";
import { FeedPager, type LoadSource } from "./feed-pager.ts";

const rowAt = (second: number, id: string): FeedRow =>
  eventRow({ id, received_at: new Date(Date.UTC(2026, 10, 24, 12, 0, second)).toISOString() } as EventSummary);

/** A list by cursor of these rows, which gives at most `most` at a time. */
function listOf(rows: readonly FeedRow[], most = 1_000): LoadSource {
  const sorted = [...rows].sort(newestFirst);
  return async (cursor = "0", limit) => {
    const from = Number(cursor);
    const to = from + Math.min(limit, most);
    return { rows: sorted.slice(from, to), cursor: to < sorted.length ? String(to) : null, searchedTo: null };
  };
}

async function readAll(pager: FeedPager, count: number): Promise<readonly FeedRow[]> {
  const all: FeedRow[] = [];
  for (;;) {
    const { rows, isEnd } = await pager.next(count);
    all.push(...rows);
    if (isEnd) return all;
  }
}

test("two lists of any shares are read as one, in order, without a hole", async () => {
  const some = (name: string) =>
    fc
      .array(fc.integer({ min: 0, max: 59 }), { maxLength: 60 })
      .map((seconds) => seconds.map((second, index) => rowAt(second, `${name}${String(index).padStart(2, "0")}`)));
  await fc.assert(
    fc.asyncProperty(some("a"), some("b"), fc.integer({ min: 1, max: 20 }), async (a, b, count) => {
      const read = await readAll(new FeedPager([listOf(a), listOf(b, 7)]), count);
      expect(read.map(({ id }) => id)).toEqual([...a, ...b].sort(newestFirst).map(({ id }) => id));
    }),
  );
});

test("a search that ran out of time gives what it has and says how far it looked", async () => {
  const pages = [
    { rows: [rowAt(50, "a")], cursor: "1", searchedTo: rowAt(40, "").at },
    { rows: [], cursor: "2", searchedTo: rowAt(20, "").at },
    { rows: [rowAt(1, "b")], cursor: null, searchedTo: null },
  ];
  const pager = new FeedPager([
    async (cursor = "0") => pages[Number(cursor)] ?? { rows: [], cursor: null, searchedTo: null },
  ]);
  expect(await pager.next(10)).toMatchObject({ rows: [{ id: "a" }], isEnd: false, searchedTo: rowAt(40, "").at });
  expect(await pager.next(10)).toMatchObject({ rows: [], isEnd: false, searchedTo: rowAt(20, "").at });
  expect(await pager.next(10)).toMatchObject({ rows: [{ id: "b" }], isEnd: true, searchedTo: null });
});

test("after a load that failed the same rows are asked for again", async () => {
  let isDown = true;
  const list = listOf([rowAt(3, "a"), rowAt(2, "b")]);
  const pager = new FeedPager([
    async (cursor, limit) => {
      if (isDown) throw new TypeError("the gateway does not answer");
      return list(cursor, limit);
    },
  ]);
  await expect(pager.next(10)).rejects.toThrow("does not answer");
  isDown = false;
  expect((await pager.next(10)).rows).toHaveLength(2);
});
