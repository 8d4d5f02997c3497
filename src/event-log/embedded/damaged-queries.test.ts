/** Files that the query thread reads and that are damaged or gone: what can be built again is, and the question is answered. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ended, Fixtures } from "../event-log-fixtures.contract.ts";
import type { EventLog } from "../event-log.ts";
import { openEmbeddedLog, type LogNotice } from "./index.ts";
import { openSqlite } from "./sqlite.ts";
import { testFolder, type TestFolder } from "./test-folder.contract.ts";

const EVENTS = 400;
const PAGE_BYTES = 4096;

let folder: TestFolder;
let log: EventLog;
let ids: readonly string[];
let refused: readonly string[];
const notices: string[] = [];

beforeEach(async () => {
  folder = testFolder();
  const make = new Fixtures();
  log = await open();
  const drafts = Array.from({ length: EVENTS }, (_, index) => make.keyed(`delivery-${index}`)).map((envelope) => {
    return { envelope, runs: [make.run(envelope)] };
  });
  await Promise.all(drafts.map((draft) => log.append(draft)));
  await log.record(drafts.map(({ runs: [run] }) => ended(run!)));
  const refusals = Array.from({ length: 50 }, () => make.refusal({ bodyStart: Buffer.alloc(2000, "x") }));
  for (const refusal of refusals) log.refuse(refusal);
  ids = drafts.map(({ envelope }) => envelope.id).reverse();
  refused = refusals.map(({ id }) => id).reverse();
  // What is in the write-ahead log only would hide the damage.
  await log[Symbol.asyncDispose]();
  log = await open();
  notices.length = 0;
});

afterEach(async () => {
  await log[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

function open(): Promise<EventLog> {
  return openEmbeddedLog({ folder: folder.path, onNotice: (notice: LogNotice) => notices.push(notice.kind) });
}

const fileOf = (name: string): string => join(folder.path, name);

function overwrite(name: string): void {
  const bytes = readFileSync(fileOf(name));
  bytes.fill(0x5a, PAGE_BYTES, bytes.length);
  writeFileSync(fileOf(name), bytes);
}

function dropTable(name: string, table: string): void {
  const db = openSqlite(fileOf(name));
  db.exec(`DROP TABLE ${table}`);
  db.close();
}

const events = async (): Promise<readonly string[]> =>
  (await log.queries.listEvents({ limit: 1000 })).items.map(({ id }) => id);
const refusals = async (): Promise<readonly string[]> =>
  (await log.queries.listRefusals({ limit: 1000 })).items.map(({ id }) => id);

test.each<[string, () => void]>([
  ["was overwritten", () => overwrite("projection.sqlite")],
  ["lost a table", () => dropTable("projection.sqlite", "event")],
  ["is gone", () => rmSync(fileOf("projection.sqlite"))],
])("a projection that %s is built again, and many who ask at once are answered", async (_what, damage) => {
  damage();
  const asked = [events(), events(), log.queries.latestSequence(), events()];
  const [first, second, , last] = await Promise.all(asked);
  expect([first, second, last]).toEqual([ids, ids, ids]);
  expect(notices).toEqual(["projection-rebuilt"]);
  expect((await log.queries.listRuns({ limit: 1000, status: "succeeded" })).items).toHaveLength(EVENTS);
});

test("a projection that breaks under a thread that reads it is built again", async () => {
  expect(await events()).toEqual(ids);
  dropTable("projection.sqlite", "event");
  expect(await events()).toEqual(ids);
  expect(notices).toEqual(["projection-rebuilt"]);
});

test("what is stored while it is built again is found as well", async () => {
  overwrite("projection.sqlite");
  const asking = events();
  const envelope = new Fixtures().envelope({ id: "01900000-0000-7000-8000-ffffffffffff" });
  await log.append({ envelope, runs: [] });
  expect((await asking).slice(-EVENTS)).toEqual(ids);
  expect(await events()).toEqual([envelope.id, ...ids]);
});

test.each<[string, () => void]>([
  ["were overwritten", () => overwrite("refusals.sqlite")],
  ["lost a table", () => dropTable("refusals.sqlite", "refusal")],
  ["are gone", () => rmSync(fileOf("refusals.sqlite"))],
])("kept refusals that %s do not keep the rest from being answered", async (_what, damage) => {
  damage();
  expect(await events()).toEqual(ids);
  expect(await refusals()).toEqual([]);
  const refusal = new Fixtures().refusal();
  log.refuse(refusal);
  expect(await refusals()).toEqual([refusal.id]);
});

test("refusals outlive a projection that is built again", async () => {
  overwrite("projection.sqlite");
  expect(await events()).toEqual(ids);
  expect(await refusals()).toEqual(refused);
});

test("a file that breaks again and again is given up, and the questions are told so", async () => {
  for (let round = 0; round < 3; round++) {
    dropTable("projection.sqlite", "event");
    expect(await events()).toEqual(ids);
  }
  dropTable("projection.sqlite", "event");
  await expect(events()).rejects.toMatchObject({ code: "GTC_INTERNAL" });
});
