/** What is large is printed beside the main thread, with the real thread. */
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Envelope } from "../../event/index.ts";
import { createMemoryLog } from "../../event-log/memory/index.ts";
import { EventPrinter } from "./event-printer.ts";
import type { PrintTask } from "./print-task.ts";

const ID = "01930000-0000-7000-8000-000000000001";
const RULES = { signatureHeaders: new Set(["x-signature"]), paths: ["$.card.number"] };

async function tasksFor(body: string): Promise<readonly PrintTask[]> {
  await using log = createMemoryLog();
  const envelope: Envelope = {
    id: ID,
    tenant: "demo",
    eventType: "orders",
    receivedAtMs: Date.UTC(2026, 10, 24),
    method: "POST",
    target: "/events/webhook/demo/orders?token=t",
    headers: [
      ["content-type", "application/json"],
      ["x-signature", "secret"],
    ],
    rawBody: Buffer.from(body),
    remoteAddress: "127.0.0.1",
    verdict: { status: "unsigned" },
  };
  await log.append({ envelope, runs: [] });
  const detail = (await log.getEvent(ID))!;
  const [row] = await log.queries.eventsById([ID]);
  const shown = { detail, row: row!, rules: RULES, flows: new Map(), first: undefined };
  return [
    { what: "event", ...shown },
    { what: "har", ...shown, publicBaseUrl: "https://hooks.example" },
    { what: "record", detail },
    { what: "hidden", envelope, field: "body:$.card.number" },
    { what: "hidden", envelope, field: "body:$.nothing" },
  ];
}

const text = (printed: Uint8Array): string => Buffer.from(printed).toString();

test("an event is printed by the thread as it is printed at once", async () => {
  await using atOnce = new EventPrinter();
  await using apart = new EventPrinter({ mostAtOnce: 0 });
  const tasks = await tasksFor('{"card":{"number":"4242 4242"},"n":12345678901234567890}');
  const expected = await Promise.all(tasks.map((task) => atOnce.print(task)));
  const printed = await Promise.all(tasks.map((task) => apart.print(task)));
  expect(printed.map(text)).toEqual(expected.map(text));
  expect(text(printed[0]!)).not.toContain("4242");
  expect(printed.slice(3).map(text)).toEqual(['"4242 4242"', "null"]);
});

test("while megabytes are printed, the main thread goes on", async () => {
  await using printer = new EventPrinter();
  const [event] = await tasksFor(`[${"[],".repeat(2_000_000)}1]`);
  let longestMs = 0;
  const over = new AbortController();
  const watch = async (): Promise<void> => {
    for (let before = performance.now(); !over.signal.aborted; before = performance.now()) {
      await delay(5);
      longestMs = Math.max(longestMs, performance.now() - before);
    }
  };
  const watching = watch();
  const start = performance.now();
  const printed = await printer.print(event!);
  over.abort();
  await watching;
  expect(printed.length).toBeGreaterThan(6_000_000);
  expect(longestMs).toBeLessThan((performance.now() - start) / 3);
});

test("what is more than the thread can hold fails by itself, and the next is printed", async () => {
  await using printer = new EventPrinter({ memoryMb: 24 });
  const [large] = await tasksFor(`[${"[],".repeat(2_000_000)}1]`);
  const [small] = await tasksFor(`["${"x".repeat(100_000)}"]`);
  await expect(printer.print(large!)).rejects.toMatchObject({ code: "GTC_VIEW_FAILED" });
  expect(text(await printer.print(small!))).toContain("xxx");
});

test("a printer that is closed while it prints leaves nobody waiting", async () => {
  const printer = new EventPrinter({ mostAtOnce: 0 });
  const [event] = await tasksFor(`[${"[],".repeat(500_000)}1]`);
  const printing = [printer.print(event!), printer.print(event!)].map((printed) =>
    printed.catch((fault: unknown) => fault),
  );
  await printer[Symbol.asyncDispose]();
  expect(await Promise.all(printing)).toMatchObject([{ name: "GtcError" }, { name: "GtcError" }]);
});
