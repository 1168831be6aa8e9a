"""Runs, their events and logs, alerts and their deliveries, intents, heartbeats."""

STATEMENTS = """
CREATE TABLE projects (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    root TEXT NOT NULL UNIQUE,
    created REAL NOT NULL
);
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
CREATE INDEX runs_by_created ON runs (created DESC);
CREATE INDEX runs_by_state ON runs (state, created DESC);
CREATE INDEX runs_by_project ON runs (project_id, created DESC);
CREATE INDEX runs_by_name ON runs (name, created DESC);
CREATE INDEX runs_by_ended ON runs (ended DESC);
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
CREATE TABLE run_events (
    id INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    time REAL NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '{}',
    UNIQUE (run_id, attempt, kind, time)
);
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
CREATE TABLE log_excerpts (
    run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    taken REAL NOT NULL,
    first_line INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (run_id, attempt)
);
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
CREATE UNIQUE INDEX alerts_once ON alerts (run_id, attempt, kind) WHERE run_id IS NOT NULL;
CREATE INDEX alerts_by_raised ON alerts (raised DESC);
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
CREATE INDEX deliveries_due ON deliveries (state, next_try);
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
CREATE INDEX intents_open ON intents (state) WHERE state IN ('asked','accepted');
CREATE TABLE heartbeats (
    worker TEXT PRIMARY KEY,
    pid INTEGER NOT NULL,
    started REAL NOT NULL,
    beat REAL NOT NULL,
    status TEXT NOT NULL,
    detail TEXT
);
"""
