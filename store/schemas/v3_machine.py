"""Readings, history and events of machines."""

STATEMENTS = """
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
