/** The live stream: what changes is told once, in order, and nothing is missed by who comes again. */
import { afterEach, expect, test } from "vitest";
import { ApiContract, type Document } from "../support/api-contract.ts";
import { EventStream, type StreamEvent } from "../support/event-stream.ts";
import { createTestBundle, type TestBundle } from "../support/test-bundle.ts";
import { TestGateway } from "../support/test-gateway.ts";

const bundles: TestBundle[] = [];
afterEach(async () => {
  await Promise.all(bundles.splice(0).map((bundle) => bundle.remove()));
});

async function newBundle(): Promise<TestBundle> {
  const flow =
    'nodes: [{ id: one, type: script, config: { script: "payload.n + 1" } }]\nconfig: { retry_policy: { max_attempts: 1 } }\ntriggers: [{ type: event, event_type: n }]\n';
  const section = { signatures: { github: { provider: "github", secret: "secret" } } };
  const bundle = await createTestBundle({ "n.ygtc": flow }, section, ["demo", "acme"]);
  bundles.push(bundle);
  return bundle;
}

async function send(gateway: TestGateway, path: string, n: number): Promise<string> {
  return String((await gateway.post(path, JSON.stringify({ n }))).json()["event_id"]);
}

const eventIn = ({ data }: StreamEvent): { id?: string; status?: string } => data["event"] ?? {};
const isOver = (id: string) => (message: StreamEvent) =>
  eventIn(message).id === id && eventIn(message).status === "done";

test("an event, its run and a refused request are told as they happen, in the form of the document", async () => {
  await using gateway = await TestGateway.start(await newBundle());
  const contract = new ApiContract((await (await gateway.api("openapi.json")).json()) as Document);
  await using stream = await EventStream.open(gateway);
  const id = await send(gateway, "demo/n", 1);
  await gateway.post("demo/github", "{}");
  const seen: StreamEvent[] = [];
  const types = (): Set<string> => new Set(seen.map(({ type }) => type));
  while (!(seen.some(isOver(id)) && types().has("run") && types().has("refusal"))) seen.push(await stream.next());
  for (const [index, { id: messageId, type, data }] of seen.slice(0, -1).entries()) {
    expect(contract.faultsOfValue("StreamMessage", data)).toEqual([]);
    expect(data["type"]).toBe(type);
    // The last message of a change has its id; one before it still has the id of the change before.
    const isLast = seen[index + 1]!.data["sequence"] !== data["sequence"];
    expect(messageId === String(data["sequence"])).toBe(isLast);
  }
});

test("who is cut off between two messages of one change gets both again", async () => {
  await using gateway = await TestGateway.start(await newBundle());
  let lastId: string;
  let id: string;
  {
    await using stream = await EventStream.open(gateway);
    id = await send(gateway, "demo/n", 1);
    const first = await stream.nextWhere(isOver(id));
    lastId = stream.lastId;
    expect(Number(lastId)).toBeLessThan(Number(first.data["sequence"]));
  }
  await using stream = await EventStream.open(gateway, "", lastId);
  const run = await stream.nextWhere(({ type }) => type === "run");
  expect(run.data["run"]).toMatchObject({ event_id: id, status: "succeeded" });
});

test("an event whose failed run an edited copy made good is told again, and says so", async () => {
  await using gateway = await TestGateway.start(await newBundle());
  const id = String((await gateway.post("demo/n", '{"n":{"x":1}}')).json()["event_id"]);
  await gateway.settled(id);
  await using stream = await EventStream.open(gateway, "status=failed");
  const edited = await gateway.api(`events/${id}/replay-edited`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ body: '{"n":1}' }),
  });
  const copy = (await edited.json()) as { event_id: string };
  const told = await stream.nextWhere(({ type }) => type === "event");
  expect(told.data["event"]).toMatchObject({ id, status: "failed", resolved_by: { event_id: copy.event_id } });
});

test("refused requests are told to who asked for them, not to who asked for what they cannot have", async () => {
  await using gateway = await TestGateway.start(await newBundle());
  await using done = await EventStream.open(gateway, "status=done");
  await using refused = await EventStream.open(gateway, "status=refused");
  await gateway.post("demo/github", "{}");
  expect((await refused.next()).type).toBe("refusal");
  const id = await send(gateway, "demo/n", 1);
  const seen: string[] = [];
  await done.nextWhere((message) => (seen.push(message.type), isOver(id)(message)));
  expect(seen).not.toContain("refusal");
});

test("only what was asked for is told", async () => {
  await using gateway = await TestGateway.start(await newBundle());
  await using stream = await EventStream.open(gateway, "tenant=acme&type=n");
  await send(gateway, "demo/n", 1);
  await send(gateway, "acme/other", 1);
  const wanted = await send(gateway, "acme/n", 2);
  const first = await stream.nextWhere(({ type }) => type === "event");
  expect(eventIn(first).id).toBe(wanted);
});

test("who comes again with the last id gets what came in between, also over a restart, and nothing twice", async () => {
  const bundle = await newBundle();
  let lastId: string;
  let known: string;
  let last: string;
  {
    await using gateway = await TestGateway.start(bundle);
    await using stream = await EventStream.open(gateway);
    known = await send(gateway, "demo/n", 1);
    await stream.nextWhere(isOver(known));
    // Nothing more can come of an event once a later one is over; of the last one its answer may.
    last = await send(gateway, "demo/n", 2);
    await stream.nextWhere(isOver(last));
    // The last message of the change by which the event was over: its run.
    await stream.nextWhere(({ type }) => type === "run");
    lastId = stream.lastId;
  }
  const missed: string[] = [];
  {
    await using gateway = await TestGateway.start(bundle);
    for (let n = 0; n < 5; n++) missed.push(await send(gateway, "demo/n", n));
    await gateway.settled(missed.at(-1));
  }
  await using gateway = await TestGateway.start(bundle);
  await using stream = await EventStream.open(gateway, "", lastId);
  const live = await send(gateway, "demo/n", 9);
  const told: string[] = [];
  const sequences: number[] = [];
  await stream.nextWhere((message) => {
    if (message.type === "event") told.push(eventIn(message).id ?? "");
    sequences.push(Number(message.id));
    expect(message.type).not.toBe("gap");
    return isOver(live)(message);
  });
  expect(new Set(told.filter((id) => id !== last))).toEqual(new Set([...missed, live]));
  expect(told).not.toContain(known);
  expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
});

test("a gateway that stops ends its streams", async () => {
  const gateway = await TestGateway.start(await newBundle());
  await using stream = await EventStream.open(gateway);
  await Promise.all([expect(stream.next()).rejects.toThrow(/ended|terminated/), gateway[Symbol.asyncDispose]()]);
});

test("only so many follow at once; a place is free again when one leaves", async () => {
  await using gateway = await TestGateway.start(await newBundle());
  const streams = await Promise.all(Array.from({ length: 16 }, () => EventStream.open(gateway)));
  expect((await gateway.api("stream")).status).toBe(503);
  await streams[0]?.[Symbol.asyncDispose]();
  let next = await gateway.api("stream");
  // The gateway learns of the closed connection a moment later.
  while (next.status === 503) next = await gateway.api("stream");
  expect(next.status).toBe(200);
  await next.body?.cancel();
  await Promise.all(streams.slice(1).map((stream) => stream[Symbol.asyncDispose]()));
});
