"""The schema of the journal, one small step a function; applied by sqlite-utils, which remembers the steps.

``PRAGMA user_version`` repeats the number of the last step, so that opening a journal that is up to date
needs neither sqlite-utils nor a write.
"""

import sqlite3
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database, Migrations

VERSION = 3

_V1 = """
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

_V2 = """
ALTER TABLE runs ADD COLUMN hint TEXT;
ALTER TABLE log_files ADD COLUMN parser TEXT;
CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    run_id TEXT REFERENCES runs(id) ON DELETE CASCADE,
    subject TEXT NOT NULL DEFAULT '',
    name TEXT NOT NULL,
    source TEXT NOT NULL,
    unit TEXT NOT NULL,
    count INTEGER NOT NULL DEFAULT 0,
    nans INTEGER NOT NULL DEFAULT 0,
    pos_infs INTEGER NOT NULL DEFAULT 0,
    neg_infs INTEGER NOT NULL DEFAULT 0,
    low REAL,
    high REAL,
    last REAL,
    last_leg INTEGER,
    last_step REAL,
    last_time REAL,
    first_time REAL,
    leg_step REAL,
    monotone INTEGER NOT NULL DEFAULT 1,
    chunks INTEGER NOT NULL DEFAULT 0,
    tail_points INTEGER NOT NULL DEFAULT 0,
    tail_rows INTEGER NOT NULL DEFAULT 0,
    UNIQUE (run_id, subject, name, source)
);
CREATE UNIQUE INDEX series_of_no_run ON series (subject, name, source) WHERE run_id IS NULL;
CREATE TABLE series_legs (
    series_id INTEGER NOT NULL REFERENCES series(id) ON DELETE CASCADE,
    leg INTEGER NOT NULL,
    first_step REAL NOT NULL,
    PRIMARY KEY (series_id, leg)
) WITHOUT ROWID;
CREATE TABLE series_tail (
    id INTEGER PRIMARY KEY,
    series_id INTEGER NOT NULL REFERENCES series(id) ON DELETE CASCADE,
    leg INTEGER NOT NULL,
    points BLOB NOT NULL
);
CREATE INDEX series_tail_by_series ON series_tail (series_id);
CREATE TABLE series_chunks (
    series_id INTEGER NOT NULL REFERENCES series(id) ON DELETE CASCADE,
    n INTEGER NOT NULL,
    count INTEGER NOT NULL,
    legs TEXT NOT NULL,
    step_low REAL NOT NULL,
    step_high REAL NOT NULL,
    time_low REAL NOT NULL,
    time_high REAL NOT NULL,
    summary BLOB NOT NULL,
    points BLOB NOT NULL,
    PRIMARY KEY (series_id, n)
);
CREATE TABLE series_spans (
    series_id INTEGER NOT NULL REFERENCES series(id) ON DELETE CASCADE,
    n INTEGER NOT NULL,
    step_low REAL NOT NULL,
    step_high REAL NOT NULL,
    time_low REAL NOT NULL,
    time_high REAL NOT NULL,
    summary BLOB NOT NULL,
    PRIMARY KEY (series_id, n)
);
CREATE TABLE progress (
    run_id TEXT PRIMARY KEY REFERENCES runs(id) ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    done REAL,
    total REAL,
    unit TEXT,
    levels TEXT NOT NULL DEFAULT '[]',
    phase TEXT,
    steps_per_epoch REAL,
    updated REAL NOT NULL,
    eta_at REAL,
    eta_low REAL,
    eta_high REAL,
    eta_source TEXT,
    main TEXT
) WITHOUT ROWID;
CREATE TABLE progress_marks (
    id INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    time REAL NOT NULL,
    done REAL NOT NULL,
    phase TEXT
);
CREATE INDEX progress_marks_by_run ON progress_marks (run_id, attempt, time);
CREATE TABLE eta_predictions (
    run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    percent INTEGER NOT NULL,
    time REAL NOT NULL,
    remaining REAL NOT NULL,
    PRIMARY KEY (run_id, attempt, percent)
) WITHOUT ROWID;
CREATE TABLE metric_choices (
    project_id INTEGER NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    direction TEXT,
    shown INTEGER,
    changed REAL,
    PRIMARY KEY (project_id, key)
) WITHOUT ROWID;
"""

_V3 = """
CREATE TABLE readings (
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    host TEXT NOT NULL,
    as_of REAL NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (kind, subject)
) WITHOUT ROWID;
CREATE TABLE samples (
    id INTEGER PRIMARY KEY,
    time REAL NOT NULL,
    points TEXT NOT NULL
);
CREATE TABLE machine_events (
    id INTEGER PRIMARY KEY,
    host TEXT NOT NULL,
    subject TEXT NOT NULL,
    time REAL NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '{}',
    UNIQUE (host, subject, time, kind)
);
CREATE INDEX machine_events_by_time ON machine_events (time DESC);
"""


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the journal behind ``connection`` to the newest schema, in one transaction.

    Two processes may do this at once: the second waits for the first and then finds nothing to do.
    """
    database_class, migrations_class = _load_sqlite_utils()
    steps = migrations_class("journal")

    @steps(name="v1_spine")
    def v1_spine(db: "Database") -> None:
        _run_statements(db, _V1)

    @steps(name="v2_series")
    def v2_series(db: "Database") -> None:
        _run_statements(db, _V2)

    @steps(name="v3_machine")
    def v3_machine(db: "Database") -> None:
        _run_statements(db, _V3)

    connection.execute("BEGIN IMMEDIATE")
    try:
        if connection.execute("PRAGMA user_version").fetchone()[0] < VERSION:
            steps.apply(database_class(connection))
            connection.execute(f"PRAGMA user_version={VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _run_statements(db: "Database", script: str) -> None:
    for statement in script.split(";"):
        if statement.strip():
            db.conn.execute(statement)


def _load_sqlite_utils() -> "tuple[type[Database], type[Migrations]]":
    """Import sqlite-utils without the pandas and numpy it would pull in (104 MB → 35 MB in the daemon)."""
    hidden = [name for name in ("pandas", "numpy") if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        from sqlite_utils import Database, Migrations
    finally:
        for name in hidden:
            del sys.modules[name]
    return Database, Migrations
