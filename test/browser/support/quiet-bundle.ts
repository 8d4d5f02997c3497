/** A bundle for many and odd events: one open source whose flow answers nothing and does next to nothing. */
import { createTestBundle, type TestBundle } from "../../support/test-bundle.ts";

const TICKS = `triggers: [{ type: event, event_type: ticks }]
nodes:
  - id: look
    type: template
    config: { template: "seen" }
`;

export function createQuietBundle(): Promise<TestBundle> {
  return createTestBundle({ "ticks.ygtc": TICKS });
}

/** Posts one event; the answer's event id. */
export async function postTick(url: string, body: string, headers: Record<string, string> = {}): Promise<string> {
  const response = await fetch(`${url}/events/webhook/demo/ticks`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });
  return ((await response.json()) as { event_id: string }).event_id;
}

/** Posts so many events, a few at a time; their ids in the order of their answers. */
export async function postTicks(url: string, count: number): Promise<readonly string[]> {
  const ids: string[] = [];
  let sent = 0;
  const post = async (): Promise<void> => {
    while (sent < count) ids.push(await postTick(url, `{"n":${String(sent++)}}`));
  };
  await Promise.all(Array.from({ length: 32 }, post));
  return ids;
}
