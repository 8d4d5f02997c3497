import { afterEach, expect, test, vi } from "vitest";
import type { GaugeSample, TrafficMinute } from "./event-log/index.ts";
import { createMemoryLog } from "./event-log/memory/index.ts";
import { sampleLog, TrafficMinutes } from "./traffic-minutes.ts";

const NOON_MS = Date.UTC(2026, 10, 24, 12);
const IDLE: GaugeSample = { queued: 0, running: 0, waiting: 0, journalBytes: 1, projectionBytes: 2, freeBytes: 3 };

function counting(sample = async (): Promise<GaugeSample> => IDLE) {
  const clock = { ms: NOON_MS + 5000 };
  const minutes: TrafficMinute[] = [];
  const faults: unknown[] = [];
  const traffic = new TrafficMinutes({
    now: () => clock.ms,
    record: async (minute) => void minutes.push(minute),
    sample,
    onFault: (fault) => faults.push(fault),
  });
  const request = (tenant: string, durationMs: number): void => traffic.request({ tenant, eventId: "e", durationMs });
  return { clock, minutes, faults, traffic, request, end: () => traffic[Symbol.asyncDispose]() };
}

test("a minute is recorded once it is over, with its tenants apart and how full the log was", async () => {
  const { clock, minutes, request, end } = counting();
  request("acme", 2);
  request("acme", 2);
  request("demo", 900);
  expect(minutes).toEqual([]);
  clock.ms += 60_000;
  request("acme", 1);
  await end();
  expect(minutes.map(({ minuteMs }) => minuteMs)).toEqual([NOON_MS, NOON_MS + 60_000]);
  const [first] = minutes;
  expect(first?.sample).toEqual(IDLE);
  expect(first?.tenants.map(({ tenant }) => tenant)).toEqual(["acme", "demo"]);
  const [most, count] = first?.tenants[0]?.acknowledgements[0] ?? [];
  expect(count).toBe(2);
  expect(most).toBeGreaterThanOrEqual(2);
  expect(most).toBeLessThan(2.2);
});

afterEach(() => void vi.useRealTimers());

test("a part of a minute is recorded after some seconds, without a sample, and only if something came", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const { clock, minutes, request, end } = counting();
  const pass = (ms: number): Promise<unknown> => {
    clock.ms += ms;
    return vi.advanceTimersByTimeAsync(ms);
  };
  request("acme", 2);
  await pass(5000);
  expect(minutes).toMatchObject([{ minuteMs: NOON_MS, tenants: [{ tenant: "acme" }] }]);
  expect(minutes[0]).not.toHaveProperty("sample");
  await pass(45_000);
  expect(minutes).toHaveLength(1);
  await pass(5000);
  expect(minutes.slice(1)).toEqual([{ type: "traffic_minute", minuteMs: NOON_MS, tenants: [], sample: IDLE }]);
  await end();
});

test("what was not stored is not counted; a minute without requests still tells how full the log was", async () => {
  const { minutes, traffic, end } = counting();
  traffic.request({ tenant: "made up", durationMs: 1 });
  await end();
  expect(minutes).toEqual([{ type: "traffic_minute", minuteMs: NOON_MS, tenants: [], sample: IDLE }]);
});

test("minutes stand in their order, however long a sample takes, and one that cannot be taken is told", async () => {
  const answers = [new Promise<GaugeSample>((resolve) => setImmediate(resolve, IDLE)), Promise.resolve(IDLE)];
  const { clock, minutes, faults, request, end } = counting(() => answers.shift() ?? Promise.reject(new Error("no")));
  for (const minute of [0, 1, 2]) {
    clock.ms = NOON_MS + minute * 60_000;
    request("acme", 1);
  }
  await end();
  expect(minutes.map(({ minuteMs }) => minuteMs)).toEqual([NOON_MS, NOON_MS + 60_000]);
  expect(faults).toEqual([new Error("no")]);
});

test("a clock that is set back is followed", async () => {
  const { clock, minutes, request, end } = counting();
  request("acme", 1);
  clock.ms -= 3_600_000;
  request("acme", 1);
  await end();
  expect(minutes.map(({ minuteMs }) => minuteMs)).toEqual([NOON_MS, NOON_MS - 3_600_000]);
});

test("a log is sampled with its open runs and the age of the oldest", async () => {
  await using log = createMemoryLog();
  expect(await sampleLog(log, NOON_MS)).toMatchObject({ queued: 0, running: 0, waiting: 0 });
  const envelope = {
    id: "e",
    tenant: "demo",
    eventType: "x",
    receivedAtMs: NOON_MS,
    method: "POST",
    target: "/",
    headers: [],
    remoteAddress: "",
    rawBody: new Uint8Array(),
    verdict: { status: "unsigned" } as const,
  };
  const run = { id: "r", eventId: "e", tenant: "demo", flow: "f", flowHash: "h", startNode: "s", createdAtMs: NOON_MS };
  await log.append({ envelope, runs: [run] });
  expect(await sampleLog(log, NOON_MS + 7000)).toMatchObject({ queued: 1, oldestMs: 7000 });
});
