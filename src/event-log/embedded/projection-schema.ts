/**
 * The SQLite file of the projection: an index of the journal and nothing that the journal does not hold. A file of
 * another version, or one that is damaged, is deleted and built again.
 *
 * Row ids are places in the journal: an event's is the position of its record, a run's is the position of the record
 * that queued it plus its place among the runs of that record (every run takes more than one byte there). So both
 * threads know them without asking, they grow with time, and a rebuilt projection has the same ones.
 */
export const PROJECTION_VERSION = 1;

export const EVENT_STATUSES = ["received", "done", "failed", "unmatched", "refused", "duplicate"] as const;
export const RUN_STATUSES = ["queued", "running", "waiting", "succeeded", "failed"] as const;

/** Statuses that are few and asked for: `done` and `duplicate` are found by going through the events. */
export const UNUSUAL = "status IN (0, 2, 3, 4)";

export const SCHEMA = `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
  CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE event (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    tenant TEXT NOT NULL,
    event_type TEXT NOT NULL,
    received_at REAL NOT NULL,
    status INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    provider_type TEXT,
    duplicate_of TEXT,
    body_bytes INTEGER NOT NULL,
    runs INTEGER NOT NULL,
    open_runs INTEGER NOT NULL,
    failed_runs INTEGER NOT NULL,
    answered_at INTEGER
  );
  CREATE INDEX event_unusual ON event (status, seq) WHERE ${UNUSUAL};
  CREATE TABLE run (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    event_seq INTEGER NOT NULL,
    queued_at INTEGER NOT NULL,
    flow TEXT NOT NULL,
    status INTEGER NOT NULL,
    resume_at REAL,
    facts_at TEXT NOT NULL
  );
  CREATE INDEX run_open ON run (seq) WHERE status < 3;
  CREATE INDEX run_waiting ON run (resume_at) WHERE status = 2;
  CREATE INDEX run_queued_later ON run (event_seq) WHERE queued_at <> event_seq;
  CREATE TABLE dedupe (seq INTEGER PRIMARY KEY, fingerprint INTEGER NOT NULL, received_at REAL NOT NULL);
  CREATE TABLE flow (hash TEXT PRIMARY KEY, stored_at INTEGER NOT NULL) WITHOUT ROWID;
`;
