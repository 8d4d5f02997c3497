/** The contract of the queries: lists of runs and of refused requests. */
import { describe, expect, test } from "vitest";
import { ended, failure, started, START_MS, waiting } from "./event-log-fixtures.contract.ts";
import { listsOf } from "./list-pages.contract.ts";
import type { EventQuery } from "./event-queries.ts";
import type { LogUnderTest } from "./log-under-test.contract.ts";

export function runListsContract(on: LogUnderTest): void {
  const { events, runs, refusals } = listsOf(on);
  describe("lists of runs", () => {
    test("are filtered by tenant, flow, type, status and time", async () => {
      const one = on.make.draft(1, { tenant: "a", eventType: "x" });
      const two = on.make.draft(2, { tenant: "b", eventType: "y" });
      for (const draft of [one, two]) await on.log.append(draft);
      const later = on.make.run(one.envelope, { flow: "other", createdAtMs: START_MS + 5000 });
      await on.log.record([{ type: "run_queued", run: later }]);
      const [first, second, third] = [one.runs[0]!, two.runs[0]!, two.runs[1]!];
      await on.log.record([started(second), waiting(second, START_MS + 9000), started(third), ended(third, "failed")]);
      expect(await runs()).toEqual([later.id, third.id, second.id, first.id]);
      expect(await runs({ tenant: "a" })).toEqual([later.id, first.id]);
      expect(await runs({ flow: "other" })).toEqual([later.id]);
      expect(await runs({ eventType: "y" })).toEqual([third.id, second.id]);
      expect(await runs({ status: "failed" })).toEqual([third.id]);
      expect(await runs({ status: "queued" })).toEqual([later.id, first.id]);
      expect(await runs({ status: "waiting", tenant: "b" })).toEqual([second.id]);
      expect(await runs({ status: "succeeded" })).toEqual([]);
      expect(await runs({ sinceMs: START_MS + 5000 })).toEqual([later.id]);
      const [row, resumes] = await on.log.queries.runsById([third.id, second.id, "unknown"]);
      expect(row).toEqual({
        run: third,
        eventType: "y",
        status: "failed",
        attempts: 1,
        error: failure,
        startedAtMs: START_MS + 1,
        endedAtMs: START_MS + 9,
      });
      expect(resumes).toMatchObject({ status: "waiting", resumeAtMs: START_MS + 9000, error: failure });
    });
  });

  describe("dead letters", () => {
    test("tell which replay did their work later, and are told apart by it", async () => {
      const draft = on.make.draft(2);
      const [one, two] = [draft.runs[0]!, { ...draft.runs[1]!, flow: "other" }];
      await on.log.append({ ...draft, runs: [one, two] });
      await on.log.record([ended(one, "failed"), ended(two, "failed")]);
      const inVain = on.make.run(draft.envelope, { replayOf: draft.envelope.id });
      await on.log.record([{ type: "run_queued", run: inVain }, ended(inVain, "failed")]);
      expect(await runs({ status: "failed", resolved: false })).toEqual([inVain.id, two.id, one.id]);
      expect(await runs({ resolved: true })).toEqual([]);
      expect((await on.log.counts()).deadLetters).toBe(3);

      const replay = on.make.run(draft.envelope, { replayOf: draft.envelope.id });
      await on.log.record([{ type: "run_queued", run: replay }]);
      await on.log.record([started(replay), ended(replay)]);
      const by = { runId: replay.id, eventId: draft.envelope.id, atMs: START_MS + 9 };
      expect(await on.log.queries.runsById([one.id, inVain.id])).toMatchObject([
        { resolvedBy: by },
        { resolvedBy: by },
      ]);
      expect(await runs({ status: "failed" })).toEqual([inVain.id, two.id, one.id]);
      expect(await runs({ resolved: true })).toEqual([inVain.id, one.id]);
      expect(await runs({ resolved: false })).toEqual([two.id]);
      expect(await on.log.counts()).toMatchObject({ runs: { failed: 3 }, deadLetters: 1 });
      expect(await runs({ resolved: false, flow: "on-push" })).toEqual([]);
      expect(await runs({ resolved: false, status: "succeeded" })).toEqual([]);
      const detail = await on.log.getEvent(draft.envelope.id);
      expect(detail?.runs.map(({ resolvedBy }) => resolvedBy?.runId)).toEqual([
        replay.id,
        undefined,
        replay.id,
        undefined,
      ]);
      if (!on.durable) return;
      await on.reopen();
      expect(await runs({ resolved: true })).toEqual([inVain.id, one.id]);
    });

    test("leave their event failed, and the event tells when nothing of it is left to do, until a run fails again", async () => {
      const draft = on.make.draft(2);
      const { id } = draft.envelope;
      const [one, two] = [draft.runs[0]!, { ...draft.runs[1]!, flow: "other" }];
      await on.log.append({ ...draft, runs: [one, two] });
      await on.log.record([ended(one, "failed"), ended(two, "failed")]);
      const listed = async (query: Partial<EventQuery>) => (await events({ flow: "other", ...query })).includes(id);
      const replay = async (flow: string, status: "succeeded" | "failed") => {
        const run = on.make.run(draft.envelope, { flow, replayOf: id });
        await on.log.record([{ type: "run_queued", run }]);
        expect(await listed({ status: "received" })).toBe(true);
        await on.log.record([ended(run, status)]);
        return run;
      };
      await replay(one.flow, "succeeded");
      expect(await listed({ resolved: false })).toBe(true);
      expect(await listed({ resolved: true })).toBe(false);

      const last = await replay(two.flow, "succeeded");
      const summary = async () => (await on.log.getEvent(id))!.summary;
      const by = { runId: last.id, eventId: id, atMs: START_MS + 9 };
      expect(await summary()).toMatchObject({ status: "failed", resolvedBy: by });
      expect(await on.log.queries.eventsById([id])).toMatchObject([{ status: "failed", resolvedBy: by }]);
      expect(await listed({ status: "failed" })).toBe(true);
      expect(await listed({ resolved: true })).toBe(true);
      expect(await listed({ status: "failed", resolved: true })).toBe(true);
      expect(await listed({ resolved: false })).toBe(false);
      expect(await listed({ status: "done", resolved: true })).toBe(false);
      if (on.durable) await on.reopen();
      expect(await listed({ resolved: true })).toBe(true);

      await replay(two.flow, "failed");
      expect(await summary()).not.toHaveProperty("resolvedBy");
      expect(await listed({ resolved: false })).toBe(true);
      expect(await on.log.counts()).toMatchObject({ events: { failed: 1 }, deadLetters: 1 });
    });

    test("are resolved by an edited copy, and by the replay of one", async () => {
      const original = on.make.draft();
      const failed = original.runs[0]!;
      const envelope = on.make.envelope({ verdict: { status: "unsigned", sentBy: "operator" } });
      const copy = on.make.run(envelope, { replayOf: failed.eventId });
      await on.log.append(original);
      await on.log.record([ended(failed, "failed")]);
      await on.log.append({ envelope, runs: [copy] });
      await on.log.record([ended(copy, "failed")]);
      expect(await runs({ resolved: false })).toEqual([copy.id, failed.id]);
      const replay = on.make.run(envelope, { replayOf: envelope.id });
      await on.log.record([{ type: "run_queued", run: replay }, ended(replay)]);
      expect(await runs({ resolved: true })).toEqual([copy.id, failed.id]);
      const [row] = await on.log.queries.runsById([failed.id]);
      expect(row?.resolvedBy).toEqual({ runId: replay.id, eventId: envelope.id, atMs: START_MS + 9 });
      expect(await events({ resolved: true })).toEqual([envelope.id, failed.eventId]);
    });

    test("are not resolved by a run that did other work: another child, an ordinary run, one that ended before", async () => {
      const draft = on.make.draft(1);
      const parent = draft.runs[0]!;
      const child = (over = {}) => on.make.run(draft.envelope, { flow: "child", parentRunId: parent.id, ...over });
      const [lost, sibling] = [child(), child()];
      await on.log.append(draft);
      await on.log.record([lost, sibling].map((run) => ({ type: "run_queued", run }) as const));
      await on.log.record([ended(lost, "failed"), ended(sibling), ended(parent)]);
      expect(await runs({ resolved: false })).toEqual([lost.id]);

      const replay = on.make.run(draft.envelope, { replayOf: parent.eventId });
      const ofReplay = { parentRunId: replay.id, replayOf: parent.eventId };
      const [again, other] = [child(ofReplay), child(ofReplay)];
      await on.log.record([replay, again, other].map((run) => ({ type: "run_queued", run }) as const));
      await on.log.record([ended(again, "failed"), ended(other), ended(replay)]);
      // What the replay's own child did not do stays.
      expect(await runs({ resolved: false })).toEqual([again.id]);
      expect(await runs({ resolved: true })).toEqual([lost.id]);
    });
  });

  describe("refusals", () => {
    test("are filtered and found by id", async () => {
      const all = [
        on.make.refusal({ tenant: "a", reason: "signature-mismatch" }),
        on.make.refusal({ tenant: "b", eventType: "stripe", reason: "timestamp" }),
        on.make.refusal({ tenant: "a", headers: [["x-id", "Needle-7"]], receivedAtMs: START_MS + 9000 }),
        on.make.refusal({ tenant: "b", bodyStart: Buffer.from("some needle") }),
      ];
      for (const refusal of all) on.log.refuse(refusal);
      const [one, two, three, four] = all.map((refusal) => refusal.id);
      expect(await refusals()).toEqual([four, three, two, one]);
      expect(await refusals({ tenant: "a" })).toEqual([three, one]);
      expect(await refusals({ eventType: "stripe" })).toEqual([two]);
      expect(await refusals({ reason: "timestamp" })).toEqual([two]);
      expect(await refusals({ text: "NEEDLE" })).toEqual([four, three]);
      expect(await refusals({ sinceMs: START_MS + 9000 })).toEqual([three]);
      const found = await on.log.queries.getRefusal(two!);
      expect({ ...found, bodyStart: Buffer.from(found!.bodyStart) }).toEqual(all[1]);
      expect(await on.log.queries.getRefusal("unknown")).toBeUndefined();
      const several = await on.log.queries.refusalsById([four!, "unknown", one!]);
      expect(several.map(({ id, bodyStart }) => [id, bodyStart.length])).toEqual([
        [four, 0],
        [one, 0],
      ]);
    });

    test("say as which event they were accepted first, and can be left out then", async () => {
      const all = [on.make.refusal(), on.make.refusal({ tenant: "a" })];
      const [one, two] = all.map((refusal) => refusal.id);
      for (const refusal of all) on.log.refuse(refusal);
      on.log.noteAccepted({ refusalId: two!, eventId: "event-1", atMs: START_MS + 77 });
      on.log.noteAccepted({ refusalId: two!, eventId: "event-2", atMs: START_MS + 78 });
      on.log.noteAccepted({ refusalId: "forgotten", eventId: "event-3", atMs: START_MS + 79 });
      const listed = await on.log.listRefusals({ limit: 10 });
      const acceptedAs = { eventId: "event-1", atMs: START_MS + 77 };
      expect(listed.map((refusal) => refusal.acceptedAs)).toEqual([acceptedAs, undefined]);
      expect(await on.log.queries.getRefusal(two!)).toMatchObject({ acceptedAs });
      expect(await refusals({ accepted: true })).toEqual([two]);
      expect(await refusals({ accepted: false })).toEqual([one]);
      expect(await refusals({ accepted: false, tenant: "a" })).toEqual([]);
      const bare = await on.log.queries.listRefusals({ limit: 10, withoutBodies: true });
      expect(bare.items.map(({ id, bodyBytes, bodyStart }) => [id, bodyBytes, bodyStart.length])).toEqual([
        [two, 3, 0],
        [one, 3, 0],
      ]);
    });
  });
}
