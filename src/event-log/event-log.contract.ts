/**
 * What every adapter of the port must do, run by each of them. `durable` adapters are also opened again after a close.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Clock } from "../base/index.ts";
import type { ClaimedRun, EventLog } from "./event-log.ts";
import {
  answer,
  answered,
  ended,
  failure,
  Fixtures,
  started,
  START_MS,
  step,
  waiting,
} from "./event-log-fixtures.contract.ts";

export interface ContractOptions {
  readonly clock: Clock;
  readonly dedupeWindowMs: number;
  readonly refusalsKept: number;
}

export interface ContractSubject {
  open(): Promise<EventLog>;
  /** Removes what the subject left behind. */
  clean(): Promise<void>;
  /** Whether a log that is opened again holds what the one before stored. */
  readonly durable: boolean;
}

const LEASE_MS = 1000;
const WINDOW_MS = 60_000;

export function eventLogContract(
  name: string,
  subjectFor: (options: ContractOptions) => Promise<ContractSubject>,
): void {
  describe(`${name}: the contract of the event log`, () => {
    let subject: ContractSubject;
    let log: EventLog;
    let make: Fixtures;
    let nowMs: number;

    beforeEach(async () => {
      nowMs = START_MS;
      const clock: Clock = { now: () => nowMs, monotonic: () => nowMs };
      subject = await subjectFor({ clock, dedupeWindowMs: WINDOW_MS, refusalsKept: 3 });
      log = await subject.open();
      make = new Fixtures();
    });

    afterEach(async () => {
      await log[Symbol.asyncDispose]();
      await subject.clean();
    });

    const claim = (limit = 100, atMs = START_MS + 1000): Promise<readonly ClaimedRun[]> =>
      log.claim({ limit, nowMs: atMs, leaseMs: LEASE_MS, workerId: "w1" });
    const idsOf = (runs: readonly ClaimedRun[]): string[] => runs.map((claimed) => claimed.run.id);
    const statusOf = async (eventId: string): Promise<string | undefined> =>
      (await log.getEvent(eventId))?.summary.status;

    describe("events", () => {
      test("an event is found again as it was sent, to the byte", async () => {
        const envelope = make.keyed("d-1", {
          rawBody: Buffer.from([0, 255, 10, 13, 0]),
          providerType: "push",
          verdict: { status: "verified", scheme: "sha256", provider: "github", keyName: "secret" },
          target: "/events/webhook/demo/github?ü=%00",
        });
        expect(await log.append({ envelope, runs: [] })).toEqual({ kind: "stored", eventId: envelope.id });
        const found = await log.getEnvelope(envelope.id);
        expect({ ...found, rawBody: Buffer.from(found!.rawBody) }).toEqual(envelope);
        const detail = await log.getEvent(envelope.id);
        expect(detail!.summary).toEqual({
          id: envelope.id,
          tenant: "demo",
          eventType: "github",
          receivedAtMs: envelope.receivedAtMs,
          status: "unmatched",
          verdict: envelope.verdict,
          providerType: "push",
          bodyBytes: 5,
          runs: [],
        });
        expect(Buffer.from(detail!.envelope.rawBody)).toEqual(envelope.rawBody);
      });

      test("a body may be empty, and large", async () => {
        const large = Buffer.alloc(3_000_000, "x");
        const [none, much] = [make.draft(0, { rawBody: Buffer.alloc(0) }), make.draft(0, { rawBody: large })];
        await Promise.all([log.append(none), log.append(much)]);
        expect((await log.getEnvelope(none.envelope.id))!.rawBody.byteLength).toBe(0);
        expect(Buffer.from((await log.getEnvelope(much.envelope.id))!.rawBody).equals(large)).toBe(true);
      });

      test("an event that nobody has appended is undefined", async () => {
        expect(await log.getEvent("nothing")).toBeUndefined();
        expect(await log.getEnvelope("nothing")).toBeUndefined();
      });

      test("a verified event refused for its content is kept as refused, and claims no dedupe key", async () => {
        const envelope = make.keyed("same");
        await log.append({ envelope, runs: [make.run(envelope)], refusedBecause: "not JSON" });
        const detail = await log.getEvent(envelope.id);
        expect([detail!.summary.status, detail!.refusedBecause, detail!.runs]).toEqual(["refused", "not JSON", []]);
        expect(await claim()).toEqual([]);
        expect((await log.append({ envelope: make.keyed("same"), runs: [] })).kind).toBe("stored");
      });

      test("they are listed newest first, by pages, filtered", async () => {
        const drafts = [
          make.draft(1, { tenant: "a", eventType: "x" }),
          make.draft(0, { tenant: "a", eventType: "y" }),
          make.draft(1, { tenant: "b", eventType: "x" }),
          make.draft(0, { tenant: "b", eventType: "x" }),
        ];
        for (const draft of drafts) await log.append(draft);
        const [first, second, third, fourth] = drafts.map((draft) => draft.envelope.id);
        const list = async (filter: object): Promise<string[]> =>
          (await log.listEvents({ limit: 10, ...filter })).events.map((event) => event.id);
        expect(await list({})).toEqual([fourth, third, second, first]);
        expect(await list({ tenant: "a" })).toEqual([second, first]);
        expect(await list({ eventType: "x" })).toEqual([fourth, third, first]);
        expect(await list({ status: "received" })).toEqual([third, first]);
        expect(await list({ status: "unmatched", tenant: "b" })).toEqual([fourth]);
        expect(await list({ sinceMs: drafts[2]!.envelope.receivedAtMs })).toEqual([fourth, third]);
        const page = await log.listEvents({ limit: 3 });
        expect(page.events.length).toBe(3);
        const rest = await log.listEvents({ limit: 3, cursor: page.nextCursor! });
        expect([rest.events.map((event) => event.id), rest.nextCursor]).toEqual([[first], undefined]);
        const summary = (await log.listEvents({ limit: 10, tenant: "b", status: "received" })).events[0]!;
        expect(summary.runs).toEqual([{ id: drafts[2]!.runs[0]!.id, flow: "on-push", status: "queued" }]);
      });
    });

    describe("duplicates", () => {
      test("a second event with the same key inside the window is stored as a duplicate and starts no run", async () => {
        const [first, again] = [make.keyed("k"), make.keyed("k")];
        await log.append({ envelope: first, runs: [make.run(first)] });
        expect(await log.append({ envelope: again, runs: [make.run(again)] })).toEqual({
          kind: "duplicate",
          eventId: again.id,
          duplicateOf: first.id,
        });
        const summary = (await log.getEvent(again.id))!.summary;
        expect([summary.status, summary.duplicateOf, summary.runs]).toEqual(["duplicate", first.id, []]);
        expect((await claim()).map((claimed) => claimed.run.eventId)).toEqual([first.id]);
      });

      test("it gets the first one's answer, if there is one by now", async () => {
        const first = make.keyed("k");
        await log.append({ envelope: first, runs: [make.run(first)] });
        await log.record([answered(first.id)]);
        expect(await log.append({ envelope: make.keyed("k"), runs: [] })).toMatchObject({
          kind: "duplicate",
          duplicateOf: first.id,
          answer: answer(),
        });
      });

      test("a key counts for its tenant and event type alone", async () => {
        const kinds = [];
        for (const over of [{}, { tenant: "other" }, { eventType: "other" }, { tenant: "other" }])
          kinds.push((await log.append({ envelope: make.keyed("k", over), runs: [] })).kind);
        expect(kinds).toEqual(["stored", "stored", "stored", "duplicate"]);
      });

      test("events without a key are never duplicates", async () => {
        const body = { rawBody: Buffer.from("same") };
        const appended = await Promise.all([log.append(make.draft(0, body)), log.append(make.draft(0, body))]);
        expect(appended.map((each) => each.kind)).toEqual(["stored", "stored"]);
      });

      test("past the window the key starts anew", async () => {
        const at = (receivedAtMs: number): Promise<unknown> =>
          log.append({ envelope: make.keyed("k", { receivedAtMs }), runs: [] }).then((appended) => appended.kind);
        expect(await at(START_MS)).toBe("stored");
        expect(await at(START_MS + WINDOW_MS - 1)).toBe("duplicate");
        expect(await at(START_MS + WINDOW_MS)).toBe("stored");
        expect(await at(START_MS + WINDOW_MS + 1)).toBe("duplicate");
      });

      test("of concurrent appends of one key one is the original and all others are its duplicates", async () => {
        const drafts = Array.from({ length: 20 }, () => {
          const envelope = make.keyed("k");
          return { envelope, runs: [make.run(envelope)] };
        });
        const appended = await Promise.all(drafts.map((draft) => log.append(draft)));
        const originals = appended.filter((each) => each.kind === "stored").map((each) => each.eventId);
        expect(originals.length).toBe(1);
        const duplicates = appended.filter((each) => each.kind === "duplicate");
        expect(new Set(duplicates.map((each) => each.duplicateOf))).toEqual(new Set(originals));
        expect((await claim()).length).toBe(1);
      });
    });

    describe("claims", () => {
      test("runs are handed out oldest first, at most so many, each to one worker", async () => {
        const drafts = [make.draft(2), make.draft(), make.draft()];
        for (const draft of drafts) await log.append(draft);
        const ids = drafts.flatMap((draft) => draft.runs.map((run) => run.id));
        expect(idsOf(await claim(3))).toEqual(ids.slice(0, 3));
        expect(idsOf(await claim(3))).toEqual(ids.slice(3));
        expect(await claim(3)).toEqual([]);
      });

      test("a new run comes with its envelope, no steps and no attempts", async () => {
        const draft = make.draft();
        await log.append(draft);
        const [claimed] = await claim();
        expect({
          ...claimed!,
          envelope: { ...claimed!.envelope, rawBody: Buffer.from(claimed!.envelope.rawBody) },
        }).toEqual({
          run: draft.runs[0],
          envelope: draft.envelope,
          attempts: 0,
          steps: [],
          answered: false,
        });
      });

      test("concurrent claims never hand out one run twice", async () => {
        await Promise.all(Array.from({ length: 30 }, () => log.append(make.draft())));
        const claims = await Promise.all(Array.from({ length: 10 }, () => claim(7)));
        const ids = claims.flatMap(idsOf);
        expect([ids.length, new Set(ids).size]).toEqual([30, 30]);
      });

      test("a waiting run is handed out when it is due, with its steps and attempts", async () => {
        const draft = make.draft();
        const run = draft.runs[0]!;
        await log.append(draft);
        await claim();
        const over = step(run, { next: "second" });
        const wentOn = step(run, { ordinal: 1, node: "second", status: "failed", next: "third", error: failure });
        const failed = step(run, { ordinal: 2, node: "third", status: "failed", error: failure });
        await log.record([started(run), over, wentOn, failed, waiting(run, START_MS + 5000), answered(run.eventId)]);
        expect(await claim(1, START_MS + 4999)).toEqual([]);
        const [again] = await claim(1, START_MS + 5000);
        expect([again!.run, again!.attempts, again!.steps, again!.answered]).toEqual([run, 1, [over, wentOn], true]);
        expect((await log.getEvent(run.eventId))!.runs[0]!.steps).toEqual([over, wentOn, failed]);
        expect(await claim(1, START_MS + 5001)).toEqual([]);
      });

      test("`answered` speaks of a flow's answer only", async () => {
        const draft = make.draft();
        await log.append(draft);
        await claim();
        await log.record([answered(draft.envelope.id, "deadline"), waiting(draft.runs[0]!, START_MS)]);
        expect((await claim())[0]!.answered).toBe(false);
      });

      test("a run whose lease ran out is handed out again", async () => {
        const draft = make.draft();
        await log.append(draft);
        await claim(1, START_MS + 10);
        expect(await claim(1, START_MS + 10 + LEASE_MS - 1)).toEqual([]);
        expect(idsOf(await claim(1, START_MS + 10 + LEASE_MS))).toEqual([draft.runs[0]!.id]);
      });

      test("an ended run is never handed out again", async () => {
        const draft = make.draft();
        await log.append(draft);
        await claim();
        await log.record([ended(draft.runs[0]!)]);
        expect(await claim(1, START_MS + 10 * LEASE_MS)).toEqual([]);
      });

      test("onWork calls when a run is queued and when a waiting run comes due, until it is released", async () => {
        let heard = 0;
        let wake = (): void => undefined;
        const call = (): Promise<void> => new Promise((resolve) => (wake = resolve));
        const release = log.onWork(() => {
          heard += 1;
          wake();
        });
        let called = call();
        const draft = make.draft();
        await log.append(draft);
        await called;
        await claim();
        called = call();
        await log.record([waiting(draft.runs[0]!, nowMs + 20)]);
        nowMs += 20;
        await called;
        release();
        const before = heard;
        await log.append(make.draft());
        await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
        expect(heard).toBe(before);
      });
    });

    describe("facts", () => {
      test("the event's status follows its runs", async () => {
        const draft = make.draft(2);
        const [one, two] = [draft.runs[0]!, draft.runs[1]!];
        await log.append(draft);
        expect(await statusOf(draft.envelope.id)).toBe("received");
        await log.record([ended(one)]);
        expect(await statusOf(draft.envelope.id)).toBe("received");
        await log.record([ended(two, "failed")]);
        expect(await statusOf(draft.envelope.id)).toBe("failed");
        const other = make.draft();
        await log.append(other);
        await log.record([ended(other.runs[0]!)]);
        expect(await statusOf(other.envelope.id)).toBe("done");
      });

      test("a run tells its whole story", async () => {
        const draft = make.draft();
        const run = draft.runs[0]!;
        await log.append(draft);
        const detail = async () => (await log.getEvent(run.eventId))!.runs[0]!;
        expect(await detail()).toEqual({ run, status: "queued", attempts: 0, steps: [] });
        await log.record([started(run)]);
        expect(await detail()).toEqual({ run, status: "running", attempts: 1, startedAtMs: START_MS + 1, steps: [] });
        const failed = step(run, { status: "failed", error: failure, printed: ["a", "b"] });
        await log.record([failed, waiting(run, START_MS + 50)]);
        expect(await detail()).toMatchObject({ status: "waiting", resumeAtMs: START_MS + 50, error: failure });
        const big = step(run, { outputJson: JSON.stringify("x".repeat(100_000)) });
        await log.record([started(run, 2), big, ended(run)]);
        expect(await detail()).toEqual({
          run,
          status: "succeeded",
          attempts: 2,
          startedAtMs: START_MS + 1,
          endedAtMs: START_MS + 9,
          steps: [failed, big],
        });
      });

      test("facts after the end of a run change nothing", async () => {
        const draft = make.draft();
        const run = draft.runs[0]!;
        await log.append(draft);
        await log.record([ended(run)]);
        const before = await log.getEvent(run.eventId);
        await log.record([started(run), step(run), waiting(run, START_MS), ended(run, "failed")]);
        expect(await log.getEvent(run.eventId)).toEqual(before);
        expect(await claim()).toEqual([]);
      });

      test("facts about unknown runs and events change nothing", async () => {
        const ghost = make.run(make.envelope());
        await log.record([{ type: "run_queued", run: ghost }, started(ghost), ended(ghost), answered(ghost.eventId)]);
        expect([await claim(), (await log.counts()).runs.succeeded]).toEqual([[], 0]);
      });

      test("a run that exists already is not queued again", async () => {
        const draft = make.draft();
        const run = draft.runs[0]!;
        await log.append(draft);
        await log.record([{ type: "run_queued", run }]);
        expect((await claim()).length).toBe(1);
        await log.record([ended(run)]);
        await log.record([{ type: "run_queued", run }]);
        expect([await claim(), await statusOf(run.eventId)]).toEqual([[], "done"]);
      });

      test("a replay puts an old event back to received and is worked on", async () => {
        const draft = make.draft(0);
        await log.append(draft);
        const run = make.run(draft.envelope, { replayOf: draft.envelope.id, payloadJson: '{"a":1}', parentRunId: "p" });
        await log.record([{ type: "run_queued", run }]);
        expect(await statusOf(run.eventId)).toBe("received");
        const [claimed] = await claim();
        expect([claimed!.run, claimed!.envelope.id]).toEqual([run, draft.envelope.id]);
        await log.record([ended(run)]);
        expect(await statusOf(run.eventId)).toBe("done");
      });

      test("the first answer of an event wins", async () => {
        const draft = make.draft();
        await log.append(draft);
        await log.record([answered(draft.envelope.id, "flow", "one"), answered(draft.envelope.id, "flow", "two")]);
        await log.record([answered(draft.envelope.id, "flow", "three")]);
        expect((await log.getEvent(draft.envelope.id))!.answer).toEqual(answer("flow", "one"));
      });

      test("flow definitions are kept by their hash", async () => {
        await log.record([{ type: "flow_stored", hash: "h", definitionJson: '{"a":1}' }]);
        await log.record([{ type: "flow_stored", hash: "h", definitionJson: '{"a":1}' }]);
        expect([await log.flowDefinition("h"), await log.flowDefinition("i")]).toEqual(['{"a":1}', undefined]);
      });

      test("counts tell events and runs by status", async () => {
        const drafts = [make.draft(), make.draft(), make.draft(0), make.draft(2)];
        for (const draft of drafts) await log.append(draft);
        await log.append({ envelope: make.keyed("k"), runs: [] });
        await log.append({ envelope: make.keyed("k"), runs: [] });
        await log.append({ ...make.draft(0), refusedBecause: "no" });
        await log.record([
          ended(drafts[0]!.runs[0]!),
          ended(drafts[1]!.runs[0]!, "failed"),
          started(drafts[3]!.runs[0]!),
        ]);
        await log.record([waiting(drafts[3]!.runs[1]!, START_MS)]);
        expect(await log.counts()).toEqual({
          events: { received: 1, done: 1, failed: 1, unmatched: 2, refused: 1, duplicate: 1 },
          runs: { queued: 0, running: 1, waiting: 1, succeeded: 1, failed: 1 },
        });
        expect(log.health()).toMatchObject({ status: "ready", backlog: 2 });
      });
    });

    describe("refusals", () => {
      test("the newest are kept, newest first, and never become events", async () => {
        const refusals = ["a", "b", "a", "b"].map((tenant) => make.refusal({ tenant }));
        for (const refusal of refusals) log.refuse(refusal);
        const kept = await log.listRefusals({ limit: 10 });
        expect(kept.map((each) => ({ ...each, bodyStart: Buffer.from(each.bodyStart) }))).toEqual(
          refusals.slice(1).reverse(),
        );
        expect((await log.listRefusals({ limit: 1, tenant: "a" })).map((each) => each.id)).toEqual([refusals[2]!.id]);
        expect((await log.listEvents({ limit: 10 })).events).toEqual([]);
      });
    });

    describe("retention", () => {
      test("nothing newer than the limit and nothing with an open run goes", async () => {
        const [old, open, young] = [make.draft(), make.draft(), make.draft(0, { receivedAtMs: START_MS + 9000 })];
        for (const draft of [old, open, young]) await log.append(draft);
        await log.record([ended(old.runs[0]!)]);
        const dropped = await log.dropBefore(START_MS + 5000);
        const gone = [];
        for (const draft of [old, open, young]) if (!(await log.getEvent(draft.envelope.id))) gone.push(draft);
        expect([gone.length, gone.includes(open), gone.includes(young)]).toEqual([dropped, false, false]);
        expect(idsOf(await claim())).toEqual([open.runs[0]!.id]);
      });

      test("what is old and over goes, with its duplicates key and its count", async () => {
        const envelope = make.keyed("k");
        const run = make.run(envelope);
        await log.append({ envelope, runs: [run] });
        await log.record([{ type: "flow_stored", hash: "h", definitionJson: "{}" }, ended(run)]);
        expect(await log.dropBefore(START_MS + 5000)).toBe(1);
        expect([await log.getEvent(envelope.id), await log.getEnvelope(envelope.id)]).toEqual([undefined, undefined]);
        expect((await log.counts()).events.done).toBe(0);
        expect(await log.flowDefinition("h")).toBe("{}");
        expect((await log.append({ envelope: make.keyed("k"), runs: [] })).kind).toBe("stored");
      });

      test("what comes while old events go is kept, and so are definitions", async () => {
        for (let round = 0; round < 20; round++) {
          const hash = `hash-${round}`;
          await log.record([{ type: "flow_stored", hash, definitionJson: "{}" }]);
          const young = make.draft(0, { receivedAtMs: START_MS + 9000 });
          const [, , definition] = await Promise.all([
            log.dropBefore(START_MS + 5000),
            log.append(young),
            log.flowDefinition(hash),
          ]);
          expect([definition, (await log.getEvent(young.envelope.id))?.summary.status]).toEqual(["{}", "unmatched"]);
          // Only a segment in which nothing is young can go: the next round needs such a one again.
          await log.dropBefore(START_MS + 10_000);
        }
      });
    });

    test("a closed log refuses to write", async () => {
      await log[Symbol.asyncDispose]();
      await expect(log.append(make.draft())).rejects.toMatchObject({ code: "GTC_LOG_UNAVAILABLE" });
      await expect(log.record([])).rejects.toMatchObject({ code: "GTC_LOG_UNAVAILABLE" });
      expect(log.health().status).toBe("unavailable");
    });

    test("appends that are under way when the log is closed are finished", async () => {
      const appends = Array.from({ length: 10 }, () => log.append(make.draft()));
      await log[Symbol.asyncDispose]();
      expect((await Promise.all(appends)).every((each) => each.kind === "stored")).toBe(true);
    });

    test("a log that is opened again holds everything, and queues every open run with its steps", async () => {
      if (!subject.durable) return;
      const [fresh, halfway, later, over] = [make.draft(), make.draft(), make.draft(), make.draft()];
      for (const draft of [fresh, halfway, later, over]) await log.append(draft);
      await log.append({ envelope: make.keyed("k"), runs: [] });
      await claim();
      const done = step(halfway.runs[0]!, { next: "second" });
      await log.record([started(halfway.runs[0]!), done, answered(halfway.envelope.id)]);
      await log.record([waiting(later.runs[0]!, START_MS + 50_000), ended(over.runs[0]!)]);
      const ids = [fresh, halfway, later, over].map((draft) => draft.envelope.id);
      const before = [await log.listEvents({ limit: 10 }), await Promise.all(ids.map((id) => log.getEvent(id)))];
      await log[Symbol.asyncDispose]();
      log = await subject.open();
      expect([await log.listEvents({ limit: 10 }), await Promise.all(ids.map((id) => log.getEvent(id)))]).toEqual(
        before,
      );
      const claimed = await claim();
      expect(claimed.map((each) => [each.run.id, each.attempts, each.steps, each.answered])).toEqual([
        [fresh.runs[0]!.id, 0, [], false],
        [halfway.runs[0]!.id, 1, [done], true],
      ]);
      expect(idsOf(await claim(10, START_MS + 50_000))).toContain(later.runs[0]!.id);
      expect((await log.append({ envelope: make.keyed("k"), runs: [] })).kind).toBe("duplicate");
    });
  });
}
