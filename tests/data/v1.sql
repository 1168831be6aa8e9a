PRAGMA user_version=1;
BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'journal','v1_spine','2026-11-21 04:28:10.798850+00:00');
CREATE TABLE alerts (
    id INTEGER PRIMARY KEY,
    run_id TEXT REFERENCES runs(id) ON DELETE CASCADE,
    attempt INTEGER,
    kind TEXT NOT NULL,
    severity TEXT NOT NULL CHECK (severity IN ('now','soon','digest')),
    occurred REAL NOT NULL,
    raised REAL NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    url TEXT,
    guid TEXT NOT NULL UNIQUE,
    acknowledged REAL
);
INSERT INTO "alerts" VALUES(1,'260101-090000-abcd',1,'crashed','now',9.0,10.0,'✖ crashed','ValueError: 学習率 (train.py:3)',NULL,'machiai-4ab726a2c23d6c6f800c8f3d181de0ce',NULL);
CREATE TABLE attempts (
    run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    host TEXT,
    boot_id TEXT,
    pid INTEGER,
    start_ticks INTEGER,
    supervisor_pid INTEGER,
    supervisor_ticks INTEGER,
    started REAL,
    ended REAL,
    state TEXT NOT NULL,
    exit_code INTEGER,
    signal TEXT,
    beat_at REAL,
    PRIMARY KEY (run_id, number)
) WITHOUT ROWID;
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY,
    alert_id INTEGER NOT NULL REFERENCES alerts(id) ON DELETE CASCADE,
    channel TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting','sending','sent','refused')),
    attempts INTEGER NOT NULL DEFAULT 0,
    next_try REAL NOT NULL,
    unsure INTEGER NOT NULL DEFAULT 0,
    claimed_until REAL,
    sent REAL,
    receipt TEXT,
    error TEXT,
    UNIQUE (alert_id, channel)
);
INSERT INTO "deliveries" VALUES(1,1,'pushbullet','waiting',0,10.0,0,NULL,NULL,NULL,NULL);
CREATE TABLE heartbeats (
    worker TEXT PRIMARY KEY,
    pid INTEGER NOT NULL,
    started REAL NOT NULL,
    beat REAL NOT NULL,
    status TEXT NOT NULL,
    detail TEXT
);
INSERT INTO "heartbeats" VALUES('daemon',1,1.0,12.0,'ok',NULL);
CREATE TABLE intents (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    run_id TEXT,
    detail TEXT NOT NULL DEFAULT '{}',
    asked REAL NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('asked','accepted','done','refused')),
    answered REAL,
    answer TEXT
);
INSERT INTO "intents" VALUES(1,'stop_run','260101-090000-abcd','{}',11.0,'asked',NULL,NULL);
CREATE TABLE log_excerpts (
    run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    taken REAL NOT NULL,
    first_line INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (run_id, attempt)
);
INSERT INTO "log_excerpts" VALUES('260101-090000-abcd',1,10.0,1,'step 1
ValueError: 学習率');
CREATE TABLE log_files (
    id INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    path TEXT NOT NULL,
    file_id TEXT,
    offset INTEGER NOT NULL DEFAULT 0,
    lines INTEGER NOT NULL DEFAULT 0,
    partial BLOB NOT NULL DEFAULT x'',
    last_line TEXT,
    last_output REAL,
    UNIQUE (run_id, attempt, path)
);
INSERT INTO "log_files" VALUES(1,'260101-090000-abcd',1,'/runs/260101-090000-abcd/attempt-1/log','1:2',40,2,X'','x',9.0);
CREATE TABLE projects (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    root TEXT NOT NULL UNIQUE,
    created REAL NOT NULL
);
INSERT INTO "projects" VALUES(1,'vision','/home/me/vision',1795000000.0);
CREATE TABLE run_events (
    id INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    time REAL NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '{}',
    UNIQUE (run_id, attempt, kind, time)
);
INSERT INTO "run_events" VALUES(1,'260101-090000-abcd',1,1795000000.0,'created','{}');
CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    project_id INTEGER NOT NULL REFERENCES projects(id),
    engine TEXT NOT NULL,
    host TEXT NOT NULL,
    directory TEXT NOT NULL,
    created REAL NOT NULL,
    argv TEXT NOT NULL,
    command TEXT NOT NULL,
    cwd TEXT NOT NULL,
    python TEXT,
    params TEXT NOT NULL DEFAULT '{}',
    git TEXT,
    environment TEXT NOT NULL DEFAULT '{}',
    tags TEXT NOT NULL DEFAULT '[]',
    hypothesis TEXT,
    if_success TEXT,
    if_failure TEXT,
    parent TEXT,
    attempt INTEGER NOT NULL DEFAULT 1,
    state TEXT NOT NULL CHECK (state IN ('queued','running','finished','failed','stopped','killed','lost')),
    health TEXT NOT NULL DEFAULT '[]',
    certainty TEXT NOT NULL CHECK (certainty IN ('recorded','inferred')),
    cause TEXT,
    evidence TEXT NOT NULL DEFAULT '[]',
    exit_code INTEGER,
    signal TEXT,
    pid INTEGER,
    started REAL,
    ended REAL,
    seconds REAL,
    updated REAL NOT NULL
);
INSERT INTO "runs" VALUES('260101-090000-abcd','old-run',1,'local','lab','/runs/260101-090000-abcd',1795000000.0,'["python", "train.py", "--lr", "3e-4"]','python train.py --lr 3e-4','/home/me/vision',NULL,'{"lr": "3e-4"}',NULL,'{}','["old"]','旧い実行',NULL,NULL,NULL,1,'failed','[]','recorded','ValueError: 学習率 (train.py:3)','["exit record: exit code 0"]',1,NULL,42,1795000001.0,1795000101.0,100.0,1795000102.0);
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX runs_by_created ON runs (created DESC);
CREATE INDEX runs_by_state ON runs (state, created DESC);
CREATE INDEX runs_by_project ON runs (project_id, created DESC);
CREATE INDEX runs_by_name ON runs (name, created DESC);
CREATE INDEX runs_by_ended ON runs (ended DESC);
CREATE UNIQUE INDEX alerts_once ON alerts (run_id, attempt, kind) WHERE run_id IS NOT NULL;
CREATE INDEX alerts_by_raised ON alerts (raised DESC);
CREATE INDEX deliveries_due ON deliveries (state, next_try);
CREATE INDEX intents_open ON intents (state) WHERE state IN ('asked','accepted');
COMMIT;
