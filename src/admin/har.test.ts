import { expect, test } from "vitest";
import type { EventDetail } from "./contract/index.ts";
import { HarArchive, harEntryOf, type HarEntry } from "./har.ts";

const BASE_URL = "https://hooks.example/";

const JSON_BODY: EventDetail["body"] = {
  bytes: 12,
  content_type: "application/json",
  content_encoding: null,
  kind: "json",
  text: '{"a": "•••"}',
  hex: null,
  payload: { a: "•••" },
  masked_paths: ["$.a"],
  truncated: false,
};

function event(changes: Partial<EventDetail> = {}): EventDetail {
  return {
    id: "0193",
    sequence: 1,
    tenant: "acme",
    event_type: "order",
    provider_type: null,
    delivery_id: null,
    received_at: "2026-11-24T10:00:00.000Z",
    method: "POST",
    status: "done",
    resolved_by: null,
    verdict: "verified",
    duplicate_of: null,
    body_bytes: 12,
    answer: { status: 200, by: "flow", duration_ms: 7.5 },
    runs: [],
    test: false,
    accepted_from: null,
    target: "/events/webhook/acme/order?token=•••&page=2",
    remote_address: "203.0.113.9",
    query: [
      { name: "token", masked: true, length: 9 },
      { name: "page", masked: false, value: "2" },
    ],
    headers: [
      { name: "content-type", masked: false, value: "application/json" },
      { name: "authorization", masked: true, length: 20 },
    ],
    body: JSON_BODY,
    verification: {
      status: "verified",
      scheme: "hmac",
      provider: null,
      key_name: "main",
      reason: null,
      detail: null,
      hint: null,
      likely: null,
    },
    dedupe: null,
    refused_because: null,
    response: {
      status: 200,
      by: "flow",
      headers: { "content-type": "application/json" },
      body: { ok: true },
      answered_at: "2026-11-24T10:00:00.008Z",
      duration_ms: 7.5,
    },
    run_details: [],
    ...changes,
  };
}

interface Har {
  readonly log: { readonly entries: readonly HarEntry[]; readonly comment?: string };
}

function eventsToHar(events: readonly EventDetail[], comment?: string): Har {
  const archive = new HarArchive("1.2.3");
  for (const one of events)
    archive.add(Date.parse(one.received_at), Buffer.from(JSON.stringify(harEntryOf(one, BASE_URL))));
  return JSON.parse(Buffer.from(archive.finish(comment)).toString()) as Har;
}

const firstOf = (...events: EventDetail[]) => eventsToHar(events).log.entries[0]!;

test("an event is an entry of an archive, with what is masked blotted out", () => {
  expect(eventsToHar([event()])).toEqual({
    log: {
      version: "1.2",
      creator: { name: "gtc", version: "1.2.3" },
      entries: [
        {
          startedDateTime: "2026-11-24T10:00:00.000Z",
          time: 7.5,
          request: {
            method: "POST",
            url: "https://hooks.example/events/webhook/acme/order?token=•••&page=2",
            httpVersion: "HTTP/1.1",
            cookies: [],
            headers: [
              { name: "content-type", value: "application/json" },
              { name: "authorization", value: "•••" },
            ],
            queryString: [
              { name: "token", value: "•••" },
              { name: "page", value: "2" },
            ],
            postData: { mimeType: "application/json", text: '{"a": "•••"}' },
            headersSize: -1,
            bodySize: 12,
          },
          response: {
            status: 200,
            statusText: "OK",
            httpVersion: "HTTP/1.1",
            cookies: [],
            headers: [{ name: "content-type", value: "application/json" }],
            content: { size: 11, mimeType: "application/json", text: '{"ok":true}' },
            redirectURL: "",
            headersSize: -1,
            bodySize: 11,
          },
          cache: {},
          timings: { send: 0, wait: 7.5, receive: 0 },
          _gtc: {
            event_id: "0193",
            tenant: "acme",
            event_type: "order",
            status: "done",
            verdict: "verified",
            remote_address: "203.0.113.9",
          },
        },
      ],
    },
  });
});

test("the oldest event comes first", () => {
  const older = event({ id: "0192", received_at: "2026-11-24T09:00:00.000Z" });
  expect(firstOf(event(), older)._gtc.event_id).toBe("0192");
});

test("a body that is no text is said to be left out", () => {
  const body = { ...JSON_BODY, kind: "binary" as const, content_type: null, text: null };
  const { postData } = firstOf(event({ body })).request;
  expect(postData).toMatchObject({ mimeType: "application/octet-stream", text: "" });
  expect(postData?.comment).toContain("left out");
});

test("a body that was cut says so, and an empty one has no data", () => {
  expect(firstOf(event({ body: { ...JSON_BODY, truncated: true } })).request.postData?.comment).toContain("start");
  const empty = { ...JSON_BODY, bytes: 0, kind: "empty" as const, text: "" };
  expect(firstOf(event({ body: empty })).request).not.toHaveProperty("postData");
});

test("an answer that was not measured took no time, and an empty one has no text", () => {
  const response = { status: 202, by: "ack" as const, headers: {}, body: null, answered_at: null, duration_ms: null };
  const entry = firstOf(event({ response }));
  expect(entry.time).toBe(0);
  expect(entry.response).toMatchObject({ statusText: "Accepted", content: { size: 0, mimeType: "", text: "" } });
});

test("it knows how long its entries are, and says what a reader has to know of it", () => {
  const archive = new HarArchive("1.2.3");
  archive.add(0, Buffer.from("{}"));
  archive.add(0, Buffer.from("{ }"));
  expect(archive.bytes).toBe(5);
  expect(eventsToHar([event()], "It goes on elsewhere.").log.comment).toBe("It goes on elsewhere.");
  expect(eventsToHar([]).log.entries).toEqual([]);
});
