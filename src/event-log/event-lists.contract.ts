/** The contract of the queries: lists of events. */
import { describe, expect, test } from "vitest";
import { answered, ended, START_MS } from "./event-log-fixtures.contract.ts";
import { idsOf, listsOf } from "./list-pages.contract.ts";
import type { LogUnderTest } from "./log-under-test.contract.ts";

export function eventListsContract(on: LogUnderTest): void {
  const { events } = listsOf(on);
  describe("lists of events", () => {
    test("are newest first, page by page, also when newer ones come in between", async () => {
      const drafts = [on.make.draft(), on.make.draft(), on.make.draft(), on.make.draft()];
      for (const draft of drafts) await on.log.append(draft);
      const ids = drafts.map((draft) => draft.envelope.id).reverse();
      const first = await on.log.queries.listEvents({ limit: 2 });
      await on.log.append(on.make.draft());
      const second = await on.log.queries.listEvents({ limit: 2, cursor: first.nextCursor! });
      expect([...idsOf(first.items), ...idsOf(second.items)]).toEqual(ids);
      expect(second.nextCursor).toBeUndefined();
    });

    test("are filtered by what all events of a kind have in common, alone and together", async () => {
      const unsigned = { verdict: { status: "unsigned" } } as const;
      const drafts = [
        on.make.draft(1, { tenant: "a", eventType: "x", providerType: "push" }),
        on.make.draft(1, { tenant: "b", eventType: "x", providerType: "ping" }),
        on.make.draft(1, { tenant: "a", eventType: "y", ...unsigned }),
        on.make.draft(1, { tenant: "b", eventType: "y", ...unsigned }),
      ];
      for (const draft of drafts) await on.log.append(draft);
      const [one, two, three, four] = drafts.map((draft) => draft.envelope.id);
      expect(await events({ tenant: "a" })).toEqual([three, one]);
      expect(await events({ eventType: "x" })).toEqual([two, one]);
      expect(await events({ providerType: "ping" })).toEqual([two]);
      expect(await events({ verdict: "unsigned" })).toEqual([four, three]);
      expect(await events({ verdict: "verified", tenant: "a" })).toEqual([one]);
      expect(await events({ tenant: "a", eventType: "x", providerType: "ping" })).toEqual([]);
      expect(await events({ tenant: "nobody" })).toEqual([]);
    });

    test("are filtered by status, as it is at that moment", async () => {
      const [open, done, failed, idle] = [on.make.draft(), on.make.draft(), on.make.draft(), on.make.draft(0)];
      for (const draft of [open, done, failed, idle]) await on.log.append(draft);
      const copies = [on.make.keyed("k"), on.make.keyed("k")];
      for (const envelope of copies) await on.log.append({ envelope, runs: [] });
      const refused = on.make.draft(0);
      await on.log.append({ ...refused, refusedBecause: "not JSON" });
      expect(await events({ status: "received" })).toEqual([failed, done, open].map((draft) => draft.envelope.id));
      await on.log.record([ended(done.runs[0]!), ended(failed.runs[0]!, "failed")]);
      expect(await events({ status: "received" })).toEqual([open.envelope.id]);
      expect(await events({ status: "done" })).toEqual([done.envelope.id]);
      expect(await events({ status: "failed" })).toEqual([failed.envelope.id]);
      expect(await events({ status: "unmatched" })).toEqual([copies[0]!.id, idle.envelope.id]);
      expect(await events({ status: "duplicate" })).toEqual([copies[1]!.id]);
      expect(await events({ status: "refused" })).toEqual([refused.envelope.id]);
    });

    test("are filtered by flow, that of a replay included", async () => {
      const one = on.make.draft(0);
      const two = on.make.draft(0);
      await on.log.append({
        ...one,
        runs: [on.make.run(one.envelope, { flow: "f" }), on.make.run(one.envelope, { flow: "g" })],
      });
      await on.log.append({ ...two, runs: [on.make.run(two.envelope, { flow: "g" })] });
      expect([await events({ flow: "f" }), await events({ flow: "g" })]).toEqual([
        [one.envelope.id],
        [two.envelope.id, one.envelope.id],
      ]);
      await on.log.record([{ type: "run_queued", run: on.make.run(two.envelope, { flow: "f" }) }]);
      expect(await events({ flow: "f" })).toEqual([two.envelope.id, one.envelope.id]);
    });

    test("are filtered by time, the end excluded", async () => {
      const drafts = [1, 2, 3, 4].map((second) => on.make.draft(0, { receivedAtMs: START_MS + second * 1000 }));
      for (const draft of drafts) await on.log.append(draft);
      const ids = drafts.map((draft) => draft.envelope.id);
      expect(await events({ sinceMs: START_MS + 2000, untilMs: START_MS + 4000 })).toEqual([ids[2], ids[1]]);
      expect(await events({ untilMs: START_MS })).toEqual([]);
      expect(await events({ sinceMs: START_MS + 5000 })).toEqual([]);
    });

    test("that were accepted later stand where they were stored, and are found by when they came", async () => {
      const onTime = on.make.draft(1, { receivedAtMs: START_MS + 9000 });
      const acceptedFrom = { refusalId: "refusal-1", atMs: START_MS + 10_000 };
      const verdict = { status: "verified", scheme: "hmac", keyName: "default", afterRefusal: true } as const;
      const envelope = on.make.envelope({ receivedAtMs: START_MS + 1000, acceptedFrom, verdict });
      const late = { envelope, runs: [on.make.run(envelope, { createdAtMs: acceptedFrom.atMs })] };
      for (const draft of [onTime, late]) await on.log.append(draft);
      expect(await events()).toEqual([envelope.id, onTime.envelope.id]);
      expect(await events({ untilMs: START_MS + 2000 })).toEqual([envelope.id]);
      expect(await events({ sinceMs: START_MS + 2000 })).toEqual([onTime.envelope.id]);
      const rows = await on.log.queries.eventsById([envelope.id, onTime.envelope.id]);
      expect(rows.map((row) => [row.verdict, row.acceptedFrom])).toEqual([
        [verdict, acceptedFrom],
        [onTime.envelope.verdict, undefined],
      ]);
      expect((await on.log.getEnvelope(envelope.id))?.acceptedFrom).toEqual(acceptedFrom);
      const since = await on.log.queries.listRuns({ limit: 5, sinceMs: acceptedFrom.atMs });
      expect(since.items.map(({ run }) => run.eventId)).toEqual([envelope.id]);
    });

    test("find a delivery by the sender's own id", async () => {
      const [one, two, other] = [
        on.make.keyed("d-1", { tenant: "a" }),
        on.make.keyed("d-1", { tenant: "b" }),
        on.make.keyed("d-2"),
      ];
      for (const envelope of [one, two, other]) await on.log.append({ envelope, runs: [] });
      expect(await events({ deliveryId: "d-1" })).toEqual([two.id, one.id]);
      expect(await events({ deliveryId: "d-1", tenant: "a" })).toEqual([one.id]);
      expect(await events({ deliveryId: "d-3" })).toEqual([]);
    });

    test("rows tell the delivery, the method, the answer and the runs", async () => {
      const envelope = on.make.keyed("d-1", { providerType: "push", method: "PUT" });
      const run = on.make.run(envelope);
      await on.log.append({ envelope, runs: [run] });
      await on.log.record([answered(envelope.id)]);
      const [row] = await on.log.queries.eventsById([envelope.id, "unknown"]);
      expect(row).toMatchObject({
        id: envelope.id,
        tenant: "demo",
        eventType: "github",
        providerType: "push",
        receivedAtMs: envelope.receivedAtMs,
        verdict: envelope.verdict,
        status: "received",
        method: "PUT",
        deliveryId: "d-1",
        answer: { status: 200, by: "flow", durationMs: 4.25 },
        bodyBytes: envelope.rawBody.byteLength,
        runs: [{ id: run.id, flow: "on-push", status: "queued" }],
      });
      expect((await on.log.queries.eventsById([envelope.id, envelope.id])).length).toBe(2);
    });

    test("an aborted one rejects with the reason", async () => {
      await on.log.append(on.make.draft());
      const reason = new Error("gone");
      await expect(on.log.queries.listEvents({ limit: 1, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    });
  });
}
