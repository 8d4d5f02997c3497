/** The contract of the event log: who works on which run. */
import { describe, expect, test } from "vitest";
import type { Fact } from "./event-log.ts";
import { answered, ended, failure, started, START_MS, step, waiting } from "./event-log-fixtures.contract.ts";
import { LEASE_MS, idsOfRuns, type LogUnderTest } from "./log-under-test.contract.ts";

export function claimsContract(on: LogUnderTest): void {
  describe("claims", () => {
    test("runs are handed out oldest first, at most so many, each to one worker", async () => {
      const drafts = [on.make.draft(2), on.make.draft(), on.make.draft()];
      for (const draft of drafts) await on.log.append(draft);
      const ids = drafts.flatMap((draft) => draft.runs.map((run) => run.id));
      expect(idsOfRuns(await on.claim(3))).toEqual(ids.slice(0, 3));
      expect(idsOfRuns(await on.claim(3))).toEqual(ids.slice(3));
      expect(await on.claim(3)).toEqual([]);
    });

    test("a new run comes with its envelope, no steps and no attempts", async () => {
      const draft = on.make.draft();
      await on.log.append(draft);
      const [claimed] = await on.claim();
      expect({
        ...claimed!,
        envelope: { ...claimed!.envelope, rawBody: Buffer.from(claimed!.envelope.rawBody) },
      }).toEqual({
        run: draft.runs[0],
        envelope: draft.envelope,
        attempts: 0,
        failedTries: 0,
        steps: [],
        answered: false,
      });
    });

    test("concurrent claims never hand out one run twice", async () => {
      await Promise.all(Array.from({ length: 30 }, () => on.log.append(on.make.draft())));
      const claims = await Promise.all(Array.from({ length: 10 }, () => on.claim(7)));
      const ids = claims.flatMap(idsOfRuns);
      expect([ids.length, new Set(ids).size]).toEqual([30, 30]);
    });

    test("a waiting run is handed out when it is due, with its steps and attempts", async () => {
      const draft = on.make.draft();
      const run = draft.runs[0]!;
      await on.log.append(draft);
      await on.claim();
      const over = step(run, { next: "second" });
      const wentOn = step(run, { ordinal: 1, node: "second", status: "failed", next: "third", error: failure });
      const failed = step(run, { ordinal: 2, node: "third", status: "failed", error: failure });
      await on.log.record([started(run), over, wentOn, failed, waiting(run, START_MS + 5000), answered(run.eventId)]);
      expect(await on.claim(1, START_MS + 4999)).toEqual([]);
      const [again] = await on.claim(1, START_MS + 5000);
      expect([again!.run, again!.attempts, again!.steps, again!.answered]).toEqual([run, 1, [over, wentOn], true]);
      expect((await on.log.getEvent(run.eventId))!.runs[0]!.steps).toEqual([over, wentOn, failed]);
      expect(await on.claim(1, START_MS + 5001)).toEqual([]);
    });

    test("a run that is no longer due, as the clock was set back, is handed out when it is due again", async () => {
      const draft = on.make.draft(2);
      await on.log.append(draft);
      await on.claim();
      await on.log.record(draft.runs.map((run) => waiting(run, START_MS + 5000)));
      const first = await on.claim(1, START_MS + 5000);
      expect(await on.claim(10, START_MS + 4000)).toEqual([]);
      const second = await on.claim(10, START_MS + 5000);
      expect(idsOfRuns([...first, ...second]).sort()).toEqual(draft.runs.map(({ id }) => id));
    });

    test("tries that others cut off are tries, but no failed ones", async () => {
      const draft = on.make.draft();
      const run = draft.runs[0]!;
      const waitingFor = (code: string): Fact => {
        return { type: "run_waiting", runId: run.id, resumeAtMs: START_MS, error: { ...failure, code } };
      };
      await on.log.append(draft);
      await on.claim();
      // The first two were under way when their gateway was killed.
      await on.log.record([started(run), started(run, 2), started(run, 3), waitingFor("script-threw")]);
      await on.log.record([started(run, 4), waitingFor("displaced"), waitingFor("log-unavailable")]);
      await on.log.record([started(run, 5), waitingFor("crashed")]);
      const [again] = await on.claim(1, START_MS + 1);
      expect([again!.attempts, again!.failedTries]).toEqual([5, 2]);
    });

    test("`answered` speaks of a flow's answer only", async () => {
      const draft = on.make.draft();
      await on.log.append(draft);
      await on.claim();
      await on.log.record([answered(draft.envelope.id, "deadline"), waiting(draft.runs[0]!, START_MS)]);
      expect((await on.claim())[0]!.answered).toBe(false);
    });

    test("a run whose lease ran out is handed out again", async () => {
      const draft = on.make.draft();
      await on.log.append(draft);
      await on.claim(1, START_MS + 10);
      expect(await on.claim(1, START_MS + 10 + LEASE_MS - 1)).toEqual([]);
      expect(idsOfRuns(await on.claim(1, START_MS + 10 + LEASE_MS))).toEqual([draft.runs[0]!.id]);
    });

    test("an ended run is never handed out again", async () => {
      const draft = on.make.draft();
      await on.log.append(draft);
      await on.claim();
      await on.log.record([ended(draft.runs[0]!)]);
      expect(await on.claim(1, START_MS + 10 * LEASE_MS)).toEqual([]);
    });

    test("onWork calls when a run is queued and when a waiting run comes due, until it is released", async () => {
      let heard = 0;
      let wake = (): void => undefined;
      const call = (): Promise<void> => new Promise((resolve) => (wake = resolve));
      const release = on.log.onWork(() => {
        heard += 1;
        wake();
      });
      let called = call();
      const draft = on.make.draft();
      await on.log.append(draft);
      await called;
      await on.claim();
      called = call();
      await on.log.record([waiting(draft.runs[0]!, on.nowMs + 20)]);
      on.nowMs += 20;
      await called;
      release();
      const before = heard;
      await on.log.append(on.make.draft());
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
      expect(heard).toBe(before);
    });
  });
}
