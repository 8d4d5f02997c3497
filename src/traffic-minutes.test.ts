import { expect, test } from "vitest";
import { TrafficMinutes } from "./traffic-minutes.ts";

const NOON_MS = Date.UTC(2026, 10, 24, 12);

function counting() {
  const clock = { ms: NOON_MS + 5000 };
  const minutes: Parameters<ConstructorParameters<typeof TrafficMinutes>[1]>[0][] = [];
  const traffic = new TrafficMinutes(
    () => clock.ms,
    (minute) => minutes.push(minute),
  );
  const request = (tenant: string, durationMs: number): void => traffic.request({ tenant, eventId: "e", durationMs });
  return { clock, minutes, traffic, request };
}

test("a minute is recorded once it is over, with its tenants apart", () => {
  const { clock, minutes, traffic, request } = counting();
  request("acme", 2);
  request("acme", 2);
  request("demo", 900);
  expect(minutes).toEqual([]);
  clock.ms += 60_000;
  request("acme", 1);
  traffic.flush();
  expect(minutes.map(({ minuteMs }) => minuteMs)).toEqual([NOON_MS, NOON_MS + 60_000]);
  const [first] = minutes;
  expect(first?.tenants.map(({ tenant }) => tenant)).toEqual(["acme", "demo"]);
  const [most, count] = first?.tenants[0]?.acknowledgements[0] ?? [];
  expect(count).toBe(2);
  expect(most).toBeGreaterThanOrEqual(2);
  expect(most).toBeLessThan(2.2);
});

test("what was not stored is not counted, and nothing is recorded of nothing", () => {
  const { minutes, traffic } = counting();
  traffic.request({ tenant: "made up", durationMs: 1 });
  traffic.flush();
  expect(minutes).toEqual([]);
});

test("a clock that is set back is followed", () => {
  const { clock, minutes, traffic, request } = counting();
  request("acme", 1);
  clock.ms -= 3_600_000;
  request("acme", 1);
  traffic.flush();
  expect(minutes.map(({ minuteMs }) => minuteMs)).toEqual([NOON_MS, NOON_MS - 3_600_000]);
});
