/**
 * The gateway is killed with SIGKILL again and again while requests come in: at any time, and at each point where what is on
 * disk and what is known differ. Afterwards every acknowledged event is there and finished, and no step that was recorded
 * as done was done again.
 */
import { once } from "node:events";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { messageOf } from "../../src/base/index.ts";
import { expectAllFinished, sendUntilGone, type Acknowledged } from "../support/finished-events.ts";
import { startGtc, type RunningGateway } from "../support/gtc-process.ts";
import { ANSWER, CHILD, WORK } from "../support/steady-flows.ts";
import { createTestBundle, type TestBundle } from "../support/test-bundle.ts";

const KILLS = 10;
const SENDERS = 8;
/** Long enough for some hundred requests, short enough to hit the start, the middle and the recovery. */
const LIFETIMES_MS = [40, 120, 250, 60, 400, 15, 180, 90, 300, 30];

let bundle: TestBundle;
beforeEach(async () => {
  bundle = await createTestBundle({ "work.ygtc": WORK, "child.ygtc": CHILD, "answer.ygtc": ANSWER });
});
afterEach(() => bundle.remove());

function send(gateway: RunningGateway, acknowledged: Acknowledged): Promise<unknown> {
  return Promise.all(Array.from({ length: SENDERS }, (_, sender) => sendUntilGone(gateway, acknowledged, sender)));
}

async function expectNothingLost(acknowledged: Acknowledged): Promise<void> {
  const gateway = await startGtc(bundle.folder);
  await expectAllFinished(gateway, acknowledged);
  expect(await gateway.stop()).toBe(0);
}

test("kill -9 under load: nothing that was acknowledged is lost, no completed step is repeated", async () => {
  const acknowledged: Acknowledged = new Map();
  // A slow machine acknowledges little in so short lives: then there are more of them.
  for (let round = 0; round < KILLS || (acknowledged.size <= KILLS && round < 4 * KILLS); round++) {
    const gateway = await startGtc(bundle.folder);
    const sent = send(gateway, acknowledged);
    await new Promise((resolve) => setTimeout(resolve, LIFETIMES_MS[round % LIFETIMES_MS.length]));
    await gateway.kill();
    await sent;
  }
  expect(acknowledged.size).toBeGreaterThan(KILLS);
  await expectNothingLost(acknowledged);
}, 120_000);

/** Points, and how often each is passed before it is the last one. See `kill-at.mjs`. */
const POINTS: readonly (readonly [point: string, nth: number])[] = [
  ["segment", 1],
  ["write-torn", 1],
  ["write-after", 1],
  ["write-before", 9],
  ["write-torn", 40],
  ["write-after", 60],
  ["step", 1],
  ["step", 90],
  ["rebuild", 2],
];

test("kill -9 where an append, a step or the index is half done: the same", async () => {
  const acknowledged: Acknowledged = new Map();
  for (const [point, nth] of POINTS) {
    if (point === "rebuild") await removeIndex();
    const preload = pathToFileURL(join(import.meta.dirname, "../support/kill-at.mjs"));
    preload.search = new URLSearchParams({ point, nth: String(nth) }).toString();
    await liveUntilKilled(preload, acknowledged, `${point} ${nth}`);
  }
  // How many it gets to depends on how many requests a write takes with it.
  expect(acknowledged.size).toBeGreaterThan(20);
  await expectNothingLost(acknowledged);
}, 120_000);

/** The process ends itself, at its start or under load. */
async function liveUntilKilled(preload: URL, acknowledged: Acknowledged, what: string): Promise<void> {
  const gateway = await startGtc(bundle.folder, [], ["--import", preload.href]).catch((fault: unknown) => {
    if (!messageOf(fault).includes("ended with SIGKILL")) throw fault;
  });
  if (gateway === undefined) return;
  const ended = once(gateway.child, "exit");
  await send(gateway, acknowledged);
  expect(await ended, what).toEqual([null, "SIGKILL"]);
}

async function removeIndex(): Promise<void> {
  for (const end of ["", "-wal", "-shm"])
    await rm(join(bundle.folder, "state", "log", `projection.sqlite${end}`), { force: true });
}

const SLOW = `
nodes:
  - { id: work, type: script, config: { script: "let n = 0; while n < 1000000 { n += 1; } n" }, next: respond }
  - { id: respond, type: http_response, config: { body: "{{work}}" } }
triggers:
  - { type: event, event_type: slow }
`;

test("a sender that was cut off gets the flow's answer when it delivers again", async () => {
  await bundle.write("flows/slow.ygtc", SLOW);
  const deliver = (gateway: RunningGateway): Promise<Response> =>
    fetch(`${gateway.url}/events/webhook/demo/slow`, {
      method: "POST",
      body: "{}",
      headers: { "content-type": "application/json", "idempotency-key": "once" },
    });
  const first = await startGtc(bundle.folder);
  const cutOff = deliver(first).then(
    () => "answered",
    () => "cut off",
  );
  await untilTheJournalHas('"value":"once"');
  await first.kill();
  expect(await cutOff).toBe("cut off");
  const second = await startGtc(bundle.folder);
  await expectAllFinished(second, new Map());
  const answer = await deliver(second);
  expect([answer.status, await answer.text()]).toEqual([200, "1000000"]);
  await second.kill();
});

async function journalText(): Promise<string> {
  const folder = join(bundle.folder, "state", "log");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".journal"));
  // Retention may drop a segment without events meanwhile.
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "latin1").catch(() => "")));
  return texts.join("");
}

async function untilTheJournalHas(text: string): Promise<void> {
  while (!(await journalText()).includes(text)) await setImmediate();
}
