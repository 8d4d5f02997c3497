/** What a refusal costs that anybody can cause. */
import { expect, test } from "vitest";
import type { EventLog, Refusal } from "../event-log/index.ts";
import type { ArrivedRequest } from "./arrived-request.ts";
import { Refusals, type RefusalsOptions } from "./refuse-request.ts";

test("of requests to tenants that there are not, only one that is kept is compared with all that there are", () => {
  const kept: Refusal[] = [];
  let told = 0;
  let nowMs = 0;
  const refusals = new Refusals({
    log: { refuse: (refusal: Refusal) => kept.push(refusal) } as unknown as EventLog,
    newId: () => "id",
    clock: { now: () => nowMs, monotonic: () => nowMs },
    onRequest: () => (told += 1),
  } as unknown as RefusalsOptions);
  const request: ArrivedRequest = {
    route: { tenant: "acne", eventType: "orders" },
    method: "POST",
    target: "/events/webhook/acne/orders",
    headers: [],
    remoteAddress: "127.0.0.1",
    rawBody: new Uint8Array(0),
    receivedAtMs: 0,
    receivedAt: 0,
  };
  let compared = 0;
  function* tenants(): Generator<string> {
    compared += 1;
    yield "acme";
  }
  for (let n = 0; n < 100; n++) expect(refusals.forTenant(request, tenants()).status).toBe(404);
  expect([kept.length, compared, told]).toEqual([1, 1, 100]);
  expect(kept[0]).toMatchObject({ reason: "unknown_tenant", hint: 'Did you mean "acme"?' });
  nowMs = 1000;
  refusals.forTenant(request, tenants());
  expect([kept.length, compared]).toEqual([2, 2]);
});
