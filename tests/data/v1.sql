-- A journal of schema 1 as Machiai 0.1.0 left it: three runs of one project, one of them crashed with its
-- attempt, events, log cursor, excerpt and alert; a stop that was asked, and the daemon's heartbeat.
-- Made by filling a new journal through the functions of store/ and writing out sqlite3's
-- Connection.iterdump() and PRAGMA user_version. Never change it: it stands for journals out there.
BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'journal','v1_spine','2026-11-21 04:45:36.691420+00:00');
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
INSERT INTO "alerts" VALUES(1,'270115-080010-bbbb',1,'failed','now',1800000020.0,1800000021.0,'✖ crashed','ValueError: bad batch',NULL,'machiai-57b735931bbef77502dff7075fe17fe1',NULL);
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
INSERT INTO "attempts" VALUES('270115-080010-bbbb',1,'lab1','b00t',4242,99,4241,98,1800000011.0,1800000020.0,'failed',1,NULL,1800000015.0);
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
INSERT INTO "deliveries" VALUES(1,1,'pushbullet','waiting',0,1800000021.0,0,NULL,NULL,NULL,NULL);
CREATE TABLE heartbeats (
    worker TEXT PRIMARY KEY,
    pid INTEGER NOT NULL,
    started REAL NOT NULL,
    beat REAL NOT NULL,
    status TEXT NOT NULL,
    detail TEXT
);
INSERT INTO "heartbeats" VALUES('daemon',77,1800000000.0,1800000090.0,'ok',NULL);
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
INSERT INTO "intents" VALUES(1,'stop_run','270115-080030-cccc','{}',1800000060.0,'asked',NULL,NULL);
CREATE TABLE log_excerpts (
    run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    taken REAL NOT NULL,
    first_line INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (run_id, attempt)
);
INSERT INTO "log_excerpts" VALUES('270115-080010-bbbb',1,1800000021.0,1,'epoch 1
Traceback (most recent call last):
ValueError: bad batch');
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
INSERT INTO "log_files" VALUES(1,'270115-080010-bbbb',1,'/home/ada/.machiai/runs/270115-080010-bbbb/attempt-1/log','8:1',120,4,X'','ValueError: bad batch',1800000020.0);
CREATE TABLE projects (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    root TEXT NOT NULL UNIQUE,
    created REAL NOT NULL
);
INSERT INTO "projects" VALUES(1,'cifar','/home/ada/cifar',1800000000.0);
CREATE TABLE run_events (
    id INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    time REAL NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '{}',
    UNIQUE (run_id, attempt, kind, time)
);
INSERT INTO "run_events" VALUES(1,'270115-080000-aaaa',1,1800000000.0,'created','{}');
INSERT INTO "run_events" VALUES(2,'270115-080010-bbbb',1,1800000010.0,'created','{}');
INSERT INTO "run_events" VALUES(3,'270115-080010-bbbb',1,1800000011.0,'started','{}');
INSERT INTO "run_events" VALUES(4,'270115-080010-bbbb',1,1800000020.0,'ended','{"state": "failed"}');
INSERT INTO "run_events" VALUES(5,'270115-080030-cccc',1,1800000030.0,'created','{}');
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
INSERT INTO "runs" VALUES('270115-080000-aaaa','baseline',1,'local','lab1','/home/ada/.machiai/runs/270115-080000-aaaa',1800000000.0,'["python", "train.py"]','python train.py','/home/ada/cifar',NULL,'{}',NULL,'{}','[]',NULL,NULL,NULL,NULL,1,'finished','[]','recorded',NULL,'[]',0,NULL,NULL,1800000001.0,1800000050.0,49.0,1800000100.0);
INSERT INTO "runs" VALUES('270115-080010-bbbb','拡張',1,'local','lab1','/home/ada/.machiai/runs/270115-080010-bbbb',1800000010.0,'["python", "train.py"]','python train.py','/home/ada/cifar',NULL,'{"lr": "3e-4"}','{"commit": "c0ffee"}','{}','["aug"]',NULL,NULL,'halve the batch',NULL,1,'failed','[]','recorded','ValueError: bad batch (train.py:5)','["exit record: exit code 1"]',1,NULL,4242,1800000011.0,1800000020.0,9.0,1800000100.0);
INSERT INTO "runs" VALUES('270115-080030-cccc','sweep',1,'local','lab1','/home/ada/.machiai/runs/270115-080030-cccc',1800000030.0,'["python", "train.py"]','python train.py','/home/ada/cifar',NULL,'{}',NULL,'{}','[]',NULL,NULL,NULL,NULL,1,'running','[]','recorded',NULL,'[]',NULL,NULL,4300,1800000031.0,NULL,NULL,1800000100.0);
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
PRAGMA user_version=1;
