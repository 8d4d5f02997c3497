import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { Envelope } from "../../event/index.ts";
import { editedReplayRequest } from "../contract/requests.ts";
import { editedCopy, editedParts } from "./edited-copy.ts";
import { FieldFaults } from "./handler.ts";

const RULES = { signatureHeaders: new Set(["x-hub-signature-256"]), paths: [] };

function event(over: Partial<Envelope> = {}): Envelope {
  return {
    id: "e",
    tenant: "demo",
    eventType: "github",
    receivedAtMs: 0,
    method: "POST",
    target: "/events/webhook/demo/github?a=1&token=secret&a=2",
    headers: [
      ["host", "example.org"],
      ["content-type", "application/json"],
      ["content-length", "7"],
      ["x-hub-signature-256", "sha256=00"],
      ["authorization", "Bearer hidden"],
      ["accept", "one"],
      ["accept", "two"],
    ],
    remoteAddress: "127.0.0.1",
    rawBody: Buffer.from('{"n":1}'),
    verdict: { status: "verified", scheme: "github", keyName: "main" },
    ...over,
  };
}

async function copyOf(edits: object, original = event()) {
  const { copy, leftOut } = await editedCopy(original, editedReplayRequest.parse(edits), RULES);
  return { ...copy, body: Buffer.from(copy.body).toString(), leftOut };
}

async function faultsOf(edits: object, original = event()): Promise<readonly string[]> {
  const parsed = editedReplayRequest.safeParse(edits);
  if (!parsed.success) return parsed.error.issues.map(({ path }) => ["$", ...path].join("."));
  try {
    await editedCopy(original, parsed.data, RULES);
  } catch (fault) {
    if (fault instanceof FieldFaults) return fault.faults.map(({ path }) => path);
    throw fault;
  }
  return [];
}

test("what is not edited stays, but for what a connection or a sender vouches for", async () => {
  expect(await copyOf({})).toEqual({
    body: '{"n":1}',
    target: event().target,
    headers: [
      ["content-type", "application/json"],
      ["authorization", "Bearer hidden"],
      ["accept", "one"],
      ["accept", "two"],
    ],
    leftOut: ["host", "content-length", "x-hub-signature-256"],
  });
});

test("headers and query are replaced, null keeps the event's own values one after the other", async () => {
  const headers = [
    ["Content-Type", "text/plain"],
    ["authorization", null],
    ["accept", null],
    ["accept", "new"],
    ["X-Hub-Signature-256", "sha256=11"],
  ];
  const query = [
    ["a", null],
    ["token", null],
    ["b", "x y&z"],
  ];
  expect(await copyOf({ body: "hello", headers, query })).toEqual({
    body: "hello",
    target: "/events/webhook/demo/github?a=1&token=secret&b=x+y%26z",
    headers: [
      ["content-type", "text/plain"],
      ["authorization", "Bearer hidden"],
      ["accept", "one"],
      ["accept", "new"],
    ],
    leftOut: ["x-hub-signature-256"],
  });
  expect((await copyOf({ query: [] })).target).toBe("/events/webhook/demo/github");
});

test("a body that was packed stays packed until it is edited, and may be given as bytes", async () => {
  const packed = event({
    headers: [
      ["content-type", "application/json"],
      ["content-encoding", "gzip"],
    ],
    rawBody: gzipSync('{"n":1}'),
  });
  expect((await copyOf({}, packed)).headers).toContainEqual(["content-encoding", "gzip"]);
  const edited = await copyOf({ body_base64: Buffer.from('{"n":2}').toString("base64") }, packed);
  expect(edited).toMatchObject({ body: '{"n":2}', leftOut: ["content-encoding"] });
});

test.each<[string, object, readonly string[]]>([
  ["a body that is not what its headers claim", { body: "{" }, ["$.body"]],
  [
    "values to keep that are not there, of all fields at once",
    { headers: [["x-none", null]], query: [["none", null]] },
    ["$.headers.0.1", "$.query.0.1"],
  ],
  ["a header's name that is none", { headers: [["x y", "1"]] }, ["$.headers.0.0"]],
  ["a line break in a header's value", { headers: [["x", "1\r\nevil: 2"]] }, ["$.headers.0.1"]],
  ["both forms of a body", { body: "{}", body_base64: "e30=" }, ["$.body_base64"]],
  ["what is no base64", { body_base64: "%" }, ["$.body_base64"]],
  ["more headers than a request has", { headers: Array.from({ length: 201 }, () => ["x", "1"]) }, ["$.headers"]],
])("refuses %s", async (_what, edits, paths) => {
  expect(await faultsOf(edits)).toEqual(paths);
});

test("the trail names what was edited", () => {
  expect(editedParts(editedReplayRequest.parse({ body: "", query: [] }))).toBe("body, query");
  expect(editedParts(editedReplayRequest.parse({}))).toBe("nothing");
});

test("of two values of one name the one that is named is kept, each once", async () => {
  const accepted = async (headers: unknown): Promise<unknown> => (await copyOf({ headers })).headers;
  expect(await accepted([["accept", null, 1]])).toEqual([["accept", "two"]]);
  expect(await accepted([["accept", null, 0]])).toEqual([["accept", "one"]]);
  expect(await faultsOf({ headers: [["accept", null, 2]] })).toEqual(["$.headers.0.1"]);
  const twice = { headers: ["accept", "accept"].map((name) => [name, null, 1]) };
  expect(await faultsOf(twice)).toEqual(["$.headers.1.1"]);
});
