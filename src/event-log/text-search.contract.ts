/** The contract of the queries: text in events. */
import { describe, expect, test } from "vitest";
import { step } from "./event-log-fixtures.contract.ts";
import { listsOf } from "./list-pages.contract.ts";
import type { LogUnderTest } from "./log-under-test.contract.ts";

export function textSearchContract(on: LogUnderTest): void {
  const { events } = listsOf(on);
  describe("a search", () => {
    test("looks into header values and payloads, whatever the case", async () => {
      const bodies = ['{"name":"Ada"}', '{"name":"GRÜSSE"}', '{"path":"C:\\\\temp"}', "\u0000\u00ff binary"];
      const drafts = bodies.map((body) => on.make.draft(0, { rawBody: Buffer.from(body) }));
      const headed = on.make.draft(0, { headers: [["x-note", 'say "Hello" to Zoë']], rawBody: Buffer.from("{}") });
      for (const draft of [...drafts, headed]) await on.log.append(draft);
      const found = (text: string): Promise<number[]> =>
        events({ text }).then((ids) =>
          ids.map((id) => [...drafts, headed].findIndex((each) => each.envelope.id === id)),
        );
      expect(await found("ada")).toEqual([0]);
      expect(await found('"NAME":"')).toEqual([1, 0]);
      expect(await found("grüsse")).toEqual([1]);
      expect(await found("c:\\\\TEMP")).toEqual([2]);
      expect(await found('"hello" to zoË')).toEqual([4]);
      expect(await found("a.a")).toEqual([]);
      // Neither a header's name nor what our own records say is a header's value.
      expect([await found("x-note"), await found("receivedAtMs")]).toEqual([[], []]);
    });

    test("goes together with filters and pages", async () => {
      const drafts = Array.from({ length: 9 }, (_, index) =>
        on.make.draft(0, { tenant: index % 2 ? "a" : "b", rawBody: Buffer.from(`number ${index % 3}`) }),
      );
      for (const draft of drafts) await on.log.append(draft);
      const expected = drafts.filter((_, index) => index % 2 === 1 && index % 3 === 0).map((each) => each.envelope.id);
      expect(await events({ text: "number 0", tenant: "a" })).toEqual(expected.reverse());
    });

    test("also reads what a flow said as no part of an event", async () => {
      const draft = on.make.draft(1, { rawBody: Buffer.from("{}") });
      await on.log.append(draft);
      await on.log.record([step(draft.runs[0]!, { outputJson: '"needle"' })]);
      expect(await events({ text: "needle" })).toEqual([]);
    });

    test("that runs out of time says how far it came, and goes on from there", async () => {
      const drafts = Array.from({ length: 5 }, () => on.make.draft(0, { rawBody: Buffer.from("needle") }));
      for (const draft of drafts) await on.log.append(draft);
      expect(await events({ text: "needle", timeLimitMs: 0, limit: 1 })).toEqual(
        drafts.map((draft) => draft.envelope.id).reverse(),
      );
    });
  });
}
