/**
 * The newest refused requests, in a SQLite file of their own: they are no part of the journal, so that a flood of bad
 * requests costs a bounded number of rows and never a byte of the log. Best effort: written in batches, not synced.
 */
import Database from "better-sqlite3";
import type { Refusal } from "../event-log.ts";
import { isUnusable, removeProjection } from "./projection-store.ts";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS refusal (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    head TEXT NOT NULL,
    body_start BLOB NOT NULL
  );
`;

export class RefusalRing {
  readonly #db: Database.Database;
  readonly #kept: number;

  static open(path: string, kept: number): RefusalRing {
    try {
      return new RefusalRing(path, kept);
    } catch (error) {
      if (!isUnusable(error)) throw error;
      removeProjection(path);
      return new RefusalRing(path, kept);
    }
  }

  private constructor(path: string, kept: number) {
    this.#kept = kept;
    this.#db = new Database(path);
    try {
      this.#db.pragma("journal_mode = WAL");
      this.#db.pragma("synchronous = OFF");
      this.#db.exec(SCHEMA);
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  add(refusals: readonly Refusal[]): void {
    const insert = this.#db.prepare("INSERT INTO refusal (tenant, head, body_start) VALUES (?, ?, ?)");
    this.#db.transaction(() => {
      for (const { bodyStart, ...head } of refusals) insert.run(head.tenant, JSON.stringify(head), bodyStart);
      this.#db.prepare("DELETE FROM refusal WHERE seq <= (SELECT max(seq) FROM refusal) - ?").run(this.#kept);
    })();
  }

  close(): void {
    this.#db.close();
  }
}
