/** The contract of the event log: what is said of runs and events after they were stored. */
import { describe, expect, test } from "vitest";
import { readText } from "../base/index.ts";
import { answer, answered, ended, failure, started, START_MS, step, waiting } from "./event-log-fixtures.contract.ts";
import type { DetailScope } from "./event-log.ts";
import type { LogUnderTest } from "./log-under-test.contract.ts";

export function factsContract(on: LogUnderTest): void {
  describe("facts", () => {
    test("the event's status follows its runs", async () => {
      const draft = on.make.draft(2);
      const [one, two] = [draft.runs[0]!, draft.runs[1]!];
      await on.log.append(draft);
      expect(await on.statusOf(draft.envelope.id)).toBe("received");
      await on.log.record([ended(one)]);
      expect(await on.statusOf(draft.envelope.id)).toBe("received");
      await on.log.record([ended(two, "failed")]);
      expect(await on.statusOf(draft.envelope.id)).toBe("failed");
      const other = on.make.draft();
      await on.log.append(other);
      await on.log.record([ended(other.runs[0]!)]);
      expect(await on.statusOf(other.envelope.id)).toBe("done");
    });

    test("steps that come as text are steps like any other", async () => {
      const draft = on.make.draft();
      const run = draft.runs[0]!;
      await on.log.append(draft);
      const [one, two] = [step(run, { outputJson: '"ü"' }), step(run, { ordinal: 1, printed: ["a"] })];
      const texts = [one, two].map((done) => JSON.stringify(done));
      await on.log.record([started(run), { type: "written_steps", runId: run.id, steps: texts }, ended(run)]);
      const [told] = (await on.log.getEvent(run.eventId))!.runs;
      expect(told).toMatchObject({ status: "succeeded", steps: [one, two] });
    });

    test("large texts that come as bytes are texts like any other, and a claim leaves them to be read by its worker", async () => {
      const draft = on.make.draft();
      const parent = draft.runs[0]!;
      await on.log.append(draft);
      const large = (text: string) => ({ literal: Buffer.from(JSON.stringify(text)) });
      const [output, payload, body] = ['"ü\\""', '{"\ud800":1}', 'a "body"\u0000 日本'];
      const child = on.make.run(draft.envelope, { parentRunId: parent.id });
      const done = step(parent, { outputJson: output });
      const { answer: answer_, ...fact } = answered(parent.eventId);
      await on.log.record([
        started(parent),
        { ...done, outputJson: large(output) },
        { type: "run_queued", run: { ...child, payloadJson: large(payload) } },
        { ...fact, answer: { ...answer_, body: large(body) } },
      ]);
      const claimed = await on.claim();
      expect(claimed.map(({ run }) => run.id)).toEqual([parent.id, child.id]);
      expect(claimed[0]!.steps.map(({ outputJson }) => readText(outputJson!))).toEqual([output]);
      expect(readText(claimed[1]!.run.payloadJson!)).toBe(payload);
      const detail = (await on.log.getEvent(parent.eventId))!;
      expect(detail.answer).toEqual({ ...answer_, body });
      expect(detail.runs.map(({ run, steps }) => [run, steps])).toEqual([
        [parent, [done]],
        [{ ...child, payloadJson: payload }, []],
      ]);
      const { items } = await on.log.queries.listRuns({ limit: 10 });
      expect(items.map(({ run }) => run)).toEqual([child, parent]);
    });

    test("runs queued behind steps that come as text are found", async () => {
      const draft = on.make.draft();
      const parent = draft.runs[0]!;
      await on.log.append(draft);
      const texts = [0, 1, 2].map((ordinal) => JSON.stringify(step(parent, { ordinal })));
      const children = [on.make.run(draft.envelope), on.make.run(draft.envelope)];
      await on.log.record([
        { type: "written_steps", runId: parent.id, steps: texts },
        ...children.map((run) => ({ type: "run_queued", run }) as const),
      ]);
      const ids = children.map(({ id }) => id);
      expect((await on.claim()).map(({ run }) => run.id)).toEqual([parent.id, ...ids]);
      expect((await on.log.getEvent(parent.eventId))!.runs.map(({ run }) => run.id)).toEqual([parent.id, ...ids]);
    });

    test("a run tells its whole story", async () => {
      const draft = on.make.draft();
      const run = draft.runs[0]!;
      await on.log.append(draft);
      const detail = async () => (await on.log.getEvent(run.eventId))!.runs[0]!;
      expect(await detail()).toEqual({ run, status: "queued", attempts: 0, steps: [] });
      await on.log.record([started(run)]);
      expect(await detail()).toEqual({ run, status: "running", attempts: 1, startedAtMs: START_MS + 1, steps: [] });
      const failed = step(run, { status: "failed", error: failure, printed: ["a", "b"] });
      await on.log.record([failed, waiting(run, START_MS + 50)]);
      expect(await detail()).toMatchObject({ status: "waiting", resumeAtMs: START_MS + 50, error: failure });
      const big = step(run, { outputJson: JSON.stringify("x".repeat(100_000)) });
      await on.log.record([started(run, 2), big, ended(run)]);
      expect(await detail()).toEqual({
        run,
        status: "succeeded",
        attempts: 2,
        startedAtMs: START_MS + 1,
        endedAtMs: START_MS + 9,
        steps: [failed, big],
      });
    });

    test("of an event with very large runs the newest are given whole, the others without their outputs", async () => {
      const draft = on.make.draft(3);
      await on.log.append(draft);
      const outputJson = JSON.stringify("x".repeat(98));
      await on.log.record(draft.runs.flatMap((run) => [started(run), step(run, { outputJson }), ended(run)]));
      const { id } = draft.envelope;
      const told = async (scope: DetailScope): Promise<readonly unknown[]> =>
        (await on.log.getEvent(id, scope))!.runs.map(({ steps, outputsLeftOut = false, status }) => [
          status,
          steps.map((each) => each.outputJson?.length),
          outputsLeftOut,
        ]);
      const [whole, bare] = [
        ["succeeded", [100], false],
        ["succeeded", [undefined], true],
      ];
      expect(await told({ mostOutputChars: 300 })).toEqual([whole, whole, whole]);
      expect(await told({ mostOutputChars: 299 })).toEqual([bare, whole, whole]);
      expect(await told({ mostOutputChars: 99 })).toEqual([bare, bare, bare]);
      expect(await told({ runIds: [] })).toEqual([]);
      const only = await on.log.getEvent(id, { runIds: [draft.runs[1]!.id] });
      expect(only!.runs.map(({ run }) => run.id)).toEqual([draft.runs[1]!.id]);
      expect(only!.summary.runs).toHaveLength(3);
    });

    test("facts after the end of a run change nothing", async () => {
      const draft = on.make.draft();
      const run = draft.runs[0]!;
      await on.log.append(draft);
      await on.log.record([ended(run)]);
      const before = await on.log.getEvent(run.eventId);
      await on.log.record([started(run), step(run), waiting(run, START_MS), ended(run, "failed")]);
      expect(await on.log.getEvent(run.eventId)).toEqual(before);
      expect(await on.claim()).toEqual([]);
    });

    test("facts about unknown runs and events change nothing", async () => {
      const ghost = on.make.run(on.make.envelope());
      await on.log.record([{ type: "run_queued", run: ghost }, started(ghost), ended(ghost), answered(ghost.eventId)]);
      expect([await on.claim(), (await on.log.counts()).runs.succeeded]).toEqual([[], 0]);
    });

    test("a run that exists already is not queued again", async () => {
      const draft = on.make.draft();
      const run = draft.runs[0]!;
      await on.log.append(draft);
      await on.log.record([{ type: "run_queued", run }]);
      expect((await on.claim()).length).toBe(1);
      await on.log.record([ended(run)]);
      await on.log.record([{ type: "run_queued", run }]);
      expect([await on.claim(), await on.statusOf(run.eventId)]).toEqual([[], "done"]);
    });

    test("a replay puts an old event back to received and is worked on", async () => {
      const draft = on.make.draft(0);
      await on.log.append(draft);
      const run = on.make.run(draft.envelope, {
        replayOf: draft.envelope.id,
        payloadJson: '{"a":1}',
        parentRunId: "p",
      });
      await on.log.record([{ type: "run_queued", run }]);
      expect(await on.statusOf(run.eventId)).toBe("received");
      const [claimed] = await on.claim();
      expect([claimed!.run, claimed!.envelope.id]).toEqual([run, draft.envelope.id]);
      await on.log.record([ended(run)]);
      expect(await on.statusOf(run.eventId)).toBe("done");
    });

    test("the first answer of an event wins", async () => {
      const draft = on.make.draft();
      await on.log.append(draft);
      await on.log.record([answered(draft.envelope.id, "flow", "one"), answered(draft.envelope.id, "flow", "two")]);
      await on.log.record([answered(draft.envelope.id, "flow", "three")]);
      expect((await on.log.getEvent(draft.envelope.id))!.answer).toEqual(answer("flow", "one"));
    });

    test("flow definitions are kept by their hash", async () => {
      await on.log.record([{ type: "flow_stored", hash: "h", definitionJson: '{"a":1}' }]);
      await on.log.record([{ type: "flow_stored", hash: "h", definitionJson: '{"a":1}' }]);
      expect([await on.log.flowDefinition("h"), await on.log.flowDefinition("i")]).toEqual(['{"a":1}', undefined]);
    });

    test("counts tell events and runs by status", async () => {
      const drafts = [on.make.draft(), on.make.draft(), on.make.draft(0), on.make.draft(2)];
      for (const draft of drafts) await on.log.append(draft);
      await on.log.append({ envelope: on.make.keyed("k"), runs: [] });
      await on.log.append({ envelope: on.make.keyed("k"), runs: [] });
      await on.log.append({ ...on.make.draft(0), refusedBecause: "no" });
      await on.log.record([
        ended(drafts[0]!.runs[0]!),
        ended(drafts[1]!.runs[0]!, "failed"),
        started(drafts[3]!.runs[0]!),
      ]);
      await on.log.record([waiting(drafts[3]!.runs[1]!, START_MS)]);
      expect(await on.log.counts()).toEqual({
        events: { received: 1, done: 1, failed: 1, unmatched: 2, refused: 1, duplicate: 1 },
        runs: { queued: 0, running: 1, waiting: 1, succeeded: 1, failed: 1 },
        deadLetters: 1,
        oldestOpenAtMs: drafts[3]!.runs[0]!.createdAtMs,
      });
      expect(on.log.health()).toMatchObject({ status: "ready", backlog: 2 });
    });
  });
}
