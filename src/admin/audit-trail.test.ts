import { mkdtemp, rm, stat, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AuditTrail } from "./audit-trail.ts";
import type { AuditEntry } from "./contract/index.ts";

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "gtc-audit-"))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const act = (subject: string): AuditEntry => ({
  at: "2026-01-01T00:00:00.000Z",
  act: "replay",
  subject,
  by: "cookie",
  remote_address: "127.0.0.1",
});

test("acts are listed newest first, page by page, and survive a restart", async () => {
  const path = join(folder, "state", "audit.jsonl");
  const trail = new AuditTrail(path);
  await Promise.all(["1", "2", "3"].map((subject) => trail.write(act(subject))));
  const again = new AuditTrail(path);
  const { items, next } = await again.list(2);
  await again.write(act("4, between two pages"));
  expect(items.map(({ subject }) => subject)).toEqual(["3", "2"]);
  expect((await again.list(2, next)).items.map(({ subject }) => subject)).toEqual(["1"]);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test("what a full disk or a crash left of a line spoils none of the others", async () => {
  const path = join(folder, "audit.jsonl");
  const trail = new AuditTrail(path);
  for (const subject of ["1", "2"]) await trail.write(act(subject));
  await truncate(path, (await stat(path)).size - 20);
  for (const subject of ["3", "4"]) await trail.write(act(subject));
  const { items } = await trail.list(10);
  expect(items.map(({ subject }) => subject)).toEqual(["4", "3", "1"]);
});

test("the file is bounded: the oldest acts go", async () => {
  const trail = new AuditTrail(join(folder, "audit.jsonl"), 1000);
  for (let count = 0; count < 40; count++) await trail.write(act(String(count)));
  const { items } = await trail.list(100);
  expect(items[0]!.subject).toBe("39");
  expect(items.length).toBeLessThan(20);
});
