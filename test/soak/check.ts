/** What must be true at the end of a soak, of every event in the log and of every answer that was given. */
import type { RunningGateway } from "../support/gtc-process.ts";
import { STEPS } from "./bundle.ts";
import type { Accepted, Ledger } from "./ledger.ts";

interface Listed {
  readonly id: string;
  readonly event_type: string;
  readonly status: string;
  readonly duplicate_of: string | null;
}

interface Run {
  readonly id: string;
  readonly flow: string;
  readonly status: string;
  readonly parent_run: string | null;
  readonly replay_of: string | null;
  readonly steps: readonly { readonly node: string; readonly status: string }[];
}

interface Detail {
  readonly event: Listed & { readonly headers: readonly (readonly [string, string])[] };
  readonly response: { readonly status: number; readonly by: string };
  readonly runs: readonly Run[];
}

/** How an event of a type ends once its runs are over. */
const STATUS: Readonly<Record<string, string>> = { unmatched: "unmatched", doomed: "failed" };
const PAGE = 1000;

/** Waits until nothing is left to do, looks at everything, and says in the ledger what is not as it must be. */
export async function checkAll(gateway: RunningGateway, ledger: Ledger): Promise<{ readonly events: number }> {
  const api = <T>(path: string): Promise<T> => ask<T>(gateway, path);
  while ((await api<{ items: Listed[] }>("events?status=received&limit=1")).items.length > 0);
  const primaries = new Map<string, string>();
  let [events, cursor] = [0, ""];
  do {
    const page = await api<{ items: Listed[]; next_cursor: string | null }>(`events?limit=${PAGE}${cursor}`);
    for (const listed of page.items) {
      events++;
      const detail = await api<Detail>(`events/${listed.id}/record`);
      checkEvent(detail, ledger);
      if (listed.status !== "duplicate") checkPrimary(detail, primaries, ledger);
    }
    cursor = page.next_cursor === null ? "" : `&cursor=${encodeURIComponent(page.next_cursor)}`;
  } while (cursor !== "");
  for (const [id, accepted] of ledger.accepted) await checkAccepted(id, accepted, { api, ledger });
  return { events };
}

/** Whether its runs are those that it must have, and each is over with each step done once. */
function checkEvent({ event, runs }: Detail, ledger: Ledger): void {
  const { id, event_type: type, status } = event;
  const isDuplicate = status === "duplicate";
  if (!isDuplicate && status !== (STATUS[type] ?? "done")) ledger.fault(`${type} ${id} is ${status}.`);
  const own = runs.filter(({ replay_of }) => replay_of === null);
  const flows = own.map(({ flow }) => flow).toSorted();
  const expected = isDuplicate || type === "unmatched" ? [] : type === "work" ? ["child", "work"] : [type];
  if (flows.join() !== expected.join()) ledger.fault(`${type} ${id} (${status}) has the runs [${flows.join()}].`);
  for (const { id: runId, flow, status: ended, steps } of runs) {
    if (ended !== (flow === "doomed" ? "failed" : "succeeded")) ledger.fault(`The run ${runId} of ${id} is ${ended}.`);
    const done = steps.filter((step) => step.status === "succeeded").map(({ node }) => node);
    if (done.join() !== STEPS[flow]!.join()) ledger.fault(`The run ${runId} of ${id} did [${done.join()}].`);
  }
  const missing = (ledger.replayed.get(id) ?? []).filter((replay) => !runs.some((run) => run.id === replay));
  if (missing.length > 0) ledger.fault(`Replays of ${id} are gone: ${missing.join()}.`);
}

/** No two deliveries with one id may both have counted. */
function checkPrimary({ event }: Detail, primaries: Map<string, string>, ledger: Ledger): void {
  const key = event.headers.find(([name]) => name === "idempotency-key")?.[1];
  if (key === undefined) return;
  const other = primaries.get(key);
  if (other !== undefined) ledger.fault(`${key} counted twice: ${other} and ${event.id}.`);
  primaries.set(key, event.id);
}

interface Asked {
  readonly api: <T>(path: string) => Promise<T>;
  readonly ledger: Ledger;
}

async function checkAccepted(id: string, { eventType, key, answer }: Accepted, { api, ledger }: Asked): Promise<void> {
  const { event, response } = await api<Partial<Detail>>(`events/${id}/record`);
  if (event === undefined) ledger.fault(`${eventType} ${id} was acknowledged and is gone.`);
  else if (event.event_type !== eventType) ledger.fault(`${id} was sent as ${eventType} and is ${event.event_type}.`);
  else if (event.status === "duplicate" && key === undefined) ledger.fault(`${id} had no key and is a duplicate.`);
  if (answer !== undefined && (response?.by !== "flow" || response.status !== 200))
    ledger.fault(`${id} was answered by its flow, and the record says ${JSON.stringify(response)}.`);
}

async function ask<T>({ adminUrl, token }: RunningGateway, path: string): Promise<T> {
  const response = await fetch(`${adminUrl}/api/${path}`, { headers: { authorization: `Bearer ${token}` } });
  return (await response.json()) as T;
}
