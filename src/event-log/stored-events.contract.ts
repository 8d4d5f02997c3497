/** The contract of the event log: events are stored as they came, and once. */
import { describe, expect, test } from "vitest";
import { answer, answered, START_MS } from "./event-log-fixtures.contract.ts";
import type { LogUnderTest } from "./log-under-test.contract.ts";

export function storedEventsContract(on: LogUnderTest): void {
  describe("events", () => {
    test("an event is found again as it was sent, to the byte", async () => {
      const envelope = on.make.keyed("d-1", {
        rawBody: Buffer.from([0, 255, 10, 13, 0]),
        providerType: "push",
        verdict: { status: "verified", scheme: "sha256", provider: "github", keyName: "secret" },
        target: "/events/webhook/demo/github?ü=%00",
      });
      expect(await on.log.append({ envelope, runs: [] })).toEqual({ kind: "stored", eventId: envelope.id });
      const found = await on.log.getEnvelope(envelope.id);
      expect({ ...found, rawBody: Buffer.from(found!.rawBody) }).toEqual(envelope);
      const detail = await on.log.getEvent(envelope.id);
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
      const [none, much] = [on.make.draft(0, { rawBody: Buffer.alloc(0) }), on.make.draft(0, { rawBody: large })];
      await Promise.all([on.log.append(none), on.log.append(much)]);
      expect((await on.log.getEnvelope(none.envelope.id))!.rawBody.byteLength).toBe(0);
      expect(Buffer.from((await on.log.getEnvelope(much.envelope.id))!.rawBody).equals(large)).toBe(true);
    });

    test("an event that nobody has appended is undefined", async () => {
      expect(await on.log.getEvent("nothing")).toBeUndefined();
      expect(await on.log.getEnvelope("nothing")).toBeUndefined();
    });

    test("a verified event refused for its content is kept as refused, and claims no dedupe key", async () => {
      const envelope = on.make.keyed("same");
      await on.log.append({ envelope, runs: [on.make.run(envelope)], refusedBecause: "not JSON" });
      const detail = await on.log.getEvent(envelope.id);
      expect([detail!.summary.status, detail!.refusedBecause, detail!.runs]).toEqual(["refused", "not JSON", []]);
      expect(await on.claim()).toEqual([]);
      expect((await on.log.append({ envelope: on.make.keyed("same"), runs: [] })).kind).toBe("stored");
    });

    test("they are listed newest first, by pages, filtered", async () => {
      const drafts = [
        on.make.draft(1, { tenant: "a", eventType: "x" }),
        on.make.draft(0, { tenant: "a", eventType: "y" }),
        on.make.draft(1, { tenant: "b", eventType: "x" }),
        on.make.draft(0, { tenant: "b", eventType: "x" }),
      ];
      for (const draft of drafts) await on.log.append(draft);
      const [first, second, third, fourth] = drafts.map((draft) => draft.envelope.id);
      const list = async (filter: object): Promise<string[]> =>
        (await on.log.listEvents({ limit: 10, ...filter })).events.map((event) => event.id);
      expect(await list({})).toEqual([fourth, third, second, first]);
      expect(await list({ tenant: "a" })).toEqual([second, first]);
      expect(await list({ eventType: "x" })).toEqual([fourth, third, first]);
      expect(await list({ status: "received" })).toEqual([third, first]);
      expect(await list({ status: "unmatched", tenant: "b" })).toEqual([fourth]);
      expect(await list({ sinceMs: drafts[2]!.envelope.receivedAtMs })).toEqual([fourth, third]);
      const page = await on.log.listEvents({ limit: 3 });
      expect(page.events.length).toBe(3);
      const rest = await on.log.listEvents({ limit: 3, cursor: page.nextCursor! });
      expect([rest.events.map((event) => event.id), rest.nextCursor]).toEqual([[first], undefined]);
      const summary = (await on.log.listEvents({ limit: 10, tenant: "b", status: "received" })).events[0]!;
      expect(summary.runs).toEqual([{ id: drafts[2]!.runs[0]!.id, flow: "on-push", status: "queued" }]);
    });
  });

  describe("duplicates", () => {
    test("a second event with the same key inside the window is stored as a duplicate and starts no run", async () => {
      const [first, again] = [on.make.keyed("k"), on.make.keyed("k")];
      await on.log.append({ envelope: first, runs: [on.make.run(first)] });
      expect(await on.log.append({ envelope: again, runs: [on.make.run(again)] })).toEqual({
        kind: "duplicate",
        eventId: again.id,
        duplicateOf: first.id,
      });
      const summary = (await on.log.getEvent(again.id))!.summary;
      expect([summary.status, summary.duplicateOf, summary.runs]).toEqual(["duplicate", first.id, []]);
      expect((await on.claim()).map((claimed) => claimed.run.eventId)).toEqual([first.id]);
    });

    test("it gets the first one's answer, if there is one by now", async () => {
      const first = on.make.keyed("k");
      await on.log.append({ envelope: first, runs: [on.make.run(first)] });
      await on.log.record([answered(first.id)]);
      expect(await on.log.append({ envelope: on.make.keyed("k"), runs: [] })).toMatchObject({
        kind: "duplicate",
        duplicateOf: first.id,
        answer: answer(),
      });
    });

    test("a key counts for its tenant and event type alone", async () => {
      const kinds = [];
      for (const over of [{}, { tenant: "other" }, { eventType: "other" }, { tenant: "other" }])
        kinds.push((await on.log.append({ envelope: on.make.keyed("k", over), runs: [] })).kind);
      expect(kinds).toEqual(["stored", "stored", "stored", "duplicate"]);
    });

    test("a redelivery is known behind another key that a stranger chose to look like its own", async () => {
      // Both had the same fingerprint when that was no cryptographic hash: they were found within seconds.
      const [own, chosen] = ["02a4b5900e15f4", "01a6bf942df43a"].map((key) =>
        on.make.keyed(key, { eventType: "orders" }),
      );
      for (const envelope of [own!, chosen!]) expect((await on.log.append({ envelope, runs: [] })).kind).toBe("stored");
      const again = await on.log.append({
        envelope: on.make.keyed("02a4b5900e15f4", { eventType: "orders" }),
        runs: [],
      });
      expect(again).toMatchObject({ kind: "duplicate", duplicateOf: own!.id });
    });

    test("events without a key are never duplicates", async () => {
      const body = { rawBody: Buffer.from("same") };
      const appended = await Promise.all([
        on.log.append(on.make.draft(0, body)),
        on.log.append(on.make.draft(0, body)),
      ]);
      expect(appended.map((each) => each.kind)).toEqual(["stored", "stored"]);
    });

    test("past the window the key starts anew", async () => {
      const at = (receivedAtMs: number): Promise<unknown> =>
        on.log.append({ envelope: on.make.keyed("k", { receivedAtMs }), runs: [] }).then((appended) => appended.kind);
      expect(await at(START_MS)).toBe("stored");
      expect(await at(START_MS + 60_000 - 1)).toBe("duplicate");
      expect(await at(START_MS + 60_000)).toBe("stored");
      expect(await at(START_MS + 60_000 + 1)).toBe("duplicate");
    });

    test("of concurrent appends of one key one is the original and all others are its duplicates", async () => {
      const drafts = Array.from({ length: 20 }, () => {
        const envelope = on.make.keyed("k");
        return { envelope, runs: [on.make.run(envelope)] };
      });
      const appended = await Promise.all(drafts.map((draft) => on.log.append(draft)));
      const originals = appended.filter((each) => each.kind === "stored").map((each) => each.eventId);
      expect(originals.length).toBe(1);
      const duplicates = appended.filter((each) => each.kind === "duplicate");
      expect(new Set(duplicates.map((each) => each.duplicateOf))).toEqual(new Set(originals));
      expect((await on.claim()).length).toBe(1);
    });
  });
}
