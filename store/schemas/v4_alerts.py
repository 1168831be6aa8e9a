"""What alerts tell again, together or not at all: their facts, held deliveries and the log of these, rules, choices.

``deliveries`` is made anew, since SQLite cannot change a CHECK; what was sent before is entered in the log, so that
it counts against the month's budget.
"""

STATEMENTS = """
ALTER TABLE runs ADD COLUMN flags TEXT NOT NULL DEFAULT '[]';
ALTER TABLE alerts ADD COLUMN subject TEXT NOT NULL DEFAULT '';
ALTER TABLE alerts ADD COLUMN facts TEXT NOT NULL DEFAULT '{}';
ALTER TABLE alerts ADD COLUMN count INTEGER NOT NULL DEFAULT 1;
ALTER TABLE alerts ADD COLUMN latest REAL;
ALTER TABLE alerts ADD COLUMN cleared REAL;
ALTER TABLE alerts ADD COLUMN merged_into INTEGER REFERENCES alerts(id) ON DELETE SET NULL;
ALTER TABLE alerts ADD COLUMN snoozed_until REAL;
DROP INDEX alerts_once;
CREATE INDEX alerts_by_run ON alerts (run_id);
CREATE INDEX alerts_by_subject ON alerts (kind, subject);
CREATE INDEX alerts_merged ON alerts (merged_into) WHERE merged_into IS NOT NULL;
CREATE TABLE new_deliveries (
    id INTEGER PRIMARY KEY,
    alert_id INTEGER NOT NULL REFERENCES alerts(id) ON DELETE CASCADE,
    channel TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('held','waiting','sending','sent','refused','digested','suppressed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    next_try REAL NOT NULL,
    unsure INTEGER NOT NULL DEFAULT 0,
    claimed_until REAL,
    sent REAL,
    receipt TEXT,
    error TEXT,
    why TEXT,
    digest_id INTEGER REFERENCES alerts(id) ON DELETE SET NULL,
    queued REAL,
    UNIQUE (alert_id, channel)
);
INSERT INTO new_deliveries (id, alert_id, channel, state, attempts, next_try, unsure, claimed_until, sent, receipt,
    error, queued)
    SELECT d.id, d.alert_id, d.channel, d.state, d.attempts, d.next_try, d.unsure, d.claimed_until, d.sent, d.receipt,
    d.error, a.raised FROM deliveries d JOIN alerts a ON a.id = d.alert_id;
DROP TABLE deliveries;
ALTER TABLE new_deliveries RENAME TO deliveries;
CREATE INDEX deliveries_due ON deliveries (state, next_try);
CREATE INDEX deliveries_by_digest ON deliveries (digest_id) WHERE digest_id IS NOT NULL;
CREATE TABLE delivery_log (
    id INTEGER PRIMARY KEY,
    time REAL NOT NULL,
    alert_id INTEGER REFERENCES alerts(id) ON DELETE CASCADE,
    channel TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('held','sent','retried','refused','suppressed','digested')),
    reason TEXT
);
CREATE INDEX delivery_log_by_time ON delivery_log (time DESC);
CREATE INDEX delivery_log_by_channel ON delivery_log (channel, outcome, time);
CREATE INDEX delivery_log_by_alert ON delivery_log (alert_id);
INSERT INTO delivery_log (time, alert_id, channel, outcome)
    SELECT sent, alert_id, channel, 'sent' FROM deliveries WHERE state = 'sent' AND sent IS NOT NULL ORDER BY sent, id;
CREATE TABLE rule_states (
    rule TEXT NOT NULL,
    subject TEXT NOT NULL,
    occasion TEXT NOT NULL,
    data TEXT NOT NULL,
    changed REAL NOT NULL,
    PRIMARY KEY (rule, subject, occasion)
) WITHOUT ROWID;
CREATE TABLE mutes (
    run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    rule TEXT NOT NULL,
    muted REAL NOT NULL,
    PRIMARY KEY (run_id, rule)
) WITHOUT ROWID;
CREATE TABLE preferences (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    changed REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE thresholds (
    id INTEGER PRIMARY KEY,
    project_id INTEGER REFERENCES projects(id) ON DELETE CASCADE,
    run_id TEXT REFERENCES runs(id) ON DELETE CASCADE,
    expression TEXT NOT NULL,
    severity TEXT NOT NULL DEFAULT 'now' CHECK (severity IN ('now','soon','digest')),
    created REAL NOT NULL,
    removed REAL,
    CHECK ((project_id IS NULL) <> (run_id IS NULL))
);
CREATE INDEX thresholds_by_run ON thresholds (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX thresholds_by_project ON thresholds (project_id) WHERE project_id IS NOT NULL;
"""
