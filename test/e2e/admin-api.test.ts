/** The admin API over its socket: every operation answers as its own OpenAPI document says, and does what it says. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { ApiContract, type Document } from "../support/api-contract.ts";
import { signGithub } from "../support/sign.ts";
import { createTestBundle, type TestBundle } from "../support/test-bundle.ts";
import { TestGateway } from "../support/test-gateway.ts";

const SECRET = "secret of github";
const ORDER = `
nodes:
  - { id: look, type: script, config: { script: "print(payload.card.number); payload.n" }, next: answer }
  - { id: answer, type: http_response, config: { body: { ok: true, paid_with: "{{event.payload.card.number}}" } } }
triggers: [{ type: event, event_type: order }]
`;
const BROKEN = `
config: { retry_policy: { max_attempts: 1 } }
nodes: [{ id: fails, type: script, config: { script: "throw \\"no\\"" } }]
triggers: [{ type: event, event_type: broken }]
`;
const ORDER_BODY = JSON.stringify({ n: 7, card: { number: "4242424242424242" }, note: "Grüße" });
const JSON_TYPE = { "content-type": "application/json" };

let bundle: TestBundle;
let gateway: TestGateway;
let contract: ApiContract;
/** Ids of what was sent before the tests: an order, a broken one, a signed delivery and a refused one. */
let ids: { readonly order: string; readonly broken: string; readonly github: string; readonly refused: string };

beforeAll(async () => {
  bundle = await createTestBundle(
    { "order.ygtc": ORDER, "broken.ygtc": BROKEN },
    { signatures: { github: { provider: "github", secret: SECRET } } },
  );
  gateway = await TestGateway.start(bundle, { mask_paths: "$.card.number, $.items[*].email" });
  contract = new ApiContract((await (await gateway.api("openapi.json")).json()) as Document);
  ids = await sendSome();
});

afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await bundle.remove();
});

interface Called {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Record<string, never>;
}

/** Calls an operation and expects what comes back, good or bad, to be as the document says. */
async function call(method: string, path: string, body?: unknown): Promise<Called> {
  const response = await fetch(`${gateway.adminUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${gateway.gateway.token}`, ...(body !== undefined && JSON_TYPE) },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const contentType = response.headers.get("content-type") ?? "";
  expect(contract.faultsOf(method, path, { status: response.status, contentType, text })).toEqual([]);
  // What was taken on is as the document says as well.
  expect(response.status < 300 ? contract.requestFaultsOf(method, path, body) : []).toEqual([]);
  const json = (/[/+]json/.test(contentType) ? JSON.parse(text) : {}) as Called["json"];
  return { status: response.status, headers: response.headers, text, json };
}

const get = (path: string): Promise<Called> => call("GET", path);
const itemsOf = ({ json }: Called): Record<string, unknown>[] => json["items"] ?? [];

async function sendSome(): Promise<typeof ids> {
  const auth = { ...JSON_TYPE, authorization: "Bearer sender's own" };
  const idOf = async (path: string, body: string, headers: Record<string, string>): Promise<string> => {
    const posted = await gateway.post(path, body, headers);
    const id = posted.json()["event_id"];
    return typeof id === "string" ? id : String(gateway.records.at(-1)?.eventId);
  };
  const order = await idOf("demo/order?token=hidden&page=2", ORDER_BODY, auth);
  const broken = await idOf("demo/broken", "{}", JSON_TYPE);
  const github = await idOf("demo/github", "{}", {
    ...JSON_TYPE,
    "x-github-event": "push",
    "x-github-delivery": "delivery-1",
    "x-hub-signature-256": signGithub("{}", SECRET),
  });
  await gateway.post("demo/github", "{}", { ...JSON_TYPE, "x-hub-signature-256": signGithub("{}", "another") });
  for (;;) {
    const list = await get("/api/events?limit=100");
    const refusals = itemsOf(await get("/api/refused"));
    const statuses = itemsOf(list).map(({ status }) => status);
    const [refused] = refusals;
    if (statuses.length === 3 && !statuses.includes("received") && refused !== undefined)
      return { order, broken, github, refused: String(refused["id"]) };
  }
}

test("lists take filters, and a cursor goes on where a page ended", async () => {
  const idsOf = async (query: string): Promise<unknown[]> =>
    itemsOf(await get(`/api/events?${query}`)).map(({ id }) => id);
  expect(await idsOf("limit=100")).toEqual([ids.github, ids.broken, ids.order]);
  expect(await idsOf("type=order")).toEqual([ids.order]);
  expect(await idsOf("status=failed")).toEqual([ids.broken]);
  expect(await idsOf("verdict=verified")).toEqual([ids.github]);
  expect(await idsOf("delivery_id=delivery-1")).toEqual([ids.github]);
  expect(await idsOf("flow=order")).toEqual([ids.order]);
  expect(await idsOf("tenant=nobody")).toEqual([]);
  expect(await idsOf(`q=${encodeURIComponent("gRÜSSE".replace("SS", "ß"))}`)).toEqual([ids.order]);
  const first = await get("/api/events?limit=2");
  expect(itemsOf(first)).toHaveLength(2);
  expect(await idsOf(`limit=2&cursor=${encodeURIComponent(String(first.json["next_cursor"]))}`)).toEqual([ids.order]);
});

test("an event shows the request, the verdict, the answer, the runs and their steps", async () => {
  const { json } = await get(`/api/events/${ids.order}`);
  expect(json).toMatchObject({
    status: "done",
    verdict: "unsigned",
    test: false,
    response: { status: 200, by: "flow", body: { ok: true, paid_with: "•••" } },
    query: [
      { name: "token", masked: true, length: 6 },
      { name: "page", masked: false, value: "2" },
    ],
  });
  const [run] = json["run_details"] as unknown as { id: string; steps: object[] }[];
  expect(run?.steps).toMatchObject([
    { node: "look", status: "succeeded", output: 7, next: "answer" },
    { node: "answer", status: "succeeded", input: 7 },
  ]);
  expect((await get(`/api/runs/${run?.id}`)).json).toMatchObject({ flow: "order", status: "succeeded" });
  expect(itemsOf(await get("/api/runs?status=failed"))).toMatchObject([{ event_id: ids.broken, status: "failed" }]);
});

test("what is sensitive is masked in every answer until someone reveals it, and the trail says so", async () => {
  const places = [
    `/api/events/${ids.order}`,
    "/api/export?format=har",
    "/api/export?format=ndjson",
    "/api/events?limit=100",
  ];
  for (const path of places) {
    const { text } = await get(path);
    expect(text).not.toContain("sender's own");
    expect(text).not.toContain("token=hidden");
    expect(text).not.toContain("4242424242424242");
  }
  const { json } = await get(`/api/events/${ids.order}`);
  // What its run printed and its flow answered is masked as well, since they repeat it.
  const [run] = json["run_details"] as unknown as { id: string; steps: { printed: string[] }[] }[];
  expect(run?.steps[0]?.printed).toEqual(["•••"]);
  expect((await get(`/api/runs/${run?.id}`)).text).not.toContain("4242424242424242");
  expect(json["body"]).toMatchObject({ masked_paths: ["$.card.number"], payload: { n: 7 } });
  const reveal = (field: string): Promise<Called> => call("POST", `/api/events/${ids.order}/reveal`, { field });
  expect((await reveal("body:$.card.number")).json).toEqual({ field: "body:$.card.number", value: "4242424242424242" });
  expect((await reveal("header:authorization")).json["value"]).toBe("Bearer sender's own");
  expect((await reveal("query:token")).json["value"]).toBe("hidden");
  expect((await reveal("header:none")).status).toBe(404);
  const acts = itemsOf(await get("/api/audit?limit=100")).map(
    ({ act, subject }) => `${String(act)} ${String(subject)}`,
  );
  expect(acts).toContain(`reveal header:authorization of ${ids.order}`);
  expect(acts.join("\n")).not.toContain("4242");
});

test("what is masked of a refused request is revealed too, and the trail says so", async () => {
  const path = `/api/refused/${ids.refused}`;
  const masked = { name: "x-hub-signature-256", masked: true, length: 71 };
  expect((await get(path)).json["headers"]).toContainEqual(masked);
  const { json } = await call("POST", `${path}/reveal`, { field: "header:x-hub-signature-256" });
  expect(json["value"]).toBe(signGithub("{}", "another"));
  expect((await call("POST", `${path}/reveal`, { field: "header:none" })).status).toBe(404);
  const [newest] = itemsOf(await get("/api/audit?limit=1"));
  expect(newest).toMatchObject({ act: "reveal", subject: `header:x-hub-signature-256 of refused ${ids.refused}` });
});

test("the raw body comes as a download that no browser takes for a page", async () => {
  const { headers, text } = await get(`/api/events/${ids.order}/body`);
  expect(text).toBe(ORDER_BODY);
  expect(headers.get("content-type")).toBe("application/octet-stream");
  expect(headers.get("content-disposition")).toMatch(/^attachment; filename="/);
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  expect(headers.get("cache-control")).toBe("no-store");
});

test("exports are lines of JSON and an archive", async () => {
  const lines = (await get("/api/export?type=github")).text.trim().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { id: string }).id)).toEqual([ids.github]);
  const { json } = await get("/api/export?format=har");
  const { entries } = json["log"] as unknown as { entries: { _gtc: { event_id: string } }[] };
  expect(entries.map((entry) => entry._gtc.event_id)).toEqual([ids.order, ids.broken, ids.github]);
  expect((await get(`/api/events/${ids.github}/record`)).json["event"]).toMatchObject({ id: ids.github });
});

test("of a parameter that came twice both values are revealed", async () => {
  const posted = await gateway.post("demo/unheard?sig=first&sig=second", "{}", JSON_TYPE);
  const id = String(posted.json()["event_id"]);
  const { json } = await call("POST", `/api/events/${id}/reveal`, { field: "query:sig" });
  expect(json["value"]).toBe("first\nsecond");
});

test("an event is replayed, also edited, and a copy is marked as a test", async () => {
  const again = await call("POST", `/api/events/${ids.order}/replay`);
  expect(again).toMatchObject({ status: 202, json: { replay_of: ids.order, runs: [{ flow: "order" }] } });
  const edited = await call("POST", `/api/events/${ids.order}/replay-edited`, {
    body: '{"n": 8, "card": {"number": 1}}',
    headers: [
      ["content-type", "application/json"],
      ["x-hub-signature-256", "sha256=00"],
      ["x-note", "edited"],
      ["authorization", null],
    ],
    query: [
      ["token", null],
      ["page", "3"],
    ],
  });
  expect(edited.json["left_out"]).toEqual(["x-hub-signature-256"]);
  const id = String(edited.json["event_id"]);
  expect(id).not.toBe(ids.order);
  await gateway.settled(id);
  const { json } = await get(`/api/events/${id}`);
  expect(json).toMatchObject({ test: true, verdict: "unsigned", status: "done" });
  expect(json["run_details"]).toMatchObject([{ replay_of: ids.order, steps: [{ output: 8 }, {}] }]);
  expect(json["query"]).toEqual([
    { name: "token", masked: true, length: 6 },
    { name: "page", masked: false, value: "3" },
  ]);
  expect(json["headers"]).toEqual([
    { name: "content-type", masked: false, value: "application/json" },
    { name: "x-note", masked: false, value: "edited" },
    { name: "authorization", masked: true, length: "Bearer sender's own".length },
  ]);
  const acts = itemsOf(await get("/api/audit?limit=100"));
  expect(acts).toContainEqual(
    expect.objectContaining({ act: "replay_edited", subject: `${ids.order}, edited: body, headers, query` }),
  );
  const wrong = await call("POST", `/api/events/${ids.order}/replay-edited`, {
    body: "{",
    headers: [
      ["content-type", "application/json"],
      ["x-none", null],
    ],
  });
  expect([wrong.status, wrong.json["errors"]]).toMatchObject([400, [{ path: "$.headers.1.1" }, { path: "$.body" }]]);
});

test("many events are replayed at a rate, with progress, and a job can be cancelled", async () => {
  const done = await call("POST", "/api/replays", { filter: { status: "failed" }, rate: 100 });
  expect(done.json).toMatchObject({ status: "running", total: 1 });
  let shown = done;
  while (shown.json["status"] === "running") shown = await get(`/api/replays/${String(done.json["id"])}`);
  expect(shown.json).toMatchObject({ status: "done", started: 1, failed: 0, failures: [] });

  const slow = await call("POST", "/api/replays", { event_ids: [ids.order, ids.github], rate: 0.01 });
  const cancelled = await call("DELETE", `/api/replays/${String(slow.json["id"])}`);
  expect(cancelled.json).toMatchObject({ status: "cancelled", total: 2 });

  const vain = await call("POST", "/api/replays", { event_ids: ["nothing", ids.github], rate: 1000 });
  do shown = await get(`/api/replays/${String(vain.json["id"])}`);
  while (shown.json["status"] === "running");
  expect(shown.json).toMatchObject({
    status: "done",
    started: 0,
    failed: 2,
    failures: [{ event_id: "nothing" }, { event_id: ids.github, message: "No flow handles it today." }],
  });
});

test("flows are shown with their graph, sources with their secrets' state", async () => {
  expect(new Set(itemsOf(await get("/api/flows")).map(({ name }) => name))).toEqual(new Set(["broken", "order"]));
  expect((await get("/api/flows/order")).json).toMatchObject({
    file: "flows/order.ygtc",
    triggers: [{ type: "event", event_type: "order" }],
    graph: {
      start_node: "look",
      nodes: [{ id: "look" }, { id: "answer" }],
      edges: [{ from: "look", to: "answer" }, { to: "end" }],
    },
  });
  expect((await get("/api/flows/order/stats")).status).toBe(200);
  const sources = itemsOf(await get("/api/sources"));
  expect(sources).toContainEqual(expect.objectContaining({ event_type: "github", verified: true }));
  expect(JSON.stringify(sources)).not.toContain(SECRET);
});

test("a sample and an event are signed as their sender would, and the gateway accepts a test", async () => {
  const { json } = await get("/api/sources/demo/github/curl");
  expect(json["signed"]).toBe(true);
  expect(json["command"]).toMatch(/x-hub-signature-256/i);
  expect((await get(`/api/events/${ids.github}/curl`)).json["signed"]).toBe(true);
  const sent = await call("POST", "/api/sources/demo/github/test");
  expect(sent.json).toMatchObject({ status: 202, event_id: expect.any(String) as string });
  expect((await get(`/api/events/${String(sent.json["event_id"])}`)).json["verdict"]).toBe("verified");
});

test("the copied command has a header's letters as they were sent, not each of their bytes as a letter", async () => {
  const sent = Buffer.from("Grüße").toString("latin1");
  const posted = await gateway.post("demo/other", Buffer.from("{}"), { ...JSON_TYPE, "x-note": sent });
  const { json } = await get(`/api/events/${String(posted.json()["event_id"])}/curl`);
  expect(json["command"]).toContain("-H 'x-note: Grüße'");
});

test("a refused request tells why and what to do", async () => {
  expect(itemsOf(await get("/api/refused?type=github"))).toMatchObject([{ id: ids.refused, http_status: 401 }]);
  const { json } = await get(`/api/refused/${ids.refused}`);
  expect(json["hint"]).not.toBe("");
  expect(JSON.stringify(json["headers"])).not.toContain("sha256=");
});

test("the gateway tells about itself, its numbers and its doctor's findings", async () => {
  expect((await get("/api/info")).json).toMatchObject({ bundle: "Test", tenants: ["demo"] });
  const { json } = await get("/api/overview?bucket=1m");
  expect(json["health"]).toMatchObject({ status: "ready" });
  expect(json["buckets"]).toHaveLength(61);
  expect((await get("/api/doctor")).status).toBe(200);
});

test("the times of answers are in the overview once their minute was recorded", async () => {
  const other = await createTestBundle({});
  try {
    {
      await using first = await TestGateway.start(other);
      for (let count = 0; count < 3; count++) await first.post("demo/any", "{}");
    }
    await using again = await TestGateway.start(other);
    const { buckets } = (await (await again.api("overview?bucket=1m")).json()) as {
      buckets: { unsigned: number; acknowledgement: { count: number; p50_ms: number } | null }[];
    };
    const counted = buckets.flatMap(({ acknowledgement }) => acknowledgement ?? []);
    expect(counted.reduce((sum, { count }) => sum + count, 0)).toBe(3);
    expect(counted[0]?.p50_ms).toBeGreaterThan(0);
    expect(buckets.reduce((sum, { unsigned }) => sum + unsigned, 0)).toBe(3);
  } finally {
    await other.remove();
  }
});

test("a duplicate's answer is that of the first of its kind, and what was masked there is masked here", async () => {
  const key = { ...JSON_TYPE, "idempotency-key": "order-7" };
  await gateway.post("demo/order", ORDER_BODY, key);
  const again = await gateway.post("demo/order", '{"n":7}', key);
  expect(again.json()).toMatchObject({ paid_with: "4242424242424242" });
  const [duplicate] = itemsOf(await get("/api/events?status=duplicate"));
  const { json } = await get(`/api/events/${String(duplicate?.["id"])}`);
  expect(json["response"]).toMatchObject({ by: "duplicate", body: { ok: true, paid_with: "•••" } });
  expect((await get("/api/export?format=har&status=duplicate")).text).not.toContain("4242424242424242");
});

test("all mistakes of a request are told at once, each with its path", async () => {
  const { status, json } = await get("/api/events?limit=0&status=nice&colour=red&since=yesterday");
  expect(status).toBe(400);
  const paths = (json["errors"] as unknown as { path: string }[]).map(({ path }) => path);
  expect(new Set(paths)).toEqual(new Set(["query.limit", "query.status", "query.since", "query"]));
  const body = await call("POST", "/api/replays", { rate: -1, filter: { status: 1 } });
  expect(body.json["errors"]).toMatchObject([{ path: "$.filter.status" }, { path: "$.rate" }]);
  expect((await call("POST", "/api/replays", "{")).status).toBe(400);
});

test.each([
  ["GET", "/api/events/none", 404],
  ["GET", "/api/runs/none", 404],
  ["GET", "/api/refused/none", 404],
  ["GET", "/api/flows/none", 404],
  ["GET", "/api/replays/none", 404],
  ["POST", "/api/refused/none/accept", 404],
  ["GET", "/api/acceptances/none", 404],
  ["GET", "/api/sources/demo/none/curl", 404],
  ["POST", "/api/events/none/replay", 404],
  ["GET", "/api/audit?cursor=x", 400],
  ["GET", "/api/overview?since=2026-01-01T00:00:00Z&until=2025-01-01T00:00:00Z", 400],
])("%s %s answers %i", async (method, path, status) => {
  expect((await call(method, path)).status).toBe(status);
});

test("a job that there is not is not stopped, and the trail does not say that it was", async () => {
  const acts = async (): Promise<unknown[]> => itemsOf(await get("/api/audit?limit=100")).map(({ act }) => act);
  const before = await acts();
  expect((await call("DELETE", "/api/replays/none")).status).toBe(404);
  expect((await call("DELETE", "/api/acceptances/none")).status).toBe(404);
  expect(await acts()).toEqual(before);
});

test("a flow's definition of another time is shown under its own name only", async () => {
  const { json } = await get("/api/flows/order");
  const hash = String(json["hash"]);
  expect((await get(`/api/flows/order?hash=${hash}`)).json).toMatchObject({ name: "order", hash });
  expect((await get(`/api/flows/broken?hash=${hash}`)).status).toBe(404);
  expect((await get(`/api/flows/none?hash=${hash}`)).status).toBe(404);
});

test("what is no resource is not there, and another method is told which one is", async () => {
  expect((await gateway.api("nothing")).status).toBe(404);
  const wrong = await gateway.api("events", { method: "DELETE" });
  expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
});

test("every operation of the document answers as it says", async () => {
  const [run] = itemsOf(await get(`/api/runs?flow=order&limit=1`));
  const job = await call("POST", "/api/replays", { event_ids: [ids.order], rate: 1000 });
  const accepting = await call("POST", "/api/refused/accept", { refusal_ids: [ids.refused], rate: 1000 });
  const event = `/api/events/${ids.github}`;
  const calls: readonly (readonly [method: string, path: string, body?: object])[] = [
    ["POST", "/api/login", { token: gateway.gateway.token }],
    ["POST", "/api/logout"],
    ...["info", "events", "export", "runs", "flows", "sources", "refused", "overview", "doctor", "audit"].map(
      (name) => ["GET", `/api/${name}`] as const,
    ),
    ...["", "/record", "/body", "/curl"].map((part) => ["GET", event + part] as const),
    ["POST", `${event}/replay`],
    ["POST", `${event}/replay-edited`, { body: "{}" }],
    ["POST", `${event}/reveal`, { field: "header:x-hub-signature-256" }],
    ["GET", `/api/replays/${String(job.json["id"])}`],
    ["DELETE", `/api/replays/${String(job.json["id"])}`],
    ["GET", `/api/runs/${String(run?.["id"])}`],
    ["GET", "/api/flows/order"],
    ["GET", "/api/flows/order/stats"],
    ["GET", "/api/sources/demo/github/curl"],
    ["POST", "/api/sources/demo/github/test"],
    ["GET", `/api/refused/${ids.refused}`],
    ["POST", `/api/refused/${ids.refused}/reveal`, { field: "header:x-hub-signature-256" }],
    ["POST", `/api/refused/${ids.refused}/accept`],
    ["GET", `/api/acceptances/${String(accepting.json["id"])}`],
    ["DELETE", `/api/acceptances/${String(accepting.json["id"])}`],
  ];
  for (const [method, path, body] of calls)
    expect([path, (await call(method, path, body)).status]).toEqual([path, expect.toSatisfy(isGood)]);
  const stream = await gateway.api("stream");
  const contentType = stream.headers.get("content-type") ?? "";
  expect(contract.faultsOf("GET", "/api/stream", { status: stream.status, contentType, text: "" })).toEqual([]);
  await stream.body?.cancel();
  expect(contract.operations.filter((name) => !contract.seen.has(name))).toEqual([]);
});

const isGood = (status: number): boolean => status >= 200 && status < 300;
