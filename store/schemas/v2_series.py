"""Series of points, progress, predictions, and what was chosen for metrics."""

STATEMENTS = """
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
