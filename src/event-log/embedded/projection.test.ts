/** The projection is an index that can be thrown away: whatever happens to it, it is built again as it was. */
import { cpSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { answered, ended, Fixtures, started, START_MS, step, waiting } from "../event-log-fixtures.contract.ts";
import type { EventLog } from "../event-log.ts";
import { openEmbeddedLog, type LogNotice } from "./index.ts";
import { openSqlite } from "./sqlite.ts";
import { testFolder } from "./test-folder.contract.ts";

const FILE = "projection.sqlite";
const EVENTS = 300;

describe("a projection", () => {
  const folder = testFolder();
  const older = join(folder.path, "older");
  let expected: unknown;
  let ids: readonly string[];

  beforeAll(async () => {
    const make = new Fixtures();
    let log = await open();
    await fill(log, make, 0);
    await log[Symbol.asyncDispose]();
    cpSync(join(folder.path, FILE), older);
    log = await open();
    await fill(log, make, 1);
    ids = (await log.listEvents({ limit: 10_000 })).events.map((event) => event.id);
    await log[Symbol.asyncDispose]();
    expected = dump();
    return () => folder[Symbol.dispose]();
  });

  const notices: LogNotice[] = [];
  const open = (): Promise<EventLog> =>
    openEmbeddedLog({ folder: folder.path, segmentBytes: 40_000, onNotice: (notice) => notices.push(notice) });

  async function fill(log: EventLog, make: Fixtures, round: number): Promise<void> {
    await log.record([{ type: "flow_stored", hash: `hash-${round}`, definitionJson: "{}" }]);
    for (let count = 0; count < EVENTS; count++) {
      const envelope = make.keyed(`key-${round}-${count % 250}`);
      const runs = count % 3 === 0 ? [] : [make.run(envelope), make.run(envelope)];
      await log.append({ envelope, runs });
      const [one, two] = runs;
      if (one === undefined || two === undefined) continue;
      await log.record([
        started(one),
        step(one),
        answered(envelope.id),
        ended(one, count % 5 ? "succeeded" : "failed"),
      ]);
      await log.record(count % 2 ? [waiting(two, START_MS)] : [started(two), ended(two)]);
    }
  }

  function dump(): unknown {
    const db = openSqlite(join(folder.path, FILE), { readonly: true });
    const all = ["event", "run", "dedupe", "flow", "counter", "stat", "stat_hour", "gauge", "gauge_hour"].map((table) =>
      db.prepare(`SELECT * FROM ${table} ORDER BY 1`).all(),
    );
    db.close();
    return all;
  }

  async function reopenAndDump(): Promise<unknown> {
    const log = await open();
    for (const id of [ids[0]!, ids[300]!, ids.at(-1)!]) expect(await log.getEvent(id)).toBeDefined();
    expect((await log.listEvents({ limit: 10_000 })).events.map((event) => event.id)).toEqual(ids);
    await log[Symbol.asyncDispose]();
    return dump();
  }

  test("that is whole is left as it is", async () => {
    // Large enough that the damages below hit pages in use.
    expect(readFileSync(join(folder.path, FILE)).length).toBeGreaterThan(50_000);
    expect(await reopenAndDump()).toEqual(expected);
  });

  test("that was deleted is built again, row for row", async () => {
    for (const suffix of ["", "-wal", "-shm"]) rmSync(join(folder.path, FILE + suffix), { force: true });
    expect(await reopenAndDump()).toEqual(expected);
  });

  test("that is older than the journal is brought up to it", async () => {
    cpSync(older, join(folder.path, FILE));
    expect(await reopenAndDump()).toEqual(expected);
  });

  test("of another version is built again", async () => {
    const db = openSqlite(join(folder.path, FILE));
    db.pragma("user_version = 999");
    db.close();
    expect(await reopenAndDump()).toEqual(expected);
  });

  test.each([
    ["is no database", (path: string) => writeFileSync(path, "not a database at all, not even nearly so".repeat(500))],
    ["is empty", (path: string) => truncateSync(path, 0)],
    ["was cut in half", (path: string) => truncateSync(path, Math.floor(readFileSync(path).length / 2))],
    ["lost its first page", (path: string) => overwrite(path, 0, 4096)],
    ["lost pages in the middle", (path: string) => overwrite(path, 8192, Math.floor(readFileSync(path).length - 8192))],
    ["lost its tables", (path: string) => dropTable(path)],
  ])("that %s is built again", async (_what, damage) => {
    damage(join(folder.path, FILE));
    expect(await reopenAndDump()).toEqual(expected);
  });

  test("that breaks while the log is open is built again behind the queries", async () => {
    const log = await open();
    const before = notices.length;
    const path = join(folder.path, FILE);
    expect(existsSync(path)).toBe(true);
    dropTable(path);
    expect((await log.listEvents({ limit: 10_000 })).events.map((event) => event.id)).toEqual(ids);
    expect(notices.slice(before).map((notice) => notice.kind)).toEqual(["projection-rebuilt"]);
    await log[Symbol.asyncDispose]();
    expect(dump()).toEqual(expected);
  });

  test("that cannot be written now calls no definition missing that it may lack", async () => {
    const log = await open();
    change("CREATE TRIGGER stall BEFORE INSERT ON flow BEGIN SELECT RAISE(ABORT, 'no room'); END");
    await log.record([{ type: "flow_stored", hash: "late", definitionJson: "{}" }]);
    await expect(log.flowDefinition("late")).rejects.toMatchObject({ code: "GTC_LOG_UNAVAILABLE" });
    expect(await log.flowDefinition("hash-0")).toBe("{}");
    change("DROP TRIGGER stall");
    expect(await log.flowDefinition("late")).toBe("{}");
    await log[Symbol.asyncDispose]();
  });

  test("that cannot be written while old events go is not built again: their rows go with the next that is written", async () => {
    const log = await open();
    const before = notices.length;
    const make = new Fixtures();
    const count = (await log.listEvents({ limit: 10_000 })).events.length;
    change("CREATE TRIGGER stall BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'no room'); END");
    for (const event of (await log.listEvents({ limit: 10_000 })).events)
      await log.record(
        event.runs.filter(({ status }) => status === "waiting").map(({ id }) => ended(make.run(event, { id }))),
      );
    expect(await log.dropBefore(START_MS + 10_000)).toBe(0);
    expect((await log.listEvents({ limit: 10_000 })).events).toHaveLength(count);
    change("DROP TRIGGER stall");
    await log.append(make.draft(0, { id: "fresh" }));
    // It is tried again four times a second; until then a list says what was known before.
    await expect
      .poll(async () => (await log.listEvents({ limit: 10_000 })).events.map(({ id }) => id), { timeout: 10_000 })
      .toEqual(["fresh"]);
    expect(notices.slice(before)).toEqual([]);
    await log[Symbol.asyncDispose]();
  });

  function change(sql: string): void {
    const db = openSqlite(join(folder.path, FILE));
    db.exec(sql);
    db.close();
  }
});

function overwrite(path: string, from: number, length: number): void {
  const bytes = readFileSync(path);
  bytes.fill(0x5a, from, from + length);
  writeFileSync(path, bytes);
}

function dropTable(path: string): void {
  const db = openSqlite(path);
  db.exec("DROP TABLE event");
  db.close();
}
