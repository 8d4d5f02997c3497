/**
 * The SQLite file of the projection: an index of the journal and nothing that the journal does not hold. A file of
 * another version, or one that is damaged, is deleted and built again.
 *
 * Row ids are places in the journal: an event's is the position of its record, a run's is the position of the record
 * that queued it plus its place among the runs of that record (every run takes more than one byte there). So both
 * threads know them without asking, they grow with time, and a rebuilt projection has the same ones.
 *
 * What many events have in common (tenant, event type, provider type, method, verdict, flows) stands once, in
 * `event_kind`. One index over kind and status serves every filter: a query picks the kinds that match, and takes the
 * newest of each of them. Kinds are bounded; kind 0 is for what comes after the bound, and its rows carry their `own`.
 */
export const PROJECTION_VERSION = 5;

/**
 * An event's status by its code. Failed events all of whose failed runs were done later by replays have a code of their
 * own, so that the index over kind and status tells them from those that are left.
 */
export const EVENT_STATUSES = ["received", "done", "failed", "unmatched", "refused", "duplicate", "failed"] as const;
export const FAILED_RESOLVED = 6;
export const RUN_STATUSES = ["queued", "running", "waiting", "succeeded", "failed"] as const;

/** The kind of everything that came after the bound of kinds was reached. */
export const MIXED_KIND = 0;

/** Events per row of `event_block`. */
export const BLOCK_EVENTS = 4096;

/** What one sample says; see `gauge-samples.ts`. */
const GAUGES = `queued INTEGER, running INTEGER, waiting INTEGER, oldest_ms REAL,
    journal_bytes INTEGER, projection_bytes INTEGER, free_bytes INTEGER`;

export const SCHEMA = `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
  CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE event_kind (
    id INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    event_type TEXT NOT NULL,
    provider_type TEXT,
    method TEXT NOT NULL,
    verdict TEXT NOT NULL,
    flows TEXT NOT NULL,
    events INTEGER NOT NULL,
    last_received_at REAL NOT NULL
  );
  CREATE TABLE event (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind INTEGER NOT NULL,
    received_at REAL NOT NULL,
    status INTEGER NOT NULL,
    duplicate_of TEXT,
    delivery_id TEXT,
    body_bytes INTEGER NOT NULL,
    runs INTEGER NOT NULL,
    open_runs INTEGER NOT NULL,
    failed_runs INTEGER NOT NULL,
    resolved_runs INTEGER NOT NULL,
    answered_at INTEGER,
    answer_status INTEGER,
    answer_by TEXT,
    answer_ms REAL,
    own TEXT,
    packed INTEGER NOT NULL
  );
  CREATE INDEX event_packed ON event (seq) WHERE packed = 1;
  CREATE INDEX event_by_kind ON event (kind, status, seq);
  CREATE TABLE event_block (
    last_seq INTEGER PRIMARY KEY,
    first_seq INTEGER NOT NULL,
    first_at REAL NOT NULL,
    last_at REAL NOT NULL,
    deliveries BLOB NOT NULL
  );
  CREATE TABLE run_kind (
    id INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    event_type TEXT NOT NULL,
    flow TEXT NOT NULL,
    runs INTEGER NOT NULL
  );
  CREATE TABLE run (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    event_seq INTEGER NOT NULL,
    queued_at INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    created_at REAL NOT NULL,
    status INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    started_at REAL,
    ended_at REAL,
    resume_at REAL,
    facts_at TEXT NOT NULL,
    own TEXT,
    replay_of TEXT,
    root_seq INTEGER,
    resolved TEXT
  );
  CREATE INDEX run_by_kind ON run (kind, status, seq);
  CREATE INDEX run_failed ON run (kind, (resolved IS NOT NULL), seq) WHERE status = 4;
  CREATE INDEX run_open ON run (seq) WHERE status < 3;
  CREATE INDEX run_waiting ON run (resume_at) WHERE status = 2;
  CREATE INDEX run_queued_later ON run (event_seq) WHERE queued_at <> event_seq;
  CREATE TABLE dedupe (seq INTEGER PRIMARY KEY, fingerprint INTEGER NOT NULL, received_at REAL NOT NULL);
  CREATE TABLE flow (hash TEXT PRIMARY KEY, stored_at INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    tenant TEXT NOT NULL,
    flow TEXT NOT NULL,
    node TEXT NOT NULL,
    next TEXT NOT NULL
  );
  CREATE TABLE stat (
    series INTEGER NOT NULL,
    minute INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (series, minute, bucket)
  ) WITHOUT ROWID;
  CREATE TABLE stat_hour (
    series INTEGER NOT NULL,
    hour INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (series, hour, bucket)
  ) WITHOUT ROWID;
  CREATE TABLE gauge (minute INTEGER PRIMARY KEY, ${GAUGES});
  CREATE TABLE gauge_hour (hour INTEGER PRIMARY KEY, ${GAUGES});
  CREATE TABLE traffic_fact (seq INTEGER PRIMARY KEY, minute INTEGER NOT NULL);
`;
