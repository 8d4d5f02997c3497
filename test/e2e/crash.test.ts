/**
 * The gateway is killed with SIGKILL again and again while requests come in. Afterwards every acknowledged event is
 * there and finished, and no step that was recorded as done was done again.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { startGtc, type RunningGateway } from "../support/gtc-process.ts";
import { createTestBundle, type TestBundle } from "../support/test-bundle.ts";

const KILLS = 12;
const SENDERS = 8;
/** Long enough for some hundred requests, short enough to hit the start, the middle and the recovery. */
const LIFETIMES_MS = [40, 120, 250, 60, 400, 15, 180, 90, 300, 30, 220, 150];

const WORK = `
nodes:
  - { id: first, type: script, config: { script: "let n = 0; while n < 2000 { n += 1; } n" }, next: second }
  - { id: second, type: template, config: { template: "{{first}}" }, next: spawn }
  - { id: spawn, type: async, config: { flow: child, payload: "{{event.payload}}" }, next: last }
  - { id: last, type: script, config: { script: "second" } }
triggers:
  - { type: event, event_type: work }
`;
const CHILD = `
nodes:
  - { id: only, type: script, config: { script: "payload" } }
`;
const ANSWER = `
nodes:
  - { id: reply, type: http_response, config: { status: 200, body: { id: "{{event.id}}" } }, next: after }
  - { id: after, type: script, config: { script: "payload" } }
triggers:
  - { type: event, event_type: answer }
`;

let bundle: TestBundle;
beforeAll(async () => {
  bundle = await createTestBundle({ "work.ygtc": WORK, "child.ygtc": CHILD, "answer.ygtc": ANSWER });
});
afterAll(() => bundle.remove());

test("kill -9 under load: nothing that was acknowledged is lost, no completed step is repeated", async () => {
  const acknowledged = new Set<string>();
  for (let round = 0; round < KILLS; round++) {
    const gateway = await startGtc(bundle.folder);
    const senders = Array.from({ length: SENDERS }, (_, sender) => send(gateway, acknowledged, sender));
    await new Promise((resolve) => setTimeout(resolve, LIFETIMES_MS[round % LIFETIMES_MS.length]));
    await gateway.kill();
    await Promise.all(senders);
  }
  expect(acknowledged.size).toBeGreaterThan(KILLS);
  const gateway = await startGtc(bundle.folder);
  await untilIdle(gateway);
  for (const id of acknowledged) checkEvent(await show(gateway, id), id);
  expect(await gateway.stop()).toBe(0);
}, 120_000);

/** Sends one request after the other until the gateway is gone. */
async function send(gateway: RunningGateway, acknowledged: Set<string>, sender: number): Promise<void> {
  for (let n = 0; ; n++) {
    const type = (n + sender) % 2 === 0 ? "work" : "answer";
    try {
      const response = await fetch(`${gateway.url}/events/webhook/demo/${type}`, {
        method: "POST",
        body: JSON.stringify({ sender, n }),
        headers: { "content-type": "application/json" },
      });
      const body = (await response.json()) as { event_id?: string; id?: string };
      if (response.ok) acknowledged.add(body.event_id ?? body.id ?? "");
    } catch {
      // Killed in the middle of it: this one was not acknowledged.
      return;
    }
  }
}

interface Detail {
  readonly event: { readonly status: string; readonly event_type: string };
  readonly runs: readonly {
    readonly id: string;
    readonly flow: string;
    readonly status: string;
    readonly parent_run: string | null;
    readonly steps: readonly { readonly node: string; readonly status: string }[];
  }[];
}

function checkEvent({ event, runs }: Detail, id: string): void {
  expect(event.status, id).toBe("done");
  const flows = runs.map(({ flow }) => flow).toSorted();
  expect(flows, id).toEqual(event.event_type === "work" ? ["child", "work"] : ["answer"]);
  for (const run of runs) {
    const done = run.steps.filter(({ status }) => status === "succeeded").map(({ node }) => node);
    expect(done, `${id} ${run.flow}`).toEqual([...new Set(done)]);
    expect(run.status, id).toBe("succeeded");
  }
}

async function show(gateway: RunningGateway, id: string): Promise<Detail> {
  const response = await fetch(`${gateway.adminUrl}/api/events/${id}/record`, {
    headers: { authorization: `Bearer ${gateway.token}` },
  });
  return (await response.json()) as Detail;
}

/** Waits until no event is unfinished: each look asks the gateway, which answers when its index has caught up. */
async function untilIdle(gateway: RunningGateway): Promise<void> {
  for (;;) {
    const response = await fetch(`${gateway.adminUrl}/api/events?status=received&limit=1`, {
      headers: { authorization: `Bearer ${gateway.token}` },
    });
    if (((await response.json()) as { items: unknown[] }).items.length === 0) return;
  }
}
