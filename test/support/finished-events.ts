/** What must be true of every event that was acknowledged, however often the process was killed. */
import { expect } from "vitest";
import type { RunningGateway } from "./gtc-process.ts";

/** By id: whether the sender got the flow's own answer. */
export type Acknowledged = Map<string, "ack" | "flow">;

/** Sends one request after the other, in turns to both flows, until the gateway is gone. */
export async function sendUntilGone(
  gateway: RunningGateway,
  acknowledged: Acknowledged,
  sender: number,
): Promise<void> {
  for (let n = 0; ; n++) {
    const type = (n + sender) % 2 === 0 ? "work" : "answer";
    try {
      const response = await fetch(`${gateway.url}/events/webhook/demo/${type}`, {
        method: "POST",
        body: JSON.stringify({ sender, n }),
        headers: { "content-type": "application/json" },
      });
      const body = (await response.json()) as { event_id?: string; id?: string };
      if (response.ok) acknowledged.set(body.event_id ?? body.id ?? "", body.id === undefined ? "ack" : "flow");
    } catch {
      // Killed in the middle of it: this one was not acknowledged.
      return;
    }
  }
}

interface Detail {
  readonly event: { readonly status: string; readonly event_type: string };
  readonly response: { readonly status: number; readonly by: string; readonly body: unknown };
  readonly runs: readonly {
    readonly id: string;
    readonly flow: string;
    readonly status: string;
    readonly parent_run: string | null;
    readonly steps: readonly { readonly node: string; readonly status: string }[];
  }[];
}

/** Waits until no event is unfinished, and looks at every one that was acknowledged. */
export async function expectAllFinished(gateway: RunningGateway, acknowledged: Acknowledged): Promise<void> {
  await untilIdle(gateway);
  for (const [id, by] of acknowledged)
    checkEvent((await ask(gateway, `events/${id}/record`)) as Partial<Detail>, id, by);
}

function checkEvent({ event, response, runs = [] }: Partial<Detail>, id: string, by: "ack" | "flow"): void {
  expect(event?.status, id).toBe("done");
  const flows = runs.map(({ flow }) => flow).toSorted();
  expect(flows, id).toEqual(event?.event_type === "work" ? ["child", "work"] : ["answer"]);
  // What the sender was told is what is recorded.
  if (by === "flow") expect(response, id).toMatchObject({ status: 200, by: "flow", body: { id } });
  for (const run of runs) {
    const done = run.steps.filter(({ status }) => status === "succeeded").map(({ node }) => node);
    const nodes = { work: ["first", "second", "spawn", "last"], child: ["only"], answer: ["reply", "after"] };
    expect(done, `${id} ${run.flow}`).toEqual(nodes[run.flow as keyof typeof nodes]);
    expect(run.status, id).toBe("succeeded");
  }
}

/** Each look asks the gateway, which answers when its index has caught up. */
export async function untilIdle(gateway: RunningGateway): Promise<void> {
  for (;;) {
    const page = (await ask(gateway, "events?status=received&limit=1")) as { items: unknown[] };
    if (page.items.length === 0) return;
  }
}

async function ask(gateway: RunningGateway, path: string): Promise<unknown> {
  const response = await fetch(`${gateway.adminUrl}/api/${path}`, {
    headers: { authorization: `Bearer ${gateway.token}` },
  });
  return response.json();
}
