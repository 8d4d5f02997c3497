/** The contract of the queries: text in events. */
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
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

    test("looks into the target, and undoes what senders do to a text: compression, escapes of JSON and of forms", async () => {
      const packed = (encoding: string, bytes: Uint8Array) =>
        on.make.draft(0, {
          headers: encoding.split(" ").map((line): [string, string] => ["content-encoding", line]),
          rawBody: bytes,
        });
      const note = Buffer.from('{"note":"in the packed Grüße"}');
      const drafts = [
        on.make.draft(0, { target: "/hook?name=Zo%C3%AB+B%26C&plain=x-11", rawBody: Buffer.alloc(0) }),
        on.make.draft(0, {
          rawBody: Buffer.from(String.raw`{"a":"gr\u00fc\u00DFe","b":"http:\/\/x.org\/p\u0026q","c":"\ud83d\ude00"}`),
        }),
        packed("gzip", gzipSync(note)),
        packed("deflate", deflateSync(note)),
        packed("br", brotliCompressSync(note)),
        packed("gzip", gzipSync(note).subarray(0, 20)),
        on.make.draft(0, {
          headers: [["content-type", "application/x-www-form-urlencoded"]],
          rawBody: Buffer.from("payload=%7B%22text%22%3A%22Gr%c3%bc%C3%9Fe+an+alle%22%7D"),
        }),
        on.make.draft(0, { rawBody: Buffer.from("line one\nline two, 100% sure") }),
        packed("deflate gzip", gzipSync(deflateSync(note))),
        // As Java, PHP and `URLSearchParams` write it.
        on.make.draft(0, {
          headers: [["content-type", "application/x-www-form-urlencoded"]],
          rawBody: Buffer.from("home=https%3A%2F%2Fx.org%2F%7Eada"),
        }),
      ];
      for (const draft of drafts) await on.log.append(draft);
      const found = (text: string): Promise<number[]> =>
        events({ text }).then((ids) => ids.map((id) => drafts.findIndex((each) => each.envelope.id === id)));
      expect(await found("zoë b&c")).toEqual([0]);
      expect(await found("X-11")).toEqual([0]);
      expect(await found("GRÜßE")).toEqual([8, 6, 4, 3, 2, 1]);
      expect(await found("packed gr")).toEqual([8, 4, 3, 2]);
      expect(await found('"note":"in')).toEqual([8, 4, 3, 2]);
      expect(await found("http://x.org/p&q")).toEqual([1]);
      expect(await found("\u{1f600}")).toEqual([1]);
      expect(await found('{"text":"grüße an')).toEqual([6]);
      expect(await found("https://x.org/~ada")).toEqual([9]);
      expect(await found("~ada")).toEqual([9]);
      expect(await found("one\nline")).toEqual([7]);
      expect(await found("100% SURE")).toEqual([7]);
      expect(await found(String.raw`\u00fc`)).toEqual([1]);
    });

    test("leaves alone what unpacks to more than a bound", async () => {
      const bomb = gzipSync(Buffer.alloc(5_000_000, "needle "));
      await on.log.append(on.make.draft(0, { headers: [["content-encoding", "gzip"]], rawBody: bomb }));
      expect(await events({ text: "needle" })).toEqual([]);
      expect(await events({ text: "gzip" })).toHaveLength(1);
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
