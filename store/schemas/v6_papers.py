"""Papers: what was found on arXiv or added by hand, what became of each, and how the searches for them went."""

STATEMENTS = """
CREATE TABLE papers (
    id INTEGER PRIMARY KEY,
    ref TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL CHECK (source IN ('arxiv','web','bibtex')),
    title TEXT NOT NULL,
    authors TEXT NOT NULL DEFAULT '[]',
    abstract TEXT NOT NULL DEFAULT '',
    categories TEXT NOT NULL DEFAULT '[]',
    comment TEXT,
    journal TEXT,
    doi TEXT,
    url TEXT,
    pdf_url TEXT,
    published REAL,
    updated REAL,
    version INTEGER,
    seen_version INTEGER,
    withdrawn INTEGER NOT NULL DEFAULT 0,
    fields TEXT NOT NULL DEFAULT '{}',
    state TEXT NOT NULL DEFAULT 'inbox'
        CHECK (state IN ('inbox','later','queue','reading','read','dropped')),
    until REAL,
    priority INTEGER NOT NULL DEFAULT 0 CHECK (priority BETWEEN -1 AND 2),
    place REAL NOT NULL DEFAULT 0,
    tags TEXT NOT NULL DEFAULT '[]',
    lesson TEXT NOT NULL DEFAULT '',
    page INTEGER,
    pages INTEGER,
    card TEXT,
    due REAL,
    citekey TEXT,
    score REAL NOT NULL DEFAULT 0,
    why TEXT NOT NULL DEFAULT '[]',
    added REAL NOT NULL,
    changed REAL NOT NULL,
    ended REAL,
    revision INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX papers_by_score ON papers (state, score DESC, added DESC);
CREATE INDEX papers_by_place ON papers (state, priority DESC, place);
CREATE INDEX papers_by_added ON papers (state, added DESC);
CREATE INDEX papers_tagged ON papers (id) WHERE tags != '[]';
CREATE INDEX papers_by_until ON papers (until) WHERE until IS NOT NULL;
CREATE INDEX papers_by_due ON papers (due) WHERE due IS NOT NULL;
CREATE INDEX papers_by_ended ON papers (state, ended DESC);
CREATE INDEX papers_by_doi ON papers (doi) WHERE doi IS NOT NULL;
CREATE INDEX papers_incomplete ON papers (added) WHERE source = 'arxiv' AND version IS NULL;
CREATE INDEX papers_by_url ON papers (url) WHERE url IS NOT NULL;
CREATE UNIQUE INDEX papers_by_citekey ON papers (citekey) WHERE citekey IS NOT NULL;
CREATE INDEX documents_in_brief ON documents (id, kind, project_id, time);
CREATE INDEX sessions_by_paper ON sessions (paper) WHERE paper IS NOT NULL;
CREATE TABLE paper_events (
    id INTEGER PRIMARY KEY,
    paper_id INTEGER NOT NULL REFERENCES papers(id) ON DELETE CASCADE,
    time REAL NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '{}',
    undone REAL
);
CREATE INDEX paper_events_by_paper ON paper_events (paper_id, id);
CREATE INDEX paper_events_by_time ON paper_events (time);
CREATE INDEX paper_events_by_undone ON paper_events (undone) WHERE undone IS NOT NULL;
CREATE INDEX paper_events_by_kind ON paper_events (kind, id);
CREATE TABLE paper_passes (
    paper_id INTEGER NOT NULL REFERENCES papers(id) ON DELETE CASCADE,
    number INTEGER NOT NULL CHECK (number BETWEEN 1 AND 3),
    finished REAL NOT NULL,
    seconds REAL,
    PRIMARY KEY (paper_id, number)
) WITHOUT ROWID;
CREATE TABLE paper_searches (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    query TEXT NOT NULL,
    form TEXT,
    created REAL NOT NULL,
    changed REAL NOT NULL,
    paused REAL,
    removed REAL,
    floor REAL
);
CREATE TABLE paper_finds (
    paper_id INTEGER NOT NULL REFERENCES papers(id) ON DELETE CASCADE,
    search_id INTEGER NOT NULL REFERENCES paper_searches(id) ON DELETE CASCADE,
    found REAL NOT NULL,
    PRIMARY KEY (paper_id, search_id)
) WITHOUT ROWID;
CREATE INDEX paper_finds_by_search ON paper_finds (search_id, found);
CREATE TABLE paper_pulls (
    id INTEGER PRIMARY KEY,
    search_id INTEGER NOT NULL REFERENCES paper_searches(id) ON DELETE CASCADE,
    began REAL NOT NULL,
    ended REAL NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('ok','nothing_new','degraded','failed')),
    reason TEXT NOT NULL DEFAULT '',
    new INTEGER NOT NULL DEFAULT 0,
    updated INTEGER NOT NULL DEFAULT 0,
    until REAL
);
CREATE INDEX paper_pulls_by_search ON paper_pulls (search_id, id);
CREATE TABLE paper_gate (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    next_allowed REAL NOT NULL DEFAULT 0,
    refusals INTEGER NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT ''
);
INSERT INTO paper_gate (id) VALUES (1);
CREATE TABLE paper_files (
    paper_id INTEGER PRIMARY KEY REFERENCES papers(id) ON DELETE CASCADE,
    version INTEGER,
    state TEXT NOT NULL CHECK (state IN ('wanted','ready','failed')),
    size INTEGER,
    digest TEXT,
    error TEXT NOT NULL DEFAULT '',
    tries INTEGER NOT NULL DEFAULT 0,
    due REAL,
    asked REAL NOT NULL,
    fetched REAL
);
CREATE INDEX paper_files_wanted ON paper_files (due) WHERE state = 'wanted'
"""
