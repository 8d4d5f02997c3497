/** The contract of the queries: what changed since a moment. */
import { describe, expect, test } from "vitest";
import { answered, ended, started, START_MS } from "./event-log-fixtures.contract.ts";
import type { Change } from "./event-queries.ts";
import { listsOf } from "./list-pages.contract.ts";
import type { LogUnderTest } from "./log-under-test.contract.ts";

export function liveTailContract(on: LogUnderTest): void {
  const { events } = listsOf(on);
  describe("the live tail", () => {
    const told = async (from: number, limit = 100): Promise<Change[]> => {
      const all: Change[] = [];
      for (let sequence = from; ;) {
        const page = await on.log.queries.changesSince(sequence, limit);
        expect(page.gap).toBe(false);
        all.push(...page.changes);
        if (page.sequence === sequence) return all;
        sequence = page.sequence;
      }
    };

    async function busyMinute(): Promise<{ ids: string[]; refused: string[] }> {
      const drafts = [on.make.draft(), on.make.draft()];
      const refused = [on.make.refusal(), on.make.refusal(), on.make.refusal()];
      on.log.refuse(refused[0]!);
      await on.log.append(drafts[0]!);
      on.log.refuse(refused[1]!);
      on.log.refuse(refused[2]!);
      await on.log.append(drafts[1]!);
      const run = drafts[0]!.runs[0]!;
      await on.log.record([started(run), answered(drafts[0]!.envelope.id), ended(run)]);
      return { ids: drafts.map((draft) => draft.envelope.id), refused: refused.map(({ id }) => id) };
    }

    test("tells everything once and in order, in pages of any size", async () => {
      const from = await on.log.queries.latestSequence();
      const { ids, refused } = await busyMinute();
      const inWords = (changes: readonly Change[]): string[] =>
        changes.map((change) => `${change.type} ${"refusalId" in change ? change.refusalId : change.eventId}`);
      const all = inWords(await told(from));
      expect(all).toEqual([
        `refused ${refused[0]}`,
        `event_stored ${ids[0]}`,
        `refused ${refused[1]}`,
        `refused ${refused[2]}`,
        `event_stored ${ids[1]}`,
        `event_answered ${ids[0]}`,
        `run_changed ${ids[0]}`,
      ]);
      // A run that changed twice is told twice when a page ends between the two.
      const small = inWords(await told(from, 1));
      expect(small).toEqual([...all.slice(0, 5), `run_changed ${ids[0]}`, ...all.slice(5)]);
      expect(await told(await on.log.queries.latestSequence())).toEqual([]);
    });

    test("goes on from any change, and its sequences only grow", async () => {
      const from = await on.log.queries.latestSequence();
      await busyMinute();
      const all = await told(from);
      const sequences = all.map((change) => change.sequence);
      expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => a - b));
      for (const [index, sequence] of sequences.entries()) {
        expect(await told(sequence)).toEqual(all.slice(index + 1));
      }
      const rows = await on.log.queries.listEvents({ limit: 10 });
      const stored = all.filter((change) => change.type === "event_stored").map((change) => change.sequence);
      expect(rows.items.map((row) => row.sequence).reverse()).toEqual(stored);
    });

    test("goes on after the log was opened again", async () => {
      if (!on.durable) return;
      const from = await on.log.queries.latestSequence();
      await busyMinute();
      const before = await told(from);
      await on.reopen();
      expect(await told(from)).toEqual(before);
      const again = await on.log.queries.latestSequence();
      const draft = on.make.draft();
      await on.log.append(draft);
      expect(await told(before[2]!.sequence)).toEqual([...before.slice(3), ...(await told(again))]);
    });

    test("says when it does not know any more what came first", async () => {
      const from = await on.log.queries.latestSequence();
      for (let count = 0; count < 30; count++) on.log.refuse(on.make.refusal());
      // The memory log keeps changes apart from refusals; a log on disk keeps the newest 20 refusals alone.
      expect((await on.log.queries.changesSince(from, 10)).gap).toBe(on.durable);
      const ahead = (await on.log.queries.latestSequence()) + 1000;
      expect(await on.log.queries.changesSince(ahead, 10)).toMatchObject({ changes: [], gap: true });
    });

    test("calls its listeners, until they are released", async () => {
      let heard = 0;
      let wake = (): void => undefined;
      const called = new Promise<void>((resolve) => (wake = resolve));
      const release = on.log.queries.onChange(() => {
        heard += 1;
        wake();
      });
      await on.log.append(on.make.draft());
      await called;
      release();
      const before = heard;
      const other = new Promise<void>((resolve) => on.log.queries.onChange(resolve));
      on.log.refuse(on.make.refusal());
      await other;
      expect(heard).toBe(before);
    });
  });

  test("a closed log answers no query", async () => {
    if (!on.durable) return;
    await on.log[Symbol.asyncDispose]();
    await expect(on.log.queries.latestSequence()).rejects.toMatchObject({ code: "GTC_LOG_UNAVAILABLE" });
  });

  test("retention takes the numbers of dropped events with them", async () => {
    const old = on.make.draft(0, { tenant: "old" });
    await on.log.append(old);
    await on.log.dropBefore(START_MS + 5000);
    expect([await on.log.queries.sourceUse(), await events({ tenant: "old" })]).toEqual([[], []]);
  });
}
