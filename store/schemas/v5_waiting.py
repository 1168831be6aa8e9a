"""What the researcher does while trainings run: tasks, plans, sessions, entries, commits, advice; and the search."""

STATEMENTS = """
ALTER TABLE projects ADD COLUMN archived REAL;
ALTER TABLE projects ADD COLUMN doing_limit INTEGER;
ALTER TABLE runs ADD COLUMN expected TEXT;
ALTER TABLE runs ADD COLUMN plan_changed REAL;
ALTER TABLE runs ADD COLUMN plan_late INTEGER NOT NULL DEFAULT 0;
CREATE TABLE plan_versions (
    id INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    saved REAL NOT NULL,
    hypothesis TEXT,
    expected TEXT,
    if_success TEXT,
    if_failure TEXT,
    late INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX plan_versions_by_run ON plan_versions (run_id, id);
CREATE TABLE tasks (
    id INTEGER PRIMARY KEY,
    project_id INTEGER REFERENCES projects(id),
    title TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('experiment','code','refactor','review','plan','read','write','chore')),
    state TEXT NOT NULL DEFAULT 'todo' CHECK (state IN ('todo','doing','blocked','done','dropped')),
    estimate REAL,
    priority INTEGER NOT NULL DEFAULT 0 CHECK (priority BETWEEN -1 AND 2),
    notes TEXT NOT NULL DEFAULT '',
    place REAL NOT NULL,
    blocked_run TEXT REFERENCES runs(id) ON DELETE SET NULL,
    blocked_text TEXT,
    blocked_until REAL,
    blocked_was TEXT CHECK (blocked_was IN ('todo','doing')),
    woken REAL,
    woken_by TEXT,
    created REAL NOT NULL,
    changed REAL NOT NULL,
    ended REAL,
    origin TEXT,
    revision INTEGER NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX tasks_by_origin ON tasks (origin) WHERE origin IS NOT NULL;
CREATE INDEX tasks_by_woken ON tasks (woken) WHERE woken IS NOT NULL;
CREATE INDEX tasks_by_ended ON tasks (ended) WHERE ended IS NOT NULL;
CREATE INDEX tasks_by_place ON tasks (place);
CREATE INDEX tasks_by_state ON tasks (state, project_id, place);
CREATE INDEX tasks_by_run ON tasks (blocked_run) WHERE blocked_run IS NOT NULL;
CREATE INDEX tasks_by_date ON tasks (blocked_until) WHERE blocked_until IS NOT NULL;
CREATE TABLE task_events (
    id INTEGER PRIMARY KEY,
    task_id INTEGER NOT NULL REFERENCES tasks(id) ON DELETE CASCADE,
    time REAL NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX task_events_by_task ON task_events (task_id, id);
CREATE INDEX task_events_by_time ON task_events (time);
CREATE TABLE links (
    from_kind TEXT NOT NULL CHECK (from_kind IN ('task','entry','session')),
    from_id TEXT NOT NULL,
    to_kind TEXT NOT NULL CHECK (to_kind IN ('run','project','paper','entry','commit','task')),
    to_id TEXT NOT NULL,
    step REAL,
    created REAL NOT NULL,
    PRIMARY KEY (from_kind, from_id, to_kind, to_id)
) WITHOUT ROWID;
CREATE INDEX links_to ON links (to_kind, to_id);
CREATE TABLE sessions (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('read','refactor','review','plan','task','other','mail','break')),
    project_id INTEGER REFERENCES projects(id),
    task_id INTEGER REFERENCES tasks(id) ON DELETE SET NULL,
    run_id TEXT REFERENCES runs(id) ON DELETE SET NULL,
    paper TEXT,
    begun REAL NOT NULL,
    planned REAL,
    ended REAL,
    slept REAL NOT NULL DEFAULT 0,
    seen REAL NOT NULL,
    ended_by TEXT,
    outcome TEXT,
    advice_id INTEGER,
    corrected REAL
);
CREATE INDEX sessions_by_begun ON sessions (begun);
CREATE UNIQUE INDEX sessions_open ON sessions ((ended IS NULL)) WHERE ended IS NULL;
CREATE TABLE resumes (
    id INTEGER PRIMARY KEY,
    project_id INTEGER REFERENCES projects(id),
    session_id INTEGER REFERENCES sessions(id) ON DELETE SET NULL,
    written REAL NOT NULL,
    place TEXT NOT NULL DEFAULT '',
    next_step TEXT NOT NULL DEFAULT '',
    question TEXT NOT NULL DEFAULT '',
    facts TEXT NOT NULL DEFAULT '{}',
    closed REAL
);
CREATE INDEX resumes_by_project ON resumes (project_id, written);
CREATE TABLE advice (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    project_id INTEGER,
    offered REAL NOT NULL,
    minutes REAL,
    reason TEXT NOT NULL DEFAULT '{}',
    outcome TEXT CHECK (outcome IN ('accepted','skipped','finished')),
    answered REAL,
    session_id INTEGER REFERENCES sessions(id) ON DELETE SET NULL
);
CREATE INDEX advice_by_time ON advice (offered);
CREATE TABLE entries (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('note','study','refactor','review','plan','idea')),
    title TEXT NOT NULL DEFAULT '',
    body TEXT NOT NULL,
    project_id INTEGER REFERENCES projects(id),
    facts TEXT NOT NULL DEFAULT '{}',
    created REAL NOT NULL,
    changed REAL NOT NULL,
    removed REAL,
    revision INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX entries_by_created ON entries (created);
CREATE INDEX entries_by_project ON entries (project_id, created);
CREATE TABLE entry_versions (
    id INTEGER PRIMARY KEY,
    entry_id INTEGER NOT NULL REFERENCES entries(id) ON DELETE CASCADE,
    revision INTEGER NOT NULL,
    saved REAL NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    facts TEXT NOT NULL DEFAULT '{}',
    UNIQUE (entry_id, revision)
);
CREATE TABLE attachments (
    id INTEGER PRIMARY KEY,
    entry_id INTEGER NOT NULL REFERENCES entries(id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    digest TEXT NOT NULL,
    marks TEXT NOT NULL DEFAULT '[]',
    added REAL NOT NULL,
    removed REAL
);
CREATE INDEX attachments_by_entry ON attachments (entry_id);
CREATE TABLE repositories (
    path TEXT PRIMARY KEY,
    project_id INTEGER NOT NULL REFERENCES projects(id),
    tips TEXT NOT NULL DEFAULT '{}',
    email TEXT,
    read REAL,
    error TEXT
) WITHOUT ROWID;
CREATE TABLE commits (
    repository TEXT NOT NULL,
    sha TEXT NOT NULL,
    project_id INTEGER NOT NULL REFERENCES projects(id),
    author TEXT NOT NULL,
    email TEXT NOT NULL,
    time REAL NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL DEFAULT '',
    parents INTEGER NOT NULL DEFAULT 1,
    added INTEGER NOT NULL DEFAULT 0,
    deleted INTEGER NOT NULL DEFAULT 0,
    files TEXT NOT NULL DEFAULT '[]',
    mine INTEGER NOT NULL DEFAULT 0,
    reviewed REAL,
    gone REAL,
    PRIMARY KEY (repository, sha)
) WITHOUT ROWID;
CREATE INDEX commits_by_time ON commits (time);
CREATE INDEX commits_by_project ON commits (project_id, time);
CREATE TABLE commit_patches (
    repository TEXT NOT NULL,
    sha TEXT NOT NULL,
    data BLOB NOT NULL,
    kept REAL NOT NULL,
    PRIMARY KEY (repository, sha)
) WITHOUT ROWID;
CREATE TABLE review_marks (
    repository TEXT NOT NULL,
    sha TEXT NOT NULL,
    hunk TEXT NOT NULL,
    ticked INTEGER NOT NULL DEFAULT 0,
    comment TEXT NOT NULL DEFAULT '',
    task_id INTEGER REFERENCES tasks(id) ON DELETE SET NULL,
    changed REAL NOT NULL,
    PRIMARY KEY (repository, sha, hunk)
) WITHOUT ROWID;
CREATE TABLE drifts (
    run_id TEXT PRIMARY KEY REFERENCES runs(id) ON DELETE CASCADE,
    as_of REAL NOT NULL,
    data TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    ref TEXT NOT NULL,
    project_id INTEGER,
    time REAL NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    mark TEXT NOT NULL DEFAULT '',
    UNIQUE (kind, ref)
);
CREATE INDEX documents_by_time ON documents (time);
CREATE INDEX runs_by_updated ON runs (updated);
CREATE INDEX runs_by_plan_changed ON runs (plan_changed) WHERE plan_changed IS NOT NULL;
CREATE VIRTUAL TABLE documents_fts USING fts5(title, text, tokenize='unicode61 remove_diacritics 2')
"""
