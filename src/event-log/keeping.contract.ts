/** The contract of the event log: what is kept, and for how long. */
import { describe, expect, test } from "vitest";
import { answered, ended, started, START_MS, step, waiting } from "./event-log-fixtures.contract.ts";
import { idsOfRuns, type LogUnderTest } from "./log-under-test.contract.ts";

export function keepingContract(on: LogUnderTest): void {
  describe("refusals", () => {
    test("the newest are kept, newest first, and never become events", async () => {
      const refusals = ["a", "b", "a", "b"].map((tenant) => on.make.refusal({ tenant }));
      for (const refusal of refusals) on.log.refuse(refusal);
      const kept = await on.log.listRefusals({ limit: 10 });
      expect(kept.map((each) => ({ ...each, bodyStart: Buffer.from(each.bodyStart) }))).toEqual(
        refusals.slice(1).reverse(),
      );
      expect((await on.log.listRefusals({ limit: 1, tenant: "a" })).map((each) => each.id)).toEqual([refusals[2]!.id]);
      expect((await on.log.listEvents({ limit: 10 })).events).toEqual([]);
    });
  });

  describe("retention", () => {
    test("nothing newer than the limit and nothing with an open run goes", async () => {
      const [old, open, young] = [
        on.make.draft(),
        on.make.draft(),
        on.make.draft(0, { receivedAtMs: START_MS + 9000 }),
      ];
      for (const draft of [old, open, young]) await on.log.append(draft);
      await on.log.record([ended(old.runs[0]!)]);
      const dropped = await on.log.dropBefore(START_MS + 5000);
      const gone = [];
      for (const draft of [old, open, young]) if (!(await on.log.getEvent(draft.envelope.id))) gone.push(draft);
      expect([gone.length, gone.includes(open), gone.includes(young)]).toEqual([dropped, false, false]);
      expect(idsOfRuns(await on.claim())).toEqual([open.runs[0]!.id]);
    });

    test("what is old and over goes, with its duplicates key and its count", async () => {
      const envelope = on.make.keyed("k");
      const run = on.make.run(envelope);
      await on.log.append({ envelope, runs: [run] });
      await on.log.record([{ type: "flow_stored", hash: "h", definitionJson: "{}" }, ended(run)]);
      expect(await on.log.dropBefore(START_MS + 5000)).toBe(1);
      expect([await on.log.getEvent(envelope.id), await on.log.getEnvelope(envelope.id)]).toEqual([
        undefined,
        undefined,
      ]);
      expect((await on.log.counts()).events.done).toBe(0);
      expect(await on.log.flowDefinition("h")).toBe("{}");
      expect((await on.log.append({ envelope: on.make.keyed("k"), runs: [] })).kind).toBe("stored");
    });

    test("what comes while old events go is kept, and so are definitions", async () => {
      for (let round = 0; round < 20; round++) {
        const hash = `hash-${round}`;
        await on.log.record([{ type: "flow_stored", hash, definitionJson: "{}" }]);
        const young = on.make.draft(0, { receivedAtMs: START_MS + 9000 });
        const [, , definition] = await Promise.all([
          on.log.dropBefore(START_MS + 5000),
          on.log.append(young),
          on.log.flowDefinition(hash),
        ]);
        expect([definition, (await on.log.getEvent(young.envelope.id))?.summary.status]).toEqual(["{}", "unmatched"]);
        // Only a segment in which nothing is young can go: the next round needs such a one again.
        await on.log.dropBefore(START_MS + 10_000);
      }
    });
  });

  test("a replay of an old event is refused when the event goes, or keeps it", async () => {
    for (let round = 0; round < 20; round++) {
      const old = on.make.draft();
      await on.log.append(old);
      await on.log.record([ended(old.runs[0]!, "failed")]);
      // It is in a segment that goes, and may be looked at before the replay and dropped after it.
      await on.log.append(on.make.draft(0, { receivedAtMs: START_MS + 9000 }));
      const dropping = on.log.dropBefore(START_MS + 5000);
      for (let turns = 0; turns < round; turns++) await new Promise((resolve) => setImmediate(resolve));
      const replay = on.make.run(old.envelope, { replayOf: old.envelope.id });
      const stored = await on.log.record([{ type: "run_queued", run: replay }]).then(
        () => true,
        (fault: unknown) => (expect(fault).toMatchObject({ code: "GTC_EVENT_NOT_FOUND" }), false),
      );
      await dropping;
      expect(idsOfRuns(await on.claim())).toEqual(stored ? [replay.id] : []);
      if (stored) await on.log.record([ended(replay)]);
      await on.log.dropBefore(START_MS + 10_000);
    }
  });

  test("a closed log refuses to write", async () => {
    await on.log[Symbol.asyncDispose]();
    await expect(on.log.append(on.make.draft())).rejects.toMatchObject({ code: "GTC_LOG_UNAVAILABLE" });
    await expect(on.log.record([])).rejects.toMatchObject({ code: "GTC_LOG_UNAVAILABLE" });
    expect(on.log.health().status).toBe("unavailable");
  });

  test("appends that are under way when the log is closed are finished", async () => {
    const appends = Array.from({ length: 10 }, () => on.log.append(on.make.draft()));
    await on.log[Symbol.asyncDispose]();
    expect((await Promise.all(appends)).every((each) => each.kind === "stored")).toBe(true);
  });

  test("a log that is opened again holds everything, and queues every open run with its steps", async () => {
    if (!on.durable) return;
    const [fresh, halfway, later, over] = [on.make.draft(), on.make.draft(), on.make.draft(), on.make.draft()];
    for (const draft of [fresh, halfway, later, over]) await on.log.append(draft);
    await on.log.append({ envelope: on.make.keyed("k"), runs: [] });
    await on.claim();
    const done = step(halfway.runs[0]!, { next: "second" });
    await on.log.record([started(halfway.runs[0]!), done, answered(halfway.envelope.id)]);
    await on.log.record([waiting(later.runs[0]!, START_MS + 50_000), ended(over.runs[0]!)]);
    const ids = [fresh, halfway, later, over].map((draft) => draft.envelope.id);
    const before = [await on.log.listEvents({ limit: 10 }), await Promise.all(ids.map((id) => on.log.getEvent(id)))];
    await on.reopen();
    expect([await on.log.listEvents({ limit: 10 }), await Promise.all(ids.map((id) => on.log.getEvent(id)))]).toEqual(
      before,
    );
    const claimed = await on.claim();
    expect(claimed.map((each) => [each.run.id, each.attempts, each.steps, each.answered])).toEqual([
      [fresh.runs[0]!.id, 0, [], false],
      [halfway.runs[0]!.id, 1, [done], true],
    ]);
    expect(idsOfRuns(await on.claim(10, START_MS + 50_000))).toContain(later.runs[0]!.id);
    expect((await on.log.append({ envelope: on.make.keyed("k"), runs: [] })).kind).toBe("duplicate");
  });
}
