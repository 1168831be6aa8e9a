"""The week: what runs took of GPUs, when the machine was watched, conclusions, and the review that closes a week."""

STATEMENTS = """
ALTER TABLE runs ADD COLUMN conclusion TEXT;
ALTER TABLE runs ADD COLUMN concluded REAL;
CREATE INDEX runs_by_started ON runs (started, ended);
CREATE INDEX attempts_by_started ON attempts (started, ended);
CREATE INDEX attempts_by_ended ON attempts (ended, started);
DROP INDEX runs_by_ended;
CREATE INDEX runs_by_ended ON runs (ended DESC, started);
CREATE INDEX runs_by_project_ended ON runs (project_id, ended, id);
CREATE INDEX sessions_by_ended ON sessions (ended, begun);
CREATE INDEX entry_versions_by_saved ON entry_versions (saved);
CREATE INDEX plan_versions_by_saved ON plan_versions (saved);
CREATE INDEX review_marks_by_changed ON review_marks (changed);
CREATE INDEX resumes_by_written ON resumes (written);
CREATE INDEX intents_by_asked ON intents (asked);
CREATE INDEX advice_by_answered ON advice (answered) WHERE answered IS NOT NULL;
CREATE INDEX alerts_by_acknowledged ON alerts (acknowledged) WHERE acknowledged IS NOT NULL;
CREATE INDEX commits_by_reviewed ON commits (reviewed) WHERE reviewed IS NOT NULL;
CREATE INDEX paper_passes_by_finished ON paper_passes (finished);
CREATE INDEX papers_by_title ON papers (lower(title));
CREATE TABLE gpu_use (
    quarter INTEGER NOT NULL,
    run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    gpu TEXT NOT NULL,
    held REAL NOT NULL,
    idle REAL NOT NULL,
    until REAL NOT NULL,
    PRIMARY KEY (quarter, run_id, gpu)
) WITHOUT ROWID;
CREATE INDEX gpu_use_by_run ON gpu_use (run_id);
CREATE TABLE watched_spans (
    begun REAL PRIMARY KEY,
    until REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE week_reviews (
    week TEXT PRIMARY KEY,
    week_start TEXT NOT NULL CHECK (week_start IN ('mon','sun','sat')),
    zone TEXT NOT NULL,
    begun REAL NOT NULL,
    step TEXT NOT NULL,
    answers TEXT NOT NULL DEFAULT '{}',
    changed REAL NOT NULL,
    closed REAL,
    figures TEXT
) WITHOUT ROWID;
CREATE TABLE week_notes (
    id INTEGER PRIMARY KEY,
    week TEXT NOT NULL,
    written REAL NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX week_notes_by_week ON week_notes (week);
CREATE TABLE goals (
    id INTEGER PRIMARY KEY,
    week TEXT NOT NULL,
    place INTEGER NOT NULL,
    text TEXT NOT NULL,
    project_id INTEGER REFERENCES projects(id),
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open','reached','missed','dropped')),
    created REAL NOT NULL,
    changed REAL NOT NULL,
    ended REAL
);
CREATE INDEX goals_by_week ON goals (week, place);
CREATE TABLE goal_links (
    goal_id INTEGER NOT NULL REFERENCES goals(id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('task','paper','run')),
    ref TEXT NOT NULL,
    PRIMARY KEY (goal_id, kind, ref)
) WITHOUT ROWID;
CREATE TABLE planned_runs (
    id INTEGER PRIMARY KEY,
    week TEXT NOT NULL,
    project_id INTEGER REFERENCES projects(id),
    text TEXT NOT NULL,
    count INTEGER NOT NULL DEFAULT 1 CHECK (count BETWEEN 1 AND 1000),
    hours REAL,
    gpus INTEGER,
    created REAL NOT NULL
);
CREATE INDEX planned_runs_by_week ON planned_runs (week)
"""
