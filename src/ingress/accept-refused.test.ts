import { beforeEach, expect, test } from "vitest";
import { createIdSource, type Clock } from "../base/index.ts";
import type { EventLog, PlannedRun, Refusal } from "../event-log/index.ts";
import { createMemoryLog } from "../event-log/memory/index.ts";
import { createKeyStore, signRequest, type SchemeConfig, type SigningKey } from "../signature/index.ts";
import { Acceptor, type Acceptance } from "./accept-refused.ts";
import { buildSourceTable, type TenantSettings } from "./build-source-table.ts";

const URL = "https://hooks.example.com";
const TARGET = "/events/webhook/demo/payment";
const STRIPE: SchemeConfig = { scheme: { provider: "stripe" } };
const GITHUB: SchemeConfig = { scheme: { provider: "github" } };
const RIGHT: SigningKey = { name: "default", secret: "whsec_right" };
const RECEIVED_MS = 1_795_000_000_000;
const HOUR_MS = 3_600_000;
const BODY = JSON.stringify({ id: "evt_1", type: "charge.succeeded", amount: 700 });

let nowMs: number;
let log: EventLog;
/** Ids of events before they were stored. */
let announced: string[];
const clock: Clock = { now: () => nowMs, monotonic: () => nowMs };
const newId = createIdSource(clock);

beforeEach(() => {
  nowMs = RECEIVED_MS + 2 * HOUR_MS;
  log = createMemoryLog({ clock });
  announced = [];
});

interface Today {
  readonly config?: SchemeConfig;
  readonly keys?: readonly SigningKey[];
  /** Overrides: nothing is configured for any type. */
  readonly isOpen?: boolean;
  readonly replayGuard?: "off" | "strict";
  readonly dedupeWindowMs?: number;
  readonly retentionMs?: number;
}

function acceptorFor({ config = STRIPE, keys = [RIGHT], isOpen = false, ...limits }: Today = {}): Acceptor {
  const tenant: TenantSettings = {
    byType: new Map(isOpen ? [] : [["payment", { config, keys }]]),
    requireSignature: !isOpen,
    replayGuard: limits.replayGuard ?? "off",
    maxBodyBytes: 1_000_000,
  };
  const sources = buildSourceTable(
    URL,
    new Map([["demo", tenant]]),
    createKeyStore(async () => ""),
  );
  return new Acceptor({
    log,
    clock,
    newId,
    sources: () => sources,
    plan: (event) => ({ runs: [runOf(event.id, event.receivedAtMs)], answering: [] }),
    maxDecodedBytes: 1_000_000,
    dedupeWindowMs: limits.dedupeWindowMs ?? 72 * HOUR_MS,
    retentionMs: limits.retentionMs ?? 0,
    onFault: (what, fault) => expect([what, fault]).toBeUndefined(),
  });
}

function runOf(eventId: string, createdAtMs: number): PlannedRun {
  return { id: newId(), eventId, tenant: "demo", flow: "pay", flowHash: "h", startNode: "a", createdAtMs };
}

interface Sent {
  readonly config?: SchemeConfig;
  readonly secret?: string;
  readonly body?: string;
  /** When its sender signed it; it came at `RECEIVED_MS`. */
  readonly signedAtMs?: number;
  readonly over?: Partial<Refusal>;
}

/** A request as the ring keeps it, refused at `RECEIVED_MS`. */
function refusedRequest({ config = STRIPE, secret = RIGHT.secret, body = BODY, signedAtMs, over }: Sent = {}): Refusal {
  const unsigned = { method: "POST", url: URL + TARGET, headers: JSON_TYPE, rawBody: Buffer.from(body) };
  const signed = signRequest(config, { name: "sender", secret }, unsigned, {
    nowMs: signedAtMs ?? RECEIVED_MS,
    id: "d-1",
  });
  if ("fault" in signed) throw new Error(signed.fault);
  return {
    id: newId(),
    receivedAtMs: RECEIVED_MS,
    tenant: "demo",
    eventType: "payment",
    method: "POST",
    target: TARGET,
    headers: signed.request.headers,
    remoteAddress: "192.0.2.7",
    status: 401,
    reason: "signature_mismatch",
    detail: "",
    hint: "",
    bodyBytes: Buffer.byteLength(body),
    bodyStart: Buffer.from(body),
    ...over,
  };
}

const JSON_TYPE = [["content-type", "application/json"]] as const;

function accept(refusal: Refusal, today: Today = {}): Promise<Acceptance> {
  return acceptorFor(today).accept(refusal, async (eventId) => void announced.push(eventId));
}

async function reasonOf(refusal: Refusal, today: Today = {}): Promise<string> {
  const acceptance = await accept(refusal, today);
  expect(announced).toEqual([]);
  expect((await log.listEvents({ limit: 10 })).events).toEqual([]);
  return acceptance.outcome === "still_refused" ? acceptance.reason : acceptance.outcome;
}

test("what verifies with today's secret becomes an event of the time at which it came", async () => {
  const refusal = refusedRequest();
  log.refuse(refusal);
  const acceptance = await accept(refusal);
  if (acceptance.outcome !== "accepted") throw new Error(acceptance.outcome);
  expect(announced).toEqual([acceptance.eventId]);
  const detail = await log.getEvent(acceptance.eventId);
  expect(detail?.envelope).toMatchObject({
    tenant: "demo",
    eventType: "payment",
    receivedAtMs: RECEIVED_MS,
    headers: refusal.headers,
    rawBody: refusal.bodyStart,
    providerType: "charge.succeeded",
    dedupe: { value: "evt_1" },
    verdict: { status: "verified", provider: "stripe", keyName: "default", afterRefusal: true },
    acceptedFrom: { refusalId: refusal.id, atMs: nowMs },
  });
  expect(detail?.runs.map(({ run }) => run.createdAtMs)).toEqual([nowMs]);
  expect(acceptance.runs.map(({ id }) => id)).toEqual(detail?.runs.map(({ run }) => run.id));
  expect(detail?.answer).toBeUndefined();
  const [kept] = await log.listRefusals({ limit: 1 });
  expect(kept?.acceptedAs).toEqual({ eventId: acceptance.eventId, atMs: nowMs });
});

test("what the secret still does not fit stays refused, and says why today", async () => {
  const acceptance = await accept(refusedRequest({ secret: "whsec_forged" }));
  expect(acceptance).toMatchObject({ outcome: "still_refused", reason: "signature_mismatch" });
  expect(acceptance).toHaveProperty("likely");
  expect(await reasonOf(refusedRequest({ over: { headers: JSON_TYPE } }))).toBe("signature_missing");
  expect(await reasonOf(refusedRequest({ over: { bodyStart: Buffer.from(BODY.replace("700", "900")) } }))).toBe(
    "signature_mismatch",
  );
});

test("a signed timestamp is as old as it was when the request came", async () => {
  nowMs = RECEIVED_MS + 48 * HOUR_MS;
  expect(await reasonOf(refusedRequest({ signedAtMs: RECEIVED_MS - HOUR_MS }))).toBe("timestamp_outside_tolerance");
  expect((await accept(refusedRequest({ signedAtMs: RECEIVED_MS - 60_000 }))).outcome).toBe("accepted");
});

test("nothing is accepted where no signature is checked, or only an expired secret fits", async () => {
  expect(await reasonOf(refusedRequest(), { isOpen: true })).toBe("nothing_to_verify");
  const expired = { ...RIGHT, notAfterMs: RECEIVED_MS - 1 };
  expect(await reasonOf(refusedRequest(), { keys: [expired] })).toBe("key_expired");
  const expiredSince = { ...RIGHT, notAfterMs: nowMs - 1 };
  expect(await reasonOf(refusedRequest(), { keys: [expiredSince] })).toBe("key_expired");
  const goodToday = { ...RIGHT, notAfterMs: nowMs };
  expect((await accept(refusedRequest(), { keys: [goodToday] })).outcome).toBe("accepted");
});

test.each([
  ["other_refusal", { status: 429, reason: "too_many_requests", bodyBytes: 0, bodyStart: new Uint8Array(0) }],
  ["other_refusal", { status: 503, reason: "overloaded" }],
  ["body_not_kept", { bodyBytes: 100_000 }],
  ["not_a_delivery", { method: "GET" }],
  ["unknown_tenant", { tenant: "gone" }],
] as const)("%s: what was refused for something else cannot be accepted", async (reason, over) => {
  expect(await reasonOf(refusedRequest({ over }))).toBe(reason);
});

test("a verified body that is not what it claims stays refused", async () => {
  expect(await reasonOf(refusedRequest({ body: '{"id": "evt_1"' }))).toBe("invalid_json");
});

test("what is older than the keys that would show a redelivery, or than what is kept, is not accepted", async () => {
  expect(await reasonOf(refusedRequest(), { dedupeWindowMs: 2 * HOUR_MS })).toBe("too_old");
  expect(await reasonOf(refusedRequest(), { retentionMs: HOUR_MS })).toBe("too_old");
  const acceptor = acceptorFor({ dedupeWindowMs: 2 * HOUR_MS });
  expect(acceptor.hindranceTo(refusedRequest())).toMatchObject({ reason: "too_old" });
  expect(acceptorFor().hindranceTo(refusedRequest())).toBeUndefined();
  expect((await accept(refusedRequest(), { dedupeWindowMs: 2 * HOUR_MS + 1 })).outcome).toBe("accepted");
});

test("accepted twice, or delivered again by its sender, it is a duplicate and runs once", async () => {
  const refusal = refusedRequest();
  const first = await accept(refusal);
  const again = await accept(refusal);
  const sameDelivery = await accept(refusedRequest());
  const eventId = first.outcome === "accepted" ? first.eventId : "";
  expect([again, sameDelivery]).toEqual([
    { outcome: "duplicate", eventId },
    { outcome: "duplicate", eventId },
  ]);
  const noted = { ...refusal, acceptedAs: { eventId: "event-7", atMs: nowMs } };
  expect(await accept(noted)).toEqual({ outcome: "duplicate", eventId: "event-7" });
  expect((await log.counts()).runs.queued).toBe(1);
});

test("of two that are accepted at once, one is the duplicate", async () => {
  const refusal = refusedRequest();
  const acceptor = acceptorFor();
  const both = await Promise.all([1, 2].map(() => acceptor.accept(refusal, async () => undefined)));
  expect(both.map(({ outcome }) => outcome).toSorted()).toEqual(["accepted", "duplicate"]);
});

test("where the sender gives no id, the refusal itself is not accepted twice", async () => {
  const sent = { config: GITHUB, secret: "github secret" };
  const bare = (): Refusal => {
    const refusal = refusedRequest(sent);
    return { ...refusal, headers: refusal.headers.filter(([name]) => name.toLowerCase() !== "x-github-delivery") };
  };
  const today = { config: GITHUB, keys: [{ name: "default", secret: "github secret" }] };
  const refusal = bare();
  expect((await accept(refusal, today)).outcome).toBe("accepted");
  expect((await accept(refusal, today)).outcome).toBe("duplicate");
  expect((await accept(bare(), today)).outcome).toBe("accepted");
});

test("a replay under another id stays out with a strict guard", async () => {
  const today = { config: GITHUB, keys: [{ name: "default", secret: "s" }], replayGuard: "strict" } as const;
  const refusal = refusedRequest({ config: GITHUB, secret: "s" });
  const headers = refusal.headers.filter(([name]) => name.toLowerCase() !== "x-github-delivery");
  const under = (id: string): Refusal => ({
    ...refusal,
    id: newId(),
    headers: [...headers, ["x-github-delivery", id]],
  });
  expect((await accept(under("a"), today)).outcome).toBe("accepted");
  expect((await accept(under("b"), today)).outcome).toBe("duplicate");
});

test("what cannot be written down beforehand is not stored", async () => {
  const refusal = refusedRequest();
  const full = acceptorFor().accept(refusal, () => Promise.reject(new Error("the trail is full")));
  await expect(full).rejects.toThrow("the trail is full");
  expect((await log.listEvents({ limit: 10 })).events).toEqual([]);
});
