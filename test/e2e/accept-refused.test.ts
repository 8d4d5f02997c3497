/** A mistyped secret, and what was refused because of it: verified again and accepted over the API. */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Acceptance, AcceptJob, AuditEntry, EventDetail, Refusal } from "../../src/admin/contract/index.ts";
import { correctSecret, createMistypedBundle, pay as payTo, STRIPE_SECRET } from "../support/mistyped-secret.ts";
import { signStripe } from "../support/sign.ts";
import type { TestBundle } from "../support/test-bundle.ts";
import { TestGateway, type Posted } from "../support/test-gateway.ts";

let bundle: TestBundle;
let gateway: TestGateway;

beforeEach(async () => {
  bundle = await createMistypedBundle();
  gateway = await TestGateway.start(bundle, { max_body_bytes: "1MiB" });
});

afterEach(async () => {
  await gateway[Symbol.asyncDispose]();
  await bundle.remove();
});

const correct = (): Promise<void> => correctSecret(bundle, gateway);
const pay = (n: number, secret?: string, padding?: string): Promise<Posted> => payTo(gateway, n, secret, padding);

async function ask<T>(path: string, method = "GET", body?: unknown): Promise<T> {
  const headers = body === undefined ? {} : { "content-type": "application/json" };
  const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
  return (await (await gateway.api(path, init)).json()) as T;
}

const accept = (id: string): Promise<Acceptance> => ask(`refused/${id}/accept`, "POST");

const POLL = { timeout: 10_000 };

/** Refused requests, newest first, once there are so many. */
async function kept(count: number, query = ""): Promise<readonly Refusal[]> {
  let items: readonly Refusal[] = [];
  await expect
    .poll(async () => (items = (await ask<{ items: Refusal[] }>(`refused?limit=100${query}`)).items).length, POLL)
    .toBe(count);
  return items;
}

/** The job when it is over. */
async function finished({ id }: AcceptJob): Promise<AcceptJob> {
  let job: AcceptJob | undefined;
  await expect.poll(async () => (job = await ask<AcceptJob>(`acceptances/${id}`)).status, POLL).toBe("done");
  return job!;
}

test("after the secret is corrected, refused payments become events, once each, and the trail says so", async () => {
  for (let n = 1; n <= 3; n++) expect((await pay(n)).status).toBe(401);
  const [refusal] = await kept(3);
  const before = await accept(refusal!.id);
  expect(before).toMatchObject({ outcome: "still_refused", event_id: null, why: { reason: "signature_mismatch" } });

  await correct();
  const accepted = await accept(refusal!.id);
  expect(accepted).toMatchObject({ outcome: "accepted", refusal_id: refusal!.id, why: null, runs: [{ flow: "pay" }] });
  const { event, runs } = await gateway.settled(accepted.event_id);
  expect(event).toMatchObject({
    status: "done",
    verdict: "verified",
    received_at: refusal!.received_at,
    accepted_from: { refusal_id: refusal!.id },
    dedupe: { id: "evt_3" },
  });
  expect(runs).toMatchObject([
    { status: "succeeded", steps: [{ output: 3 }, { node: "answer", status: "succeeded" }] },
  ]);

  const again = await accept(refusal!.id);
  expect(again).toMatchObject({ outcome: "duplicate", event_id: accepted.event_id, runs: [] });
  const redelivered = await pay(3);
  expect(redelivered.json()).toMatchObject({ duplicate_of: accepted.event_id });
  expect(await ask(`refused/${refusal!.id}`)).toMatchObject({
    accepted_as: { event_id: accepted.event_id },
    hindrance: null,
  });
  const trail = (await ask<{ items: AuditEntry[] }>("audit")).items.filter(({ act }) => act === "accept_refused");
  expect(trail).toMatchObject([{ subject: `${refusal!.id} as event ${accepted.event_id}`, by: "bearer" }]);
});

test("an accepted event tells what its sender was told, though a flow answered", async () => {
  await pay(1);
  const [refusal] = await kept(1);
  await correct();
  const { event_id: id } = await accept(refusal!.id);
  await gateway.settled(id);
  const detail = await ask<EventDetail>(`events/${id}`);
  expect(detail).toMatchObject({
    answer: { status: 401, by: "problem" },
    response: { status: 401, by: "problem" },
    verification: { status: "verified", provider: "stripe", key_name: "default" },
    accepted_from: { refusal_id: refusal!.id },
  });
  expect(detail.run_details[0]?.steps[1]?.output).toMatchObject({ status: 201 });
  const { items } = await ask<{ items: EventDetail[] }>("events?verdict=verified");
  expect(items).toMatchObject([{ id, accepted_from: { refusal_id: refusal!.id }, received_at: refusal!.received_at }]);
});

test("an edited copy of an accepted event does not pass for one whose sender was refused", async () => {
  await pay(1);
  const [refusal] = await kept(1);
  await correct();
  const { event_id: id } = await accept(refusal!.id);
  const { event_id: copy } = await ask<{ event_id: string }>(`events/${id}/replay-edited`, "POST", {});
  expect(await ask<EventDetail>(`events/${copy}`)).toMatchObject({
    test: true,
    accepted_from: null,
    response: { status: 202, by: "ack", body: { event_id: copy } },
  });
  const { event, response } = await gateway.settled(copy);
  expect(response).toMatchObject({ status: 202, by: "ack" });
  expect(event).not.toHaveProperty("accepted_from");
});

test("what its sender delivered again meanwhile is a duplicate", async () => {
  await pay(1);
  const [refusal] = await kept(1);
  await correct();
  expect((await pay(1)).status).toBe(201);
  const [event] = await gateway.events();
  expect(await accept(refusal!.id)).toMatchObject({ outcome: "duplicate", event_id: event!["id"] });
  expect(await kept(1, "&accepted=true")).toMatchObject([{ accepted_as: { event_id: event!["id"] } }]);
});

test("many are accepted by their filter at a rate, and what does not verify says why", async () => {
  for (let n = 1; n <= 6; n++) await pay(n);
  for (let n = 7; n <= 8; n++) await pay(n, "whsec_forged");
  await pay(9, STRIPE_SECRET, "x".repeat(100_000));
  await gateway.post("demo/payment", "{}");
  const all = await kept(10);
  await correct();

  const job = await ask<AcceptJob>("refused/accept", "POST", { filter: { reason: "signature_mismatch" }, rate: 100 });
  expect(job).toMatchObject({ total: 9, rate: 100 });
  const done = await finished(job);
  expect(done).toMatchObject({ accepted: 6, duplicates: 0, still_refused: 3, failed: 0, failures: [] });
  const oldestFirst = all.map(({ id }) => id).toReversed();
  expect(done.results.map((result) => result.refusal_id)).toEqual(oldestFirst.slice(0, 9));
  expect(done.results.map(({ why }) => why?.reason ?? null).slice(6)).toEqual([
    "signature_mismatch",
    "signature_mismatch",
    "body_not_kept",
  ]);
  expect(await gateway.events()).toHaveLength(6);
  const left = await kept(4, "&accepted=false");
  expect(left.map(({ id }) => id)).toEqual(oldestFirst.slice(6).toReversed());

  // What was accepted is left out; what is left may be tried again.
  const again = await finished(await ask<AcceptJob>("refused/accept", "POST", { filter: {} }));
  expect(again).toMatchObject({ total: 4, accepted: 0, still_refused: 4 });
  const byId = { refusal_ids: [oldestFirst[0], oldestFirst[0], "unknown"] };
  const chosen = await finished(await ask<AcceptJob>("refused/accept", "POST", byId));
  expect(chosen).toMatchObject({ total: 2, duplicates: 1, failed: 1, failures: [{ refusal_id: "unknown" }] });
});

test("a bulk acceptance can be stopped, and has to say what it is about", async () => {
  for (let n = 1; n <= 3; n++) await pay(n);
  await kept(3);
  await correct();
  const job = await ask<AcceptJob>("refused/accept", "POST", { filter: { type: "payment" }, rate: 0.01 });
  await expect.poll(async () => (await ask<AcceptJob>(`acceptances/${job.id}`)).accepted, POLL).toBe(1);
  expect(await ask(`acceptances/${job.id}`, "DELETE")).toMatchObject({ status: "cancelled", accepted: 1, total: 3 });
  for (const body of [{}, { filter: {}, refusal_ids: ["a"] }, { filter: { reason: "none_such" } }, { rate: 2000 }])
    expect((await gateway.api("refused/accept", post(body))).status).toBe(400);
  expect((await gateway.api("refused/unknown/accept", { method: "POST" })).status).toBe(404);
  expect((await gateway.api("acceptances/unknown")).status).toBe(404);
});

function post(body: unknown): RequestInit {
  return { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } };
}

test("those refused for their time are taken only where they are meant", async () => {
  await correct();
  const body = '{"id":"evt_old"}';
  const old = Date.now() - 3_600_000;
  await gateway.post("demo/payment", body, { "stripe-signature": signStripe(body, "whsec_forged", Date.now()) });
  await gateway.post("demo/payment", body, { "stripe-signature": signStripe(body, STRIPE_SECRET, old) });
  const [stale] = await kept(1, "&reason=timestamp_outside_tolerance");
  const first = await finished(await ask<AcceptJob>("refused/accept", "POST", { filter: {} }));
  expect(first.results.map(({ refusal_id: id }) => id)).not.toContain(stale!.id);
  const named = { filter: { reason: "timestamp_outside_tolerance" } };
  const second = await finished(await ask<AcceptJob>("refused/accept", "POST", named));
  expect(second.results).toMatchObject([
    { refusal_id: stale!.id, outcome: "still_refused", why: { reason: "timestamp_outside_tolerance" } },
  ]);
});

test("an accepted event is found and filtered by the time at which it came, also after a restart", async () => {
  await pay(1);
  const [refusal] = await kept(1);
  await correct();
  await pay(2);
  const { event_id: id } = await accept(refusal!.id);
  await gateway.settled(id);
  const until = new Date(Date.parse(refusal!.received_at) + 1).toISOString();
  const early = async (): Promise<unknown[]> => (await gateway.events(`until=${until}`)).map((event) => event["id"]);
  expect(await early()).toEqual([id]);
  await gateway[Symbol.asyncDispose]();
  gateway = await TestGateway.start(bundle);
  expect(await early()).toEqual([id]);
  expect(await accept(refusal!.id)).toMatchObject({ outcome: "duplicate", event_id: id });
  expect((await pay(1)).json()).toMatchObject({ duplicate_of: id });
});
