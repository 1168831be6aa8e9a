-- A journal of schema 6: that of v5.sql, and papers: in every state, one with a newer version, one withdrawn, one that
-- is no paper of arXiv; a search that is paused and its pull, a pass, a page reached, a PDF that is wanted.
-- Made by migrating v5.sql, filling it through the functions of store/ and writing out sqlite3's
-- Connection.iterdump() (the full-text index by its rows) and PRAGMA user_version. Never change it: it stands for journals out there.
BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'journal','v1_spine','2026-11-21 07:36:42.684922+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'journal','v2_series','2026-11-21 07:36:42.686040+00:00');
INSERT INTO "_sqlite_migrations" VALUES(3,'journal','v3_machine','2026-11-21 10:00:01.546745+00:00');
INSERT INTO "_sqlite_migrations" VALUES(4,'journal','v4_alerts','2026-11-21 14:25:51.316070+00:00');
INSERT INTO "_sqlite_migrations" VALUES(5,'journal','v5_waiting','2026-11-21 16:45:19.376575+00:00');
INSERT INTO "_sqlite_migrations" VALUES(6,'journal','v6_papers','2026-11-21 20:47:19.090996+00:00');
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
, subject TEXT NOT NULL DEFAULT '', facts TEXT NOT NULL DEFAULT '{}', count INTEGER NOT NULL DEFAULT 1, latest REAL, cleared REAL, merged_into INTEGER REFERENCES alerts(id) ON DELETE SET NULL, snoozed_until REAL);
INSERT INTO "alerts" VALUES(1,'270115-080010-bbbb',1,'failed','now',1800000020.0,1800000021.0,'✖ crashed','ValueError: bad batch',NULL,'machiai-57b735931bbef77502dff7075fe17fe1',NULL,'','{}',1,NULL,NULL,NULL,NULL);
INSERT INTO "alerts" VALUES(2,'270115-080030-cccc',1,'diverged','now',1800001000.0,1800001001.0,'⚠ loss is NaN — sweep','',NULL,'machiai-0b9ff4847e31b5815ec4345e4b9d7263',NULL,'','{"how":"not_finite","metric":"loss","value":"nan","step":120,"points":3}',1,NULL,NULL,3,NULL);
INSERT INTO "alerts" VALUES(3,'270115-080030-cccc',1,'stalled','now',1800001030.0,1800001031.0,'⏸ stalled — sweep','',NULL,'machiai-155b1c70e4874df857e5683faa67927a',NULL,'','{"how":"silence","silence":900.0,"usual":12.0,"busy":"idle"}',1,NULL,NULL,NULL,NULL);
INSERT INTO "alerts" VALUES(4,NULL,NULL,'heat','soon',1800001060.0,1800001061.0,'🌡 GPU 0 is slowed down by heat','',NULL,'machiai-a4032d8eb86d9542bb3e6516b701cf52',NULL,'gpu:GPU-1','{"index":0,"temperature":91,"reason":"hot"}',2,1800001090.0,1800001120.0,NULL,NULL);
INSERT INTO "alerts" VALUES(5,NULL,NULL,'disk','soon',1800001070.0,1800001071.0,'💾 /data is full','',NULL,'machiai-dc3f2043e66b30a4bdda073ee8384d7d',NULL,'disk:lab1:/data','{"path":"/data","what":"full"}',1,NULL,NULL,NULL,1800008200.0);
INSERT INTO "alerts" VALUES(6,NULL,NULL,'digest','now',1800004600.0,1800004600.0,'1 thing since 09:00','GPU 0',NULL,'machiai-f2a2a63c77ddf8ec6f0d9514971901fe',NULL,'','{}',1,NULL,NULL,NULL,NULL);
INSERT INTO "alerts" VALUES(7,NULL,NULL,'gpu_free','soon',1800004601.0,1800004602.0,'GPU 1 is free','',NULL,'machiai-ce7fccc56f24d3877759f77cbd3453d5',NULL,'','{"indexes":[1],"waiting":["sweep-2"]}',1,NULL,NULL,NULL,NULL);
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
CREATE TABLE commit_patches (
    repository TEXT NOT NULL,
    sha TEXT NOT NULL,
    data BLOB NOT NULL,
    kept REAL NOT NULL,
    PRIMARY KEY (repository, sha)
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
CREATE TABLE "deliveries" (
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
INSERT INTO "deliveries" VALUES(1,1,'pushbullet','waiting',0,1800000021.0,0,NULL,NULL,NULL,NULL,NULL,NULL,1800000021.0);
INSERT INTO "deliveries" VALUES(2,2,'pushbullet','suppressed',0,1800001061.0,0,NULL,NULL,NULL,'told by “⏸ stalled — sweep”','follows',NULL,NULL);
INSERT INTO "deliveries" VALUES(3,3,'ntfy','sent',2,1800001050.0,1,NULL,1800001051.0,'receipt-1',NULL,NULL,NULL,1800001031.0);
INSERT INTO "deliveries" VALUES(4,3,'slack','suppressed',0,1800001031.0,0,NULL,NULL,NULL,'only what is urgent goes there','filter',NULL,NULL);
INSERT INTO "deliveries" VALUES(5,4,'pushbullet','digested',0,1800004600.0,0,NULL,NULL,NULL,NULL,'digest',6,NULL);
INSERT INTO "deliveries" VALUES(6,5,'pushbullet','held',0,1800004600.0,0,NULL,NULL,NULL,NULL,'digest',NULL,NULL);
INSERT INTO "deliveries" VALUES(7,5,'ntfy','refused',1,1800001071.0,0,NULL,NULL,NULL,'400: no such topic',NULL,NULL,1800001071.0);
INSERT INTO "deliveries" VALUES(8,6,'pushbullet','waiting',0,1800004600.0,0,NULL,NULL,NULL,NULL,NULL,NULL,1800004600.0);
INSERT INTO "deliveries" VALUES(9,7,'ntfy','sending',1,1800004602.0,0,1800004662.0,NULL,NULL,NULL,NULL,NULL,1800004602.0);
CREATE TABLE delivery_log (
    id INTEGER PRIMARY KEY,
    time REAL NOT NULL,
    alert_id INTEGER REFERENCES alerts(id) ON DELETE CASCADE,
    channel TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('held','sent','retried','refused','suppressed','digested')),
    reason TEXT
);
INSERT INTO "delivery_log" VALUES(1,1800001001.0,2,'pushbullet','held','grace');
INSERT INTO "delivery_log" VALUES(2,1800001031.0,3,'slack','suppressed','only what is urgent goes there');
INSERT INTO "delivery_log" VALUES(3,1800001040.0,2,'pushbullet','suppressed','told by “⏸ stalled — sweep”');
INSERT INTO "delivery_log" VALUES(4,1800001041.0,3,'ntfy','retried','503 from the server');
INSERT INTO "delivery_log" VALUES(5,1800001051.0,3,'ntfy','sent',NULL);
INSERT INTO "delivery_log" VALUES(6,1800001061.0,4,'pushbullet','held','digest');
INSERT INTO "delivery_log" VALUES(7,1800001071.0,5,'pushbullet','held','digest');
INSERT INTO "delivery_log" VALUES(8,1800001073.0,5,'ntfy','refused','400: no such topic');
INSERT INTO "delivery_log" VALUES(9,1800004600.0,4,'pushbullet','digested',NULL);
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
INSERT INTO "documents" VALUES(1,'task','1',2,1800005004.0,'学習率を半分にして再実行','warm-up も','');
INSERT INTO "documents" VALUES(2,'task','2',NULL,1800005005.0,'read Horizon','','');
INSERT INTO "documents" VALUES(3,'task','3',NULL,1800005003.0,'done thing','','');
INSERT INTO "documents" VALUES(4,'task','4',NULL,1800005007.0,'wait for words','査読の返事','');
INSERT INTO "documents" VALUES(5,'entry','1',2,1800005009.0,'一日目','損失は下がった。run:270115-080000-aaaa

$L = \sum x$','');
INSERT INTO "documents" VALUES(6,'entry','2',NULL,1800005010.0,'2027-01-15','## 18:23

バッチサイズを倍に
','');
INSERT INTO "documents" VALUES(7,'entry','3',NULL,1800005011.0,'old idea','old idea','');
INSERT INTO "documents" VALUES(8,'paper','2401.01234',NULL,1800100000.0,'Augmentation that waits','Jane Roe, 山田 花子
cs.LG cs.CV
拡張
We wait longer.
待つ価値がある


2401.01234','queue');
INSERT INTO "documents" VALUES(9,'paper','hep-th/9901001',NULL,1800100005.0,'Old one','






hep-th/9901001','dropped');
INSERT INTO "documents" VALUES(10,'paper','web-53db375c90',NULL,1800100007.0,'A blog post','






web-53db375c90','later');
INSERT INTO "documents" VALUES(11,'paper','2402.00002',NULL,1800100009.0,'Read already','






2402.00002','read');
CREATE TABLE drifts (
    run_id TEXT PRIMARY KEY REFERENCES runs(id) ON DELETE CASCADE,
    as_of REAL NOT NULL,
    data TEXT NOT NULL
) WITHOUT ROWID;
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
INSERT INTO "entries" VALUES(1,'note','一日目','損失は下がった。run:270115-080000-aaaa

$L = \sum x$',2,'{}',1800005009.0,1800005009.0,NULL,1);
INSERT INTO "entries" VALUES(2,'note','2027-01-15','## 18:23

バッチサイズを倍に
',NULL,'{"day": "2027-01-15"}',1800005010.0,1800005010.0,NULL,1);
INSERT INTO "entries" VALUES(3,'idea','','old idea',NULL,'{}',1800005011.0,1800005011.0,NULL,1);
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
CREATE TABLE eta_predictions (
    run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    percent INTEGER NOT NULL,
    time REAL NOT NULL,
    remaining REAL NOT NULL,
    PRIMARY KEY (run_id, attempt, percent)
) WITHOUT ROWID;
INSERT INTO "eta_predictions" VALUES('270115-080010-bbbb',1,30,1800000019.0,20.0);
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
CREATE TABLE links (
    from_kind TEXT NOT NULL CHECK (from_kind IN ('task','entry','session')),
    from_id TEXT NOT NULL,
    to_kind TEXT NOT NULL CHECK (to_kind IN ('run','project','paper','entry','commit','task')),
    to_id TEXT NOT NULL,
    step REAL,
    created REAL NOT NULL,
    PRIMARY KEY (from_kind, from_id, to_kind, to_id)
) WITHOUT ROWID;
INSERT INTO "links" VALUES('entry','1','run','270115-080000-aaaa',NULL,1800005009.0);
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
    last_output REAL, parser TEXT,
    UNIQUE (run_id, attempt, path)
);
INSERT INTO "log_files" VALUES(1,'270115-080010-bbbb',1,'/home/ada/.machiai/runs/270115-080010-bbbb/attempt-1/log','8:1',120,4,X'','ValueError: bad batch',1800000020.0,'{"leg": 1}');
CREATE TABLE machine_events (
    id INTEGER PRIMARY KEY,
    host TEXT NOT NULL,
    subject TEXT NOT NULL,
    time REAL NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '{}',
    UNIQUE (host, subject, time, kind)
);
INSERT INTO "machine_events" VALUES(1,'lab1','gpu:GPU-1',1800000030.0,'xid','{"xid":79,"source":"kernel"}');
CREATE TABLE metric_choices (
    project_id INTEGER NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    direction TEXT,
    shown INTEGER,
    changed REAL,
    PRIMARY KEY (project_id, key)
) WITHOUT ROWID;
INSERT INTO "metric_choices" VALUES(1,'val/acc','higher',NULL,1800000040.0);
CREATE TABLE mutes (
    run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    rule TEXT NOT NULL,
    muted REAL NOT NULL,
    PRIMARY KEY (run_id, rule)
) WITHOUT ROWID;
INSERT INTO "mutes" VALUES('270115-080030-cccc','eta_slipped',1800001100.0);
CREATE TABLE paper_events (
    id INTEGER PRIMARY KEY,
    paper_id INTEGER NOT NULL REFERENCES papers(id) ON DELETE CASCADE,
    time REAL NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '{}',
    undone REAL
);
INSERT INTO "paper_events" VALUES(1,1,1800100000.0,'added','{"state": "inbox", "version": 1}',NULL);
INSERT INTO "paper_events" VALUES(2,1,1800100002.0,'state','{"was": "inbox", "now": "queue", "fields": {"state": "inbox", "until": null, "seen_version": 1, "ended": null, "place": 1.0}}',NULL);
INSERT INTO "paper_events" VALUES(3,1,1800100003.0,'changed','{"tags": [[], ["拡張"]], "priority": [0, 1], "lesson": ["", "待つ価値がある"]}',NULL);
INSERT INTO "paper_events" VALUES(4,1,1800100004.0,'version','{"was": 1, "now": 2}',NULL);
INSERT INTO "paper_events" VALUES(5,2,1800100005.0,'added','{"state": "inbox", "version": 1}',NULL);
INSERT INTO "paper_events" VALUES(6,2,1800100006.0,'state','{"was": "inbox", "now": "dropped", "fields": {"state": "inbox", "until": null, "seen_version": 1, "ended": null}}',NULL);
INSERT INTO "paper_events" VALUES(7,3,1800100007.0,'added','{"state": "inbox", "version": null}',NULL);
INSERT INTO "paper_events" VALUES(8,3,1800100008.0,'state','{"was": "inbox", "now": "later", "fields": {"state": "inbox", "until": null, "seen_version": null, "ended": null}}',NULL);
INSERT INTO "paper_events" VALUES(9,4,1800100009.0,'added','{"state": "inbox", "version": 1}',NULL);
INSERT INTO "paper_events" VALUES(10,4,1800100010.0,'state','{"was": "inbox", "now": "read", "fields": {"state": "inbox", "until": null, "seen_version": 1, "ended": null}}',NULL);
INSERT INTO "paper_events" VALUES(11,4,1800100011.0,'pass','{"number": 1, "seconds": null, "before": 0, "page": null}',NULL);
INSERT INTO "paper_events" VALUES(12,4,1800100013.0,'again','{"rating": "good", "due": 1800272813.0}',NULL);
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
INSERT INTO "paper_files" VALUES(1,2,'wanted',NULL,NULL,'',0,1800100014.0,1800100014.0,NULL);
CREATE TABLE paper_finds (
    paper_id INTEGER NOT NULL REFERENCES papers(id) ON DELETE CASCADE,
    search_id INTEGER NOT NULL REFERENCES paper_searches(id) ON DELETE CASCADE,
    found REAL NOT NULL,
    PRIMARY KEY (paper_id, search_id)
) WITHOUT ROWID;
INSERT INTO "paper_finds" VALUES(1,1,1800100000.0);
CREATE TABLE paper_gate (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    next_allowed REAL NOT NULL DEFAULT 0,
    refusals INTEGER NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT ''
);
INSERT INTO "paper_gate" VALUES(1,0.0,0,'');
CREATE TABLE paper_passes (
    paper_id INTEGER NOT NULL REFERENCES papers(id) ON DELETE CASCADE,
    number INTEGER NOT NULL CHECK (number BETWEEN 1 AND 3),
    finished REAL NOT NULL,
    seconds REAL,
    PRIMARY KEY (paper_id, number)
) WITHOUT ROWID;
INSERT INTO "paper_passes" VALUES(4,1,1800100011.0,NULL);
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
INSERT INTO "paper_pulls" VALUES(1,1,1800100000.0,1800100001.0,'degraded','Rate exceeded.',1,0,NULL);
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
INSERT INTO "paper_searches" VALUES(1,'augmentation','cat:cs.LG AND ti:augmentation','{"categories": ["cs.LG"], "title": ["augmentation"], "abstract": [], "author": [], "words": [], "exclude": []}',1800100000.0,1800100000.0,1800100001.0,NULL,NULL);
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
INSERT INTO "papers" VALUES(1,'2401.01234','arxiv','Augmentation that waits','["Jane Roe", "山田 花子"]','We wait longer.','["cs.LG", "cs.CV"]',NULL,NULL,NULL,'https://arxiv.org/abs/2401.01234','https://arxiv.org/pdf/2401.01234v1',1800013600.0,1800013600.0,2,1,0,'{}','queue',NULL,1,1.0,'["拡張"]','待つ価値がある',NULL,NULL,NULL,NULL,NULL,0.0,'[]',1800100000.0,1800100004.0,NULL,2);
INSERT INTO "papers" VALUES(2,'hep-th/9901001','arxiv','Old one','[]','','[]',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,1,'{}','dropped',NULL,0,2.0,'[]','',NULL,NULL,NULL,NULL,NULL,0.0,'[]',1800100005.0,1800100006.0,1800100006.0,1);
INSERT INTO "papers" VALUES(3,'web-53db375c90','web','A blog post','[]','','[]',NULL,NULL,NULL,'https://example.org/post',NULL,NULL,NULL,NULL,NULL,0,'{}','later',1800704808.0,0,2.0,'[]','',NULL,NULL,NULL,NULL,NULL,0.0,'[]',1800100007.0,1800100008.0,NULL,1);
INSERT INTO "papers" VALUES(4,'2402.00002','arxiv','Read already','[]','','[]',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1,0,'{}','read',NULL,0,2.0,'[]','',3,9,'{"card_id": 4, "state": 2, "step": null, "stability": 2.3065, "difficulty": 2.118103970459016, "due": "2027-01-18T11:46:53+00:00", "last_review": "2027-01-16T11:46:53+00:00"}',1800272813.0,NULL,0.0,'[]',1800100009.0,1800100013.0,1800100010.0,1);
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
INSERT INTO "plan_versions" VALUES(1,'270115-080000-aaaa',1800005008.0,'増やせば下がる','+1 %','次へ','戻す',1);
CREATE TABLE preferences (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    changed REAL NOT NULL
) WITHOUT ROWID;
INSERT INTO "preferences" VALUES('alerts.channel.ntfy','{"least": "soon", "fallback": true}',1800001000.0);
INSERT INTO "preferences" VALUES('alerts.push_budget','400',1800001000.0);
INSERT INTO "preferences" VALUES('alerts.quiet','["23:00", "07:00"]',1800001000.0);
INSERT INTO "preferences" VALUES('alerts.rule.milestone','{"on": true}',1800001000.0);
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
INSERT INTO "progress" VALUES('270115-080010-bbbb',1,30.0,100.0,'step','[{"unit": "epoch", "done": 1, "total": 3}]','train',33.0,1800000019.0,1800000060.0,1800000050.0,1800000070.0,'4 runs like it','loss');
CREATE TABLE progress_marks (
    id INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    time REAL NOT NULL,
    done REAL NOT NULL,
    phase TEXT
);
INSERT INTO "progress_marks" VALUES(1,'270115-080010-bbbb',1,1800000012.0,1.0,'train');
INSERT INTO "progress_marks" VALUES(2,'270115-080010-bbbb',1,1800000019.0,30.0,'eval');
CREATE TABLE projects (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    root TEXT NOT NULL UNIQUE,
    created REAL NOT NULL
, archived REAL, doing_limit INTEGER);
INSERT INTO "projects" VALUES(1,'cifar','/home/ada/cifar',1800000000.0,NULL,NULL);
INSERT INTO "projects" VALUES(2,'論文を書く','name:論文を書く',1800005000.0,NULL,2);
CREATE TABLE readings (
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    host TEXT NOT NULL,
    as_of REAL NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (kind, subject)
) WITHOUT ROWID;
INSERT INTO "readings" VALUES('gpus','lab1','lab1',1800000090.0,'{"kind":"sample","status":"ok","gpus":[{"index":0,"uuid":"GPU-1","utilisation":87,"processes":[]}]}');
INSERT INTO "readings" VALUES('host','lab1','lab1',1800000090.0,'{"cpu":12.5}');
CREATE TABLE repositories (
    path TEXT PRIMARY KEY,
    project_id INTEGER NOT NULL REFERENCES projects(id),
    tips TEXT NOT NULL DEFAULT '{}',
    email TEXT,
    read REAL,
    error TEXT
) WITHOUT ROWID;
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
CREATE TABLE rule_states (
    rule TEXT NOT NULL,
    subject TEXT NOT NULL,
    occasion TEXT NOT NULL,
    data TEXT NOT NULL,
    changed REAL NOT NULL,
    PRIMARY KEY (rule, subject, occasion)
) WITHOUT ROWID;
INSERT INTO "rule_states" VALUES('stalled','270115-080030-cccc','','{"since":1800001030.0,"alert":3}',1800001030.0);
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
, hint TEXT, flags TEXT NOT NULL DEFAULT '[]', expected TEXT, plan_changed REAL, plan_late INTEGER NOT NULL DEFAULT 0);
INSERT INTO "runs" VALUES('270115-080000-aaaa','baseline',1,'local','lab1','/home/ada/.machiai/runs/270115-080000-aaaa',1800000000.0,'["python", "train.py"]','python train.py','/home/ada/cifar',NULL,'{}',NULL,'{}','[]','増やせば下がる','次へ','戻す',NULL,1,'finished','[]','recorded',NULL,'[]',0,NULL,NULL,1800000001.0,1800000050.0,49.0,1800000100.0,NULL,'[]','+1 %',1800005008.0,1);
INSERT INTO "runs" VALUES('270115-080010-bbbb','拡張',1,'local','lab1','/home/ada/.machiai/runs/270115-080010-bbbb',1800000010.0,'["python", "train.py"]','python train.py','/home/ada/cifar',NULL,'{"lr": "3e-4"}','{"commit": "c0ffee"}','{}','["aug"]',NULL,NULL,'halve the batch',NULL,1,'failed','[]','recorded','ValueError: bad batch (train.py:5)','["exit record: exit code 1"]',1,NULL,4242,1800000011.0,1800000020.0,9.0,1800000100.0,'look at the shape of the batch','[]',NULL,NULL,0);
INSERT INTO "runs" VALUES('270115-080030-cccc','sweep',1,'local','lab1','/home/ada/.machiai/runs/270115-080030-cccc',1800000030.0,'["python", "train.py"]','python train.py','/home/ada/cifar',NULL,'{}',NULL,'{}','[]',NULL,NULL,NULL,NULL,1,'running','[]','recorded',NULL,'[]',NULL,NULL,4300,1800000031.0,NULL,NULL,1800000100.0,NULL,'["diverged", "stalled"]',NULL,NULL,0);
CREATE TABLE samples (
    id INTEGER PRIMARY KEY,
    time REAL NOT NULL,
    points TEXT NOT NULL
);
INSERT INTO "samples" VALUES(1041,1800001020.25,'{"gpu:GPU-1":{"utilisation":80.0},"run:270115-080000-aaaa":{"cpu":104.0}}');
INSERT INTO "samples" VALUES(1042,1800001021.25,'{"gpu:GPU-1":{"utilisation":81.0},"run:270115-080000-aaaa":{"cpu":105.0}}');
INSERT INTO "samples" VALUES(1043,1800001022.25,'{"gpu:GPU-1":{"utilisation":82.0},"run:270115-080000-aaaa":{"cpu":106.0}}');
INSERT INTO "samples" VALUES(1044,1800001023.25,'{"gpu:GPU-1":{"utilisation":83.0},"run:270115-080000-aaaa":{"cpu":100.0}}');
INSERT INTO "samples" VALUES(1045,1800001024.25,'{"gpu:GPU-1":{"utilisation":84.0},"run:270115-080000-aaaa":{"cpu":101.0}}');
INSERT INTO "samples" VALUES(1046,1800001025.25,'{"gpu:GPU-1":{"utilisation":85.0},"run:270115-080000-aaaa":{"cpu":102.0}}');
INSERT INTO "samples" VALUES(1047,1800001026.25,'{"gpu:GPU-1":{"utilisation":86.0},"run:270115-080000-aaaa":{"cpu":103.0}}');
INSERT INTO "samples" VALUES(1048,1800001027.25,'{"gpu:GPU-1":{"utilisation":87.0},"run:270115-080000-aaaa":{"cpu":104.0}}');
INSERT INTO "samples" VALUES(1049,1800001028.25,'{"gpu:GPU-1":{"utilisation":88.0},"run:270115-080000-aaaa":{"cpu":105.0}}');
INSERT INTO "samples" VALUES(1050,1800001029.25,'{"gpu:GPU-1":{"utilisation":89.0},"run:270115-080000-aaaa":{"cpu":106.0}}');
INSERT INTO "samples" VALUES(1051,1800001030.25,'{"gpu:GPU-1":{"utilisation":80.0},"run:270115-080000-aaaa":{"cpu":100.0}}');
INSERT INTO "samples" VALUES(1052,1800001031.25,'{"gpu:GPU-1":{"utilisation":81.0},"run:270115-080000-aaaa":{"cpu":101.0}}');
INSERT INTO "samples" VALUES(1053,1800001032.25,'{"gpu:GPU-1":{"utilisation":82.0},"run:270115-080000-aaaa":{"cpu":102.0}}');
INSERT INTO "samples" VALUES(1054,1800001033.25,'{"gpu:GPU-1":{"utilisation":83.0},"run:270115-080000-aaaa":{"cpu":103.0}}');
INSERT INTO "samples" VALUES(1055,1800001034.25,'{"gpu:GPU-1":{"utilisation":84.0},"run:270115-080000-aaaa":{"cpu":104.0}}');
INSERT INTO "samples" VALUES(1056,1800001035.25,'{"gpu:GPU-1":{"utilisation":85.0},"run:270115-080000-aaaa":{"cpu":105.0}}');
INSERT INTO "samples" VALUES(1057,1800001036.25,'{"gpu:GPU-1":{"utilisation":86.0},"run:270115-080000-aaaa":{"cpu":106.0}}');
INSERT INTO "samples" VALUES(1058,1800001037.25,'{"gpu:GPU-1":{"utilisation":87.0},"run:270115-080000-aaaa":{"cpu":100.0}}');
INSERT INTO "samples" VALUES(1059,1800001038.25,'{"gpu:GPU-1":{"utilisation":88.0},"run:270115-080000-aaaa":{"cpu":101.0}}');
INSERT INTO "samples" VALUES(1060,1800001039.25,'{"gpu:GPU-1":{"utilisation":89.0},"run:270115-080000-aaaa":{"cpu":102.0}}');
INSERT INTO "samples" VALUES(1061,1800001040.25,'{"gpu:GPU-1":{"utilisation":80.0},"run:270115-080000-aaaa":{"cpu":103.0}}');
INSERT INTO "samples" VALUES(1062,1800001041.25,'{"gpu:GPU-1":{"utilisation":81.0},"run:270115-080000-aaaa":{"cpu":104.0}}');
INSERT INTO "samples" VALUES(1063,1800001042.25,'{"gpu:GPU-1":{"utilisation":82.0},"run:270115-080000-aaaa":{"cpu":105.0}}');
INSERT INTO "samples" VALUES(1064,1800001043.25,'{"gpu:GPU-1":{"utilisation":83.0},"run:270115-080000-aaaa":{"cpu":106.0}}');
INSERT INTO "samples" VALUES(1065,1800001044.25,'{"gpu:GPU-1":{"utilisation":84.0},"run:270115-080000-aaaa":{"cpu":100.0}}');
INSERT INTO "samples" VALUES(1066,1800001045.25,'{"gpu:GPU-1":{"utilisation":85.0},"run:270115-080000-aaaa":{"cpu":101.0}}');
INSERT INTO "samples" VALUES(1067,1800001046.25,'{"gpu:GPU-1":{"utilisation":86.0},"run:270115-080000-aaaa":{"cpu":102.0}}');
INSERT INTO "samples" VALUES(1068,1800001047.25,'{"gpu:GPU-1":{"utilisation":87.0},"run:270115-080000-aaaa":{"cpu":103.0}}');
INSERT INTO "samples" VALUES(1069,1800001048.25,'{"gpu:GPU-1":{"utilisation":88.0},"run:270115-080000-aaaa":{"cpu":104.0}}');
INSERT INTO "samples" VALUES(1070,1800001049.25,'{"gpu:GPU-1":{"utilisation":89.0},"run:270115-080000-aaaa":{"cpu":105.0}}');
INSERT INTO "samples" VALUES(1071,1800001050.25,'{"gpu:GPU-1":{"utilisation":80.0},"run:270115-080000-aaaa":{"cpu":106.0}}');
INSERT INTO "samples" VALUES(1072,1800001051.25,'{"gpu:GPU-1":{"utilisation":81.0},"run:270115-080000-aaaa":{"cpu":100.0}}');
INSERT INTO "samples" VALUES(1073,1800001052.25,'{"gpu:GPU-1":{"utilisation":82.0},"run:270115-080000-aaaa":{"cpu":101.0}}');
INSERT INTO "samples" VALUES(1074,1800001053.25,'{"gpu:GPU-1":{"utilisation":83.0},"run:270115-080000-aaaa":{"cpu":102.0}}');
INSERT INTO "samples" VALUES(1075,1800001054.25,'{"gpu:GPU-1":{"utilisation":84.0},"run:270115-080000-aaaa":{"cpu":103.0}}');
INSERT INTO "samples" VALUES(1076,1800001055.25,'{"gpu:GPU-1":{"utilisation":85.0},"run:270115-080000-aaaa":{"cpu":104.0}}');
INSERT INTO "samples" VALUES(1077,1800001056.25,'{"gpu:GPU-1":{"utilisation":86.0},"run:270115-080000-aaaa":{"cpu":105.0}}');
INSERT INTO "samples" VALUES(1078,1800001057.25,'{"gpu:GPU-1":{"utilisation":87.0},"run:270115-080000-aaaa":{"cpu":106.0}}');
INSERT INTO "samples" VALUES(1079,1800001058.25,'{"gpu:GPU-1":{"utilisation":88.0},"run:270115-080000-aaaa":{"cpu":100.0}}');
INSERT INTO "samples" VALUES(1080,1800001059.25,'{"gpu:GPU-1":{"utilisation":89.0},"run:270115-080000-aaaa":{"cpu":101.0}}');
INSERT INTO "samples" VALUES(1081,1800001060.25,'{"gpu:GPU-1":{"utilisation":80.0},"run:270115-080000-aaaa":{"cpu":102.0}}');
INSERT INTO "samples" VALUES(1082,1800001061.25,'{"gpu:GPU-1":{"utilisation":81.0},"run:270115-080000-aaaa":{"cpu":103.0}}');
INSERT INTO "samples" VALUES(1083,1800001062.25,'{"gpu:GPU-1":{"utilisation":82.0},"run:270115-080000-aaaa":{"cpu":104.0}}');
INSERT INTO "samples" VALUES(1084,1800001063.25,'{"gpu:GPU-1":{"utilisation":83.0},"run:270115-080000-aaaa":{"cpu":105.0}}');
INSERT INTO "samples" VALUES(1085,1800001064.25,'{"gpu:GPU-1":{"utilisation":84.0},"run:270115-080000-aaaa":{"cpu":106.0}}');
INSERT INTO "samples" VALUES(1086,1800001065.25,'{"gpu:GPU-1":{"utilisation":85.0},"run:270115-080000-aaaa":{"cpu":100.0}}');
INSERT INTO "samples" VALUES(1087,1800001066.25,'{"gpu:GPU-1":{"utilisation":86.0},"run:270115-080000-aaaa":{"cpu":101.0}}');
INSERT INTO "samples" VALUES(1088,1800001067.25,'{"gpu:GPU-1":{"utilisation":87.0},"run:270115-080000-aaaa":{"cpu":102.0}}');
INSERT INTO "samples" VALUES(1089,1800001068.25,'{"gpu:GPU-1":{"utilisation":88.0},"run:270115-080000-aaaa":{"cpu":103.0}}');
INSERT INTO "samples" VALUES(1090,1800001069.25,'{"gpu:GPU-1":{"utilisation":89.0},"run:270115-080000-aaaa":{"cpu":104.0}}');
INSERT INTO "samples" VALUES(1091,1800001070.25,'{"gpu:GPU-1":{"utilisation":80.0},"run:270115-080000-aaaa":{"cpu":105.0}}');
INSERT INTO "samples" VALUES(1092,1800001071.25,'{"gpu:GPU-1":{"utilisation":81.0},"run:270115-080000-aaaa":{"cpu":106.0}}');
INSERT INTO "samples" VALUES(1093,1800001072.25,'{"gpu:GPU-1":{"utilisation":82.0},"run:270115-080000-aaaa":{"cpu":100.0}}');
INSERT INTO "samples" VALUES(1094,1800001073.25,'{"gpu:GPU-1":{"utilisation":83.0},"run:270115-080000-aaaa":{"cpu":101.0}}');
INSERT INTO "samples" VALUES(1095,1800001074.25,'{"gpu:GPU-1":{"utilisation":84.0},"run:270115-080000-aaaa":{"cpu":102.0}}');
INSERT INTO "samples" VALUES(1096,1800001075.25,'{"gpu:GPU-1":{"utilisation":85.0},"run:270115-080000-aaaa":{"cpu":103.0}}');
INSERT INTO "samples" VALUES(1097,1800001076.25,'{"gpu:GPU-1":{"utilisation":86.0},"run:270115-080000-aaaa":{"cpu":104.0}}');
INSERT INTO "samples" VALUES(1098,1800001077.25,'{"gpu:GPU-1":{"utilisation":87.0},"run:270115-080000-aaaa":{"cpu":105.0}}');
INSERT INTO "samples" VALUES(1099,1800001078.25,'{"gpu:GPU-1":{"utilisation":88.0},"run:270115-080000-aaaa":{"cpu":106.0}}');
INSERT INTO "samples" VALUES(1100,1800001079.25,'{"gpu:GPU-1":{"utilisation":89.0},"run:270115-080000-aaaa":{"cpu":100.0}}');
INSERT INTO "samples" VALUES(1101,1800001080.25,'{"gpu:GPU-1":{"utilisation":80.0},"run:270115-080000-aaaa":{"cpu":101.0}}');
INSERT INTO "samples" VALUES(1102,1800001081.25,'{"gpu:GPU-1":{"utilisation":81.0},"run:270115-080000-aaaa":{"cpu":102.0}}');
INSERT INTO "samples" VALUES(1103,1800001082.25,'{"gpu:GPU-1":{"utilisation":82.0},"run:270115-080000-aaaa":{"cpu":103.0}}');
INSERT INTO "samples" VALUES(1104,1800001083.25,'{"gpu:GPU-1":{"utilisation":83.0},"run:270115-080000-aaaa":{"cpu":104.0}}');
INSERT INTO "samples" VALUES(1105,1800001084.25,'{"gpu:GPU-1":{"utilisation":84.0},"run:270115-080000-aaaa":{"cpu":105.0}}');
INSERT INTO "samples" VALUES(1106,1800001085.25,'{"gpu:GPU-1":{"utilisation":85.0},"run:270115-080000-aaaa":{"cpu":106.0}}');
INSERT INTO "samples" VALUES(1107,1800001086.25,'{"gpu:GPU-1":{"utilisation":86.0},"run:270115-080000-aaaa":{"cpu":100.0}}');
INSERT INTO "samples" VALUES(1108,1800001087.25,'{"gpu:GPU-1":{"utilisation":87.0},"run:270115-080000-aaaa":{"cpu":101.0}}');
INSERT INTO "samples" VALUES(1109,1800001088.25,'{"gpu:GPU-1":{"utilisation":88.0},"run:270115-080000-aaaa":{"cpu":102.0}}');
INSERT INTO "samples" VALUES(1110,1800001089.25,'{"gpu:GPU-1":{"utilisation":89.0},"run:270115-080000-aaaa":{"cpu":103.0}}');
INSERT INTO "samples" VALUES(1111,1800001090.25,'{"gpu:GPU-1":{"utilisation":80.0},"run:270115-080000-aaaa":{"cpu":104.0}}');
INSERT INTO "samples" VALUES(1112,1800001091.25,'{"gpu:GPU-1":{"utilisation":81.0},"run:270115-080000-aaaa":{"cpu":105.0}}');
INSERT INTO "samples" VALUES(1113,1800001092.25,'{"gpu:GPU-1":{"utilisation":82.0},"run:270115-080000-aaaa":{"cpu":106.0}}');
INSERT INTO "samples" VALUES(1114,1800001093.25,'{"gpu:GPU-1":{"utilisation":83.0},"run:270115-080000-aaaa":{"cpu":100.0}}');
INSERT INTO "samples" VALUES(1115,1800001094.25,'{"gpu:GPU-1":{"utilisation":84.0},"run:270115-080000-aaaa":{"cpu":101.0}}');
INSERT INTO "samples" VALUES(1116,1800001095.25,'{"gpu:GPU-1":{"utilisation":85.0},"run:270115-080000-aaaa":{"cpu":102.0}}');
INSERT INTO "samples" VALUES(1117,1800001096.25,'{"gpu:GPU-1":{"utilisation":86.0},"run:270115-080000-aaaa":{"cpu":103.0}}');
INSERT INTO "samples" VALUES(1118,1800001097.25,'{"gpu:GPU-1":{"utilisation":87.0},"run:270115-080000-aaaa":{"cpu":104.0}}');
INSERT INTO "samples" VALUES(1119,1800001098.25,'{"gpu:GPU-1":{"utilisation":88.0},"run:270115-080000-aaaa":{"cpu":105.0}}');
INSERT INTO "samples" VALUES(1120,1800001099.25,'{"gpu:GPU-1":{"utilisation":89.0},"run:270115-080000-aaaa":{"cpu":106.0}}');
INSERT INTO "samples" VALUES(1121,1800001100.25,'{"gpu:GPU-1":{"utilisation":80.0},"run:270115-080000-aaaa":{"cpu":100.0}}');
INSERT INTO "samples" VALUES(1122,1800001101.25,'{"gpu:GPU-1":{"utilisation":81.0},"run:270115-080000-aaaa":{"cpu":101.0}}');
INSERT INTO "samples" VALUES(1123,1800001102.25,'{"gpu:GPU-1":{"utilisation":82.0},"run:270115-080000-aaaa":{"cpu":102.0}}');
INSERT INTO "samples" VALUES(1124,1800001103.25,'{"gpu:GPU-1":{"utilisation":83.0},"run:270115-080000-aaaa":{"cpu":103.0}}');
INSERT INTO "samples" VALUES(1125,1800001104.25,'{"gpu:GPU-1":{"utilisation":84.0},"run:270115-080000-aaaa":{"cpu":104.0}}');
INSERT INTO "samples" VALUES(1126,1800001105.25,'{"gpu:GPU-1":{"utilisation":85.0},"run:270115-080000-aaaa":{"cpu":105.0}}');
INSERT INTO "samples" VALUES(1127,1800001106.25,'{"gpu:GPU-1":{"utilisation":86.0},"run:270115-080000-aaaa":{"cpu":106.0}}');
INSERT INTO "samples" VALUES(1128,1800001107.25,'{"gpu:GPU-1":{"utilisation":87.0},"run:270115-080000-aaaa":{"cpu":100.0}}');
INSERT INTO "samples" VALUES(1129,1800001108.25,'{"gpu:GPU-1":{"utilisation":88.0},"run:270115-080000-aaaa":{"cpu":101.0}}');
INSERT INTO "samples" VALUES(1130,1800001109.25,'{"gpu:GPU-1":{"utilisation":89.0},"run:270115-080000-aaaa":{"cpu":102.0}}');
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
INSERT INTO "series" VALUES(1,'270115-080000-aaaa','','loss','log','step',1100,1,1,0,0.001,1.0,0.001,1,999.0,1800000049.95,1800000000.0,600.0,1,1,76,1);
INSERT INTO "series" VALUES(2,'270115-080000-aaaa','','val/acc','/home/ada/cifar/runs/events.out.tfevents.1','epoch',2,0,0,0,0.5,0.75,0.75,0,2.0,1800000019.0,1800000009.0,1.0,1,0,2,1);
INSERT INTO "series" VALUES(3,NULL,'GPU-1','util','nvml','second',1,0,0,0,87.0,87.0,87.0,0,1800000000.0,1800000000.0,1800000000.0,1800000000.0,1,0,1,1);
INSERT INTO "series" VALUES(4,NULL,'gpu:GPU-1','utilisation','second','s',1040,0,0,0,80.0,89.0,89.0,0,1800001019.0,1800001019.0,1799999980.0,1799999980.0,1,1,16,1);
INSERT INTO "series" VALUES(5,NULL,'gpu:GPU-1','utilisation','minute','s',18,0,0,0,84.5,84.5,84.5,0,1800000960.0,1800000960.0,1799999940.0,1799999940.0,1,0,18,18);
INSERT INTO "series" VALUES(6,NULL,'gpu:GPU-1','utilisation','minute.low','s',18,0,0,0,80.0,80.0,80.0,0,1800000960.0,1800000960.0,1799999940.0,1799999940.0,1,0,18,18);
INSERT INTO "series" VALUES(7,NULL,'gpu:GPU-1','utilisation','minute.high','s',18,0,0,0,89.0,89.0,89.0,0,1800000960.0,1800000960.0,1799999940.0,1799999940.0,1,0,18,18);
INSERT INTO "series" VALUES(8,'270115-080000-aaaa','system','cpu','second','s',1040,0,0,0,100.0,106.0,103.0,0,1800001019.0,1800001019.0,1799999980.0,1799999980.0,1,1,16,1);
INSERT INTO "series" VALUES(9,'270115-080000-aaaa','system','cpu','minute','s',18,0,0,0,1.02849975585937499996e+02,1.03099975585937500002e+02,1.02900024414062500003e+02,0,1800000960.0,1800000960.0,1799999940.0,1799999940.0,1,0,18,18);
INSERT INTO "series" VALUES(10,'270115-080000-aaaa','system','cpu','minute.low','s',18,0,0,0,100.0,100.0,100.0,0,1800000960.0,1800000960.0,1799999940.0,1799999940.0,1,0,18,18);
INSERT INTO "series" VALUES(11,'270115-080000-aaaa','system','cpu','minute.high','s',18,0,0,0,106.0,106.0,106.0,0,1800000960.0,1800000960.0,1799999940.0,1799999940.0,1,0,18,18);
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
INSERT INTO "series_chunks" VALUES(1,0,1024,'0:700 1:324',0.0,923.0,1800000000.0,1800000046.15,X'000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000F03F000000000000F03F000000000000F03F000000000000604000000000000060400000000000006040000000000000604000000000000056400000000000005940000000000000604000000000000060400000000000005140000000000000000000000000000060400000000000007040000000000000784000000000000080400000000000C082400000000000C082400000000000C086400000000000C08A400000000000C05F400000000000E06F400000000000F077400000000000F07F400000000000B882400000000000D885400000000000B886400000000000B88A400000000000D88C400000008074D2DA419A99998174D2DA413333338374D2DA41CDCCCC8474D2DA416666668674D2DA410000808774D2DA410000808774D2DA419A99198974D2DA413333B38A74D2DA416666968174D2DA410000308374D2DA419A99C98474D2DA413333638674D2DA41CDCC7C8774D2DA41CDCCBC8874D2DA416666168974D2DA410000B08A74D2DA419A99898B74D2DA41000000000000803F000000000000703F555555555555653F000000000000603F4F1BE8B4814E5B3FB1A934E4DC67573F176881166881563FBF102B4AE323533F29ED46404ABB513F000000000000F03FF007FC017FC07F3F20E01FE01FE06F3FFE82BBE62547653F00FF01FC07F05F3F0770A10DE0425B3F0770A10DE0425B3FC708BFE08079563FC27DD39C2B1E533F000000000000F03FF007FC017FC07F3F20E01FE01FE06F3FFE82BBE62547653F00FF01FC07F05F3F0770A10DE0425B3F0770A10DE0425B3FC708BFE08079563FC27DD39C2B1E533F000000000000803F000000000000703F555555555555653F000000000000603F4F1BE8B4814E5B3FB1A934E4DC67573F176881166881563FBF102B4AE323533F29ED46404ABB513F000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000F03F00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000',X'0000000000000000000000000000F03F000000000000004000000000000008400000000000001040000000000000144000000000000018400000000000001C40000000000000204000000000000022400000000000002440000000000000264000000000000028400000000000002A400000000000002C400000000000002E4000000000000030400000000000003140000000000000324000000000000033400000000000003440000000000000354000000000000036400000000000003740000000000000384000000000000039400000000000003A400000000000003B400000000000003C400000000000003D400000000000003E400000000000003F40000000000000404000000000008040400000000000004140000000000080414000000000000042400000000000804240000000000000434000000000008043400000000000004440000000000080444000000000000045400000000000804540000000000000464000000000008046400000000000004740000000000080474000000000000048400000000000804840000000000000494000000000008049400000000000004A400000000000804A400000000000004B400000000000804B400000000000004C400000000000804C400000000000004D400000000000804D400000000000004E400000000000804E400000000000004F400000000000804F400000000000005040000000000040504000000000008050400000000000C050400000000000005140000000000040514000000000008051400000000000C051400000000000005240000000000040524000000000008052400000000000C052400000000000005340000000000040534000000000008053400000000000C053400000000000005440000000000040544000000000008054400000000000C054400000000000005540000000000040554000000000008055400000000000C055400000000000005640000000000040564000000000008056400000000000C056400000000000005740000000000040574000000000008057400000000000C057400000000000005840000000000040584000000000008058400000000000C058400000000000005940000000000040594000000000008059400000000000C059400000000000005A400000000000405A400000000000805A400000000000C05A400000000000005B400000000000405B400000000000805B400000000000C05B400000000000005C400000000000405C400000000000805C400000000000C05C400000000000005D400000000000405D400000000000805D400000000000C05D400000000000005E400000000000405E400000000000805E400000000000C05E400000000000005F400000000000405F400000000000805F400000000000C05F40000000000000604000000000002060400000000000406040000000000060604000000000008060400000000000A060400000000000C060400000000000E06040000000000000614000000000002061400000000000406140000000000060614000000000008061400000000000A061400000000000C061400000000000E06140000000000000624000000000002062400000000000406240000000000060624000000000008062400000000000A062400000000000C062400000000000E06240000000000000634000000000002063400000000000406340000000000060634000000000008063400000000000A063400000000000C063400000000000E06340000000000000644000000000002064400000000000406440000000000060644000000000008064400000000000A064400000000000C064400000000000E06440000000000000654000000000002065400000000000406540000000000060654000000000008065400000000000A065400000000000C065400000000000E06540000000000000664000000000002066400000000000406640000000000060664000000000008066400000000000A066400000000000C066400000000000E06640000000000000674000000000002067400000000000406740000000000060674000000000008067400000000000A067400000000000C067400000000000E06740000000000000684000000000002068400000000000406840000000000060684000000000008068400000000000A068400000000000C068400000000000E06840000000000000694000000000002069400000000000406940000000000060694000000000008069400000000000A069400000000000C069400000000000E069400000000000006A400000000000206A400000000000406A400000000000606A400000000000806A400000000000A06A400000000000C06A400000000000E06A400000000000006B400000000000206B400000000000406B400000000000606B400000000000806B400000000000A06B400000000000C06B400000000000E06B400000000000006C400000000000206C400000000000406C400000000000606C400000000000806C400000000000A06C400000000000C06C400000000000E06C400000000000006D400000000000206D400000000000406D400000000000606D400000000000806D400000000000A06D400000000000C06D400000000000E06D400000000000006E400000000000206E400000000000406E400000000000606E400000000000806E400000000000A06E400000000000C06E400000000000E06E400000000000006F400000000000206F400000000000406F400000000000606F400000000000806F400000000000A06F400000000000C06F400000000000E06F4000000000000070400000000000107040000000000020704000000000003070400000000000407040000000000050704000000000006070400000000000707040000000000080704000000000009070400000000000A070400000000000B070400000000000C070400000000000D070400000000000E070400000000000F0704000000000000071400000000000107140000000000020714000000000003071400000000000407140000000000050714000000000006071400000000000707140000000000080714000000000009071400000000000A071400000000000B071400000000000C071400000000000D071400000000000E071400000000000F0714000000000000072400000000000107240000000000020724000000000003072400000000000407240000000000050724000000000006072400000000000707240000000000080724000000000009072400000000000A072400000000000B072400000000000C072400000000000D072400000000000E072400000000000F0724000000000000073400000000000107340000000000020734000000000003073400000000000407340000000000050734000000000006073400000000000707340000000000080734000000000009073400000000000A073400000000000B073400000000000C073400000000000D073400000000000E073400000000000F0734000000000000074400000000000107440000000000020744000000000003074400000000000407440000000000050744000000000006074400000000000707440000000000080744000000000009074400000000000A074400000000000B074400000000000C074400000000000D074400000000000E074400000000000F0744000000000000075400000000000107540000000000020754000000000003075400000000000407540000000000050754000000000006075400000000000707540000000000080754000000000009075400000000000A075400000000000B075400000000000C075400000000000D075400000000000E075400000000000F0754000000000000076400000000000107640000000000020764000000000003076400000000000407640000000000050764000000000006076400000000000707640000000000080764000000000009076400000000000A076400000000000B076400000000000C076400000000000D076400000000000E076400000000000F0764000000000000077400000000000107740000000000020774000000000003077400000000000407740000000000050774000000000006077400000000000707740000000000080774000000000009077400000000000A077400000000000B077400000000000C077400000000000D077400000000000E077400000000000F0774000000000000078400000000000107840000000000020784000000000003078400000000000407840000000000050784000000000006078400000000000707840000000000080784000000000009078400000000000A078400000000000B078400000000000C078400000000000D078400000000000E078400000000000F0784000000000000079400000000000107940000000000020794000000000003079400000000000407940000000000050794000000000006079400000000000707940000000000080794000000000009079400000000000A079400000000000B079400000000000C079400000000000D079400000000000E079400000000000F079400000000000007A400000000000107A400000000000207A400000000000307A400000000000407A400000000000507A400000000000607A400000000000707A400000000000807A400000000000907A400000000000A07A400000000000B07A400000000000C07A400000000000D07A400000000000E07A400000000000F07A400000000000007B400000000000107B400000000000207B400000000000307B400000000000407B400000000000507B400000000000607B400000000000707B400000000000807B400000000000907B400000000000A07B400000000000B07B400000000000C07B400000000000D07B400000000000E07B400000000000F07B400000000000007C400000000000107C400000000000207C400000000000307C400000000000407C400000000000507C400000000000607C400000000000707C400000000000807C400000000000907C400000000000A07C400000000000B07C400000000000C07C400000000000D07C400000000000E07C400000000000F07C400000000000007D400000000000107D400000000000207D400000000000307D400000000000407D400000000000507D400000000000607D400000000000707D400000000000807D400000000000907D400000000000A07D400000000000B07D400000000000C07D400000000000D07D400000000000E07D400000000000F07D400000000000007E400000000000107E400000000000207E400000000000307E400000000000407E400000000000507E400000000000607E400000000000707E400000000000807E400000000000907E400000000000A07E400000000000B07E400000000000C07E400000000000D07E400000000000E07E400000000000F07E400000000000007F400000000000107F400000000000207F400000000000307F400000000000407F400000000000507F400000000000607F400000000000707F400000000000807F400000000000907F400000000000A07F400000000000B07F400000000000C07F400000000000D07F400000000000E07F400000000000F07F40000000000000804000000000000880400000000000108040000000000018804000000000002080400000000000288040000000000030804000000000003880400000000000408040000000000048804000000000005080400000000000588040000000000060804000000000006880400000000000708040000000000078804000000000008080400000000000888040000000000090804000000000009880400000000000A080400000000000A880400000000000B080400000000000B880400000000000C080400000000000C880400000000000D080400000000000D880400000000000E080400000000000E880400000000000F080400000000000F88040000000000000814000000000000881400000000000108140000000000018814000000000002081400000000000288140000000000030814000000000003881400000000000408140000000000048814000000000005081400000000000588140000000000060814000000000006881400000000000708140000000000078814000000000008081400000000000888140000000000090814000000000009881400000000000A081400000000000A881400000000000B081400000000000B881400000000000C081400000000000C881400000000000D081400000000000D881400000000000E081400000000000E881400000000000F081400000000000F88140000000000000824000000000000882400000000000108240000000000018824000000000002082400000000000288240000000000030824000000000003882400000000000408240000000000048824000000000005082400000000000588240000000000060824000000000006882400000000000708240000000000078824000000000008082400000000000888240000000000090824000000000009882400000000000A082400000000000A882400000000000B082400000000000B882400000000000C082400000000000C882400000000000D082400000000000D882400000000000E082400000000000E882400000000000F082400000000000F88240000000000000834000000000000883400000000000108340000000000018834000000000002083400000000000288340000000000030834000000000003883400000000000408340000000000048834000000000005083400000000000588340000000000060834000000000006883400000000000708340000000000078834000000000008083400000000000888340000000000090834000000000009883400000000000A083400000000000A883400000000000B083400000000000B883400000000000C083400000000000C883400000000000D083400000000000D883400000000000E083400000000000E883400000000000F083400000000000F88340000000000000844000000000000884400000000000108440000000000018844000000000002084400000000000288440000000000030844000000000003884400000000000408440000000000048844000000000005084400000000000588440000000000060844000000000006884400000000000708440000000000078844000000000008084400000000000888440000000000090844000000000009884400000000000A084400000000000A884400000000000B084400000000000B884400000000000C084400000000000C884400000000000D084400000000000D884400000000000E084400000000000E884400000000000F084400000000000F88440000000000000854000000000000885400000000000108540000000000018854000000000002085400000000000288540000000000030854000000000003885400000000000408540000000000048854000000000005085400000000000588540000000000060854000000000006885400000000000708540000000000078854000000000008085400000000000888540000000000090854000000000009885400000000000A085400000000000A885400000000000B085400000000000B885400000000000C085400000000000C885400000000000D085400000000000D885400000000000C082400000000000C882400000000000D082400000000000D882400000000000E082400000000000E882400000000000F082400000000000F88240000000000000834000000000000883400000000000108340000000000018834000000000002083400000000000288340000000000030834000000000003883400000000000408340000000000048834000000000005083400000000000588340000000000060834000000000006883400000000000708340000000000078834000000000008083400000000000888340000000000090834000000000009883400000000000A083400000000000A883400000000000B083400000000000B883400000000000C083400000000000C883400000000000D083400000000000D883400000000000E083400000000000E883400000000000F083400000000000F88340000000000000844000000000000884400000000000108440000000000018844000000000002084400000000000288440000000000030844000000000003884400000000000408440000000000048844000000000005084400000000000588440000000000060844000000000006884400000000000708440000000000078844000000000008084400000000000888440000000000090844000000000009884400000000000A084400000000000A884400000000000B084400000000000B884400000000000C084400000000000C884400000000000D084400000000000D884400000000000E084400000000000E884400000000000F084400000000000F88440000000000000854000000000000885400000000000108540000000000018854000000000002085400000000000288540000000000030854000000000003885400000000000408540000000000048854000000000005085400000000000588540000000000060854000000000006885400000000000708540000000000078854000000000008085400000000000888540000000000090854000000000009885400000000000A085400000000000A885400000000000B085400000000000B885400000000000C085400000000000C885400000000000D085400000000000D885400000000000E085400000000000E885400000000000F085400000000000F88540000000000000864000000000000886400000000000108640000000000018864000000000002086400000000000288640000000000030864000000000003886400000000000408640000000000048864000000000005086400000000000588640000000000060864000000000006886400000000000708640000000000078864000000000008086400000000000888640000000000090864000000000009886400000000000A086400000000000A886400000000000B086400000000000B886400000000000C086400000000000C886400000000000D086400000000000D886400000000000E086400000000000E886400000000000F086400000000000F88640000000000000874000000000000887400000000000108740000000000018874000000000002087400000000000288740000000000030874000000000003887400000000000408740000000000048874000000000005087400000000000588740000000000060874000000000006887400000000000708740000000000078874000000000008087400000000000888740000000000090874000000000009887400000000000A087400000000000A887400000000000B087400000000000B887400000000000C087400000000000C887400000000000D087400000000000D887400000000000E087400000000000E887400000000000F087400000000000F88740000000000000884000000000000888400000000000108840000000000018884000000000002088400000000000288840000000000030884000000000003888400000000000408840000000000048884000000000005088400000000000588840000000000060884000000000006888400000000000708840000000000078884000000000008088400000000000888840000000000090884000000000009888400000000000A088400000000000A888400000000000B088400000000000B888400000000000C088400000000000C888400000000000D088400000000000D888400000000000E088400000000000E888400000000000F088400000000000F88840000000000000894000000000000889400000000000108940000000000018894000000000002089400000000000288940000000000030894000000000003889400000000000408940000000000048894000000000005089400000000000588940000000000060894000000000006889400000000000708940000000000078894000000000008089400000000000888940000000000090894000000000009889400000000000A089400000000000A889400000000000B089400000000000B889400000000000C089400000000000C889400000000000D089400000000000D889400000000000E089400000000000E889400000000000F089400000000000F889400000000000008A400000000000088A400000000000108A400000000000188A400000000000208A400000000000288A400000000000308A400000000000388A400000000000408A400000000000488A400000000000508A400000000000588A400000000000608A400000000000688A400000000000708A400000000000788A400000000000808A400000000000888A400000000000908A400000000000988A400000000000A08A400000000000A88A400000000000B08A400000000000B88A400000000000C08A400000000000C88A400000000000D08A400000000000D88A400000000000E08A400000000000E88A400000000000F08A400000000000F88A400000000000008B400000000000088B400000000000108B400000000000188B400000000000208B400000000000288B400000000000308B400000000000388B400000000000408B400000000000488B400000000000508B400000000000588B400000000000608B400000000000688B400000000000708B400000000000788B400000000000808B400000000000888B400000000000908B400000000000988B400000000000A08B400000000000A88B400000000000B08B400000000000B88B400000000000C08B400000000000C88B400000000000D08B400000000000D88B400000000000E08B400000000000E88B400000000000F08B400000000000F88B400000000000008C400000000000088C400000000000108C400000000000188C400000000000208C400000000000288C400000000000308C400000000000388C400000000000408C400000000000488C400000000000508C400000000000588C400000000000608C400000000000688C400000000000708C400000000000788C400000000000808C400000000000888C400000000000908C400000000000988C400000000000A08C400000000000A88C400000000000B08C400000000000B88C400000000000C08C400000000000C88C400000000000D08C400000000000D88C400000008074D2DA413333038074D2DA416666068074D2DA419A99098074D2DA41CDCC0C8074D2DA410000108074D2DA413333138074D2DA416666168074D2DA419A99198074D2DA41CDCC1C8074D2DA410000208074D2DA413333238074D2DA416666268074D2DA419A99298074D2DA41CDCC2C8074D2DA410000308074D2DA413333338074D2DA416666368074D2DA419A99398074D2DA41CDCC3C8074D2DA410000408074D2DA413333438074D2DA416666468074D2DA419A99498074D2DA41CDCC4C8074D2DA410000508074D2DA413333538074D2DA416666568074D2DA419A99598074D2DA41CDCC5C8074D2DA410000608074D2DA413333638074D2DA416666668074D2DA419A99698074D2DA41CDCC6C8074D2DA410000708074D2DA413333738074D2DA416666768074D2DA419A99798074D2DA41CDCC7C8074D2DA410000808074D2DA413333838074D2DA416666868074D2DA419A99898074D2DA41CDCC8C8074D2DA410000908074D2DA413333938074D2DA416666968074D2DA419A99998074D2DA41CDCC9C8074D2DA410000A08074D2DA413333A38074D2DA416666A68074D2DA419A99A98074D2DA41CDCCAC8074D2DA410000B08074D2DA413333B38074D2DA416666B68074D2DA419A99B98074D2DA41CDCCBC8074D2DA410000C08074D2DA413333C38074D2DA416666C68074D2DA419A99C98074D2DA41CDCCCC8074D2DA410000D08074D2DA413333D38074D2DA416666D68074D2DA419A99D98074D2DA41CDCCDC8074D2DA410000E08074D2DA413333E38074D2DA416666E68074D2DA419A99E98074D2DA41CDCCEC8074D2DA410000F08074D2DA413333F38074D2DA416666F68074D2DA419A99F98074D2DA41CDCCFC8074D2DA410000008174D2DA413333038174D2DA416666068174D2DA419A99098174D2DA41CDCC0C8174D2DA410000108174D2DA413333138174D2DA416666168174D2DA419A99198174D2DA41CDCC1C8174D2DA410000208174D2DA413333238174D2DA416666268174D2DA419A99298174D2DA41CDCC2C8174D2DA410000308174D2DA413333338174D2DA416666368174D2DA419A99398174D2DA41CDCC3C8174D2DA410000408174D2DA413333438174D2DA416666468174D2DA419A99498174D2DA41CDCC4C8174D2DA410000508174D2DA413333538174D2DA416666568174D2DA419A99598174D2DA41CDCC5C8174D2DA410000608174D2DA413333638174D2DA416666668174D2DA419A99698174D2DA41CDCC6C8174D2DA410000708174D2DA413333738174D2DA416666768174D2DA419A99798174D2DA41CDCC7C8174D2DA410000808174D2DA413333838174D2DA416666868174D2DA419A99898174D2DA41CDCC8C8174D2DA410000908174D2DA413333938174D2DA416666968174D2DA419A99998174D2DA41CDCC9C8174D2DA410000A08174D2DA413333A38174D2DA416666A68174D2DA419A99A98174D2DA41CDCCAC8174D2DA410000B08174D2DA413333B38174D2DA416666B68174D2DA419A99B98174D2DA41CDCCBC8174D2DA410000C08174D2DA413333C38174D2DA416666C68174D2DA419A99C98174D2DA41CDCCCC8174D2DA410000D08174D2DA413333D38174D2DA416666D68174D2DA419A99D98174D2DA41CDCCDC8174D2DA410000E08174D2DA413333E38174D2DA416666E68174D2DA419A99E98174D2DA41CDCCEC8174D2DA410000F08174D2DA413333F38174D2DA416666F68174D2DA419A99F98174D2DA41CDCCFC8174D2DA410000008274D2DA413333038274D2DA416666068274D2DA419A99098274D2DA41CDCC0C8274D2DA410000108274D2DA413333138274D2DA416666168274D2DA419A99198274D2DA41CDCC1C8274D2DA410000208274D2DA413333238274D2DA416666268274D2DA419A99298274D2DA41CDCC2C8274D2DA410000308274D2DA413333338274D2DA416666368274D2DA419A99398274D2DA41CDCC3C8274D2DA410000408274D2DA413333438274D2DA416666468274D2DA419A99498274D2DA41CDCC4C8274D2DA410000508274D2DA413333538274D2DA416666568274D2DA419A99598274D2DA41CDCC5C8274D2DA410000608274D2DA413333638274D2DA416666668274D2DA419A99698274D2DA41CDCC6C8274D2DA410000708274D2DA413333738274D2DA416666768274D2DA419A99798274D2DA41CDCC7C8274D2DA410000808274D2DA413333838274D2DA416666868274D2DA419A99898274D2DA41CDCC8C8274D2DA410000908274D2DA413333938274D2DA416666968274D2DA419A99998274D2DA41CDCC9C8274D2DA410000A08274D2DA413333A38274D2DA416666A68274D2DA419A99A98274D2DA41CDCCAC8274D2DA410000B08274D2DA413333B38274D2DA416666B68274D2DA419A99B98274D2DA41CDCCBC8274D2DA410000C08274D2DA413333C38274D2DA416666C68274D2DA419A99C98274D2DA41CDCCCC8274D2DA410000D08274D2DA413333D38274D2DA416666D68274D2DA419A99D98274D2DA41CDCCDC8274D2DA410000E08274D2DA413333E38274D2DA416666E68274D2DA419A99E98274D2DA41CDCCEC8274D2DA410000F08274D2DA413333F38274D2DA416666F68274D2DA419A99F98274D2DA41CDCCFC8274D2DA410000008374D2DA413333038374D2DA416666068374D2DA419A99098374D2DA41CDCC0C8374D2DA410000108374D2DA413333138374D2DA416666168374D2DA419A99198374D2DA41CDCC1C8374D2DA410000208374D2DA413333238374D2DA416666268374D2DA419A99298374D2DA41CDCC2C8374D2DA410000308374D2DA413333338374D2DA416666368374D2DA419A99398374D2DA41CDCC3C8374D2DA410000408374D2DA413333438374D2DA416666468374D2DA419A99498374D2DA41CDCC4C8374D2DA410000508374D2DA413333538374D2DA416666568374D2DA419A99598374D2DA41CDCC5C8374D2DA410000608374D2DA413333638374D2DA416666668374D2DA419A99698374D2DA41CDCC6C8374D2DA410000708374D2DA413333738374D2DA416666768374D2DA419A99798374D2DA41CDCC7C8374D2DA410000808374D2DA413333838374D2DA416666868374D2DA419A99898374D2DA41CDCC8C8374D2DA410000908374D2DA413333938374D2DA416666968374D2DA419A99998374D2DA41CDCC9C8374D2DA410000A08374D2DA413333A38374D2DA416666A68374D2DA419A99A98374D2DA41CDCCAC8374D2DA410000B08374D2DA413333B38374D2DA416666B68374D2DA419A99B98374D2DA41CDCCBC8374D2DA410000C08374D2DA413333C38374D2DA416666C68374D2DA419A99C98374D2DA41CDCCCC8374D2DA410000D08374D2DA413333D38374D2DA416666D68374D2DA419A99D98374D2DA41CDCCDC8374D2DA410000E08374D2DA413333E38374D2DA416666E68374D2DA419A99E98374D2DA41CDCCEC8374D2DA410000F08374D2DA413333F38374D2DA416666F68374D2DA419A99F98374D2DA41CDCCFC8374D2DA410000008474D2DA413333038474D2DA416666068474D2DA419A99098474D2DA41CDCC0C8474D2DA410000108474D2DA413333138474D2DA416666168474D2DA419A99198474D2DA41CDCC1C8474D2DA410000208474D2DA413333238474D2DA416666268474D2DA419A99298474D2DA41CDCC2C8474D2DA410000308474D2DA413333338474D2DA416666368474D2DA419A99398474D2DA41CDCC3C8474D2DA410000408474D2DA413333438474D2DA416666468474D2DA419A99498474D2DA41CDCC4C8474D2DA410000508474D2DA413333538474D2DA416666568474D2DA419A99598474D2DA41CDCC5C8474D2DA410000608474D2DA413333638474D2DA416666668474D2DA419A99698474D2DA41CDCC6C8474D2DA410000708474D2DA413333738474D2DA416666768474D2DA419A99798474D2DA41CDCC7C8474D2DA410000808474D2DA413333838474D2DA416666868474D2DA419A99898474D2DA41CDCC8C8474D2DA410000908474D2DA413333938474D2DA416666968474D2DA419A99998474D2DA41CDCC9C8474D2DA410000A08474D2DA413333A38474D2DA416666A68474D2DA419A99A98474D2DA41CDCCAC8474D2DA410000B08474D2DA413333B38474D2DA416666B68474D2DA419A99B98474D2DA41CDCCBC8474D2DA410000C08474D2DA413333C38474D2DA416666C68474D2DA419A99C98474D2DA41CDCCCC8474D2DA410000D08474D2DA413333D38474D2DA416666D68474D2DA419A99D98474D2DA41CDCCDC8474D2DA410000E08474D2DA413333E38474D2DA416666E68474D2DA419A99E98474D2DA41CDCCEC8474D2DA410000F08474D2DA413333F38474D2DA416666F68474D2DA419A99F98474D2DA41CDCCFC8474D2DA410000008574D2DA413333038574D2DA416666068574D2DA419A99098574D2DA41CDCC0C8574D2DA410000108574D2DA413333138574D2DA416666168574D2DA419A99198574D2DA41CDCC1C8574D2DA410000208574D2DA413333238574D2DA416666268574D2DA419A99298574D2DA41CDCC2C8574D2DA410000308574D2DA413333338574D2DA416666368574D2DA419A99398574D2DA41CDCC3C8574D2DA410000408574D2DA413333438574D2DA416666468574D2DA419A99498574D2DA41CDCC4C8574D2DA410000508574D2DA413333538574D2DA416666568574D2DA419A99598574D2DA41CDCC5C8574D2DA410000608574D2DA413333638574D2DA416666668574D2DA419A99698574D2DA41CDCC6C8574D2DA410000708574D2DA413333738574D2DA416666768574D2DA419A99798574D2DA41CDCC7C8574D2DA410000808574D2DA413333838574D2DA416666868574D2DA419A99898574D2DA41CDCC8C8574D2DA410000908574D2DA413333938574D2DA416666968574D2DA419A99998574D2DA41CDCC9C8574D2DA410000A08574D2DA413333A38574D2DA416666A68574D2DA419A99A98574D2DA41CDCCAC8574D2DA410000B08574D2DA413333B38574D2DA416666B68574D2DA419A99B98574D2DA41CDCCBC8574D2DA410000C08574D2DA413333C38574D2DA416666C68574D2DA419A99C98574D2DA41CDCCCC8574D2DA410000D08574D2DA413333D38574D2DA416666D68574D2DA419A99D98574D2DA41CDCCDC8574D2DA410000E08574D2DA413333E38574D2DA416666E68574D2DA419A99E98574D2DA41CDCCEC8574D2DA410000F08574D2DA413333F38574D2DA416666F68574D2DA419A99F98574D2DA41CDCCFC8574D2DA410000008674D2DA413333038674D2DA416666068674D2DA419A99098674D2DA41CDCC0C8674D2DA410000108674D2DA413333138674D2DA416666168674D2DA419A99198674D2DA41CDCC1C8674D2DA410000208674D2DA413333238674D2DA416666268674D2DA419A99298674D2DA41CDCC2C8674D2DA410000308674D2DA413333338674D2DA416666368674D2DA419A99398674D2DA41CDCC3C8674D2DA410000408674D2DA413333438674D2DA416666468674D2DA419A99498674D2DA41CDCC4C8674D2DA410000508674D2DA413333538674D2DA416666568674D2DA419A99598674D2DA41CDCC5C8674D2DA410000608674D2DA413333638674D2DA416666668674D2DA419A99698674D2DA41CDCC6C8674D2DA410000708674D2DA413333738674D2DA416666768674D2DA419A99798674D2DA41CDCC7C8674D2DA410000808674D2DA413333838674D2DA416666868674D2DA419A99898674D2DA41CDCC8C8674D2DA410000908674D2DA413333938674D2DA416666968674D2DA419A99998674D2DA41CDCC9C8674D2DA410000A08674D2DA413333A38674D2DA416666A68674D2DA419A99A98674D2DA41CDCCAC8674D2DA410000B08674D2DA413333B38674D2DA416666B68674D2DA419A99B98674D2DA41CDCCBC8674D2DA410000C08674D2DA413333C38674D2DA416666C68674D2DA419A99C98674D2DA41CDCCCC8674D2DA410000D08674D2DA413333D38674D2DA416666D68674D2DA419A99D98674D2DA41CDCCDC8674D2DA410000E08674D2DA413333E38674D2DA416666E68674D2DA419A99E98674D2DA41CDCCEC8674D2DA410000F08674D2DA413333F38674D2DA416666F68674D2DA419A99F98674D2DA41CDCCFC8674D2DA410000008774D2DA413333038774D2DA416666068774D2DA419A99098774D2DA41CDCC0C8774D2DA410000108774D2DA413333138774D2DA416666168774D2DA419A99198774D2DA41CDCC1C8774D2DA410000208774D2DA413333238774D2DA416666268774D2DA419A99298774D2DA41CDCC2C8774D2DA410000308774D2DA413333338774D2DA416666368774D2DA419A99398774D2DA41CDCC3C8774D2DA410000408774D2DA413333438774D2DA416666468774D2DA419A99498774D2DA41CDCC4C8774D2DA410000508774D2DA413333538774D2DA416666568774D2DA419A99598774D2DA41CDCC5C8774D2DA410000608774D2DA413333638774D2DA416666668774D2DA419A99698774D2DA41CDCC6C8774D2DA410000708774D2DA413333738774D2DA416666768774D2DA419A99798774D2DA41CDCC7C8774D2DA410000808774D2DA413333838774D2DA416666868774D2DA419A99898774D2DA41CDCC8C8774D2DA410000908774D2DA413333938774D2DA416666968774D2DA419A99998774D2DA41CDCC9C8774D2DA410000A08774D2DA413333A38774D2DA416666A68774D2DA419A99A98774D2DA41CDCCAC8774D2DA410000B08774D2DA413333B38774D2DA416666B68774D2DA419A99B98774D2DA41CDCCBC8774D2DA410000C08774D2DA413333C38774D2DA416666C68774D2DA419A99C98774D2DA41CDCCCC8774D2DA410000D08774D2DA413333D38774D2DA416666D68774D2DA419A99D98774D2DA41CDCCDC8774D2DA410000E08774D2DA413333E38774D2DA416666E68774D2DA419A99E98774D2DA41CDCCEC8774D2DA410000F08774D2DA413333F38774D2DA416666F68774D2DA419A99F98774D2DA41CDCCFC8774D2DA410000008874D2DA413333038874D2DA416666068874D2DA419A99098874D2DA41CDCC0C8874D2DA410000108874D2DA413333138874D2DA416666168874D2DA419A99198874D2DA41CDCC1C8874D2DA410000208874D2DA413333238874D2DA416666268874D2DA419A99298874D2DA41CDCC2C8874D2DA410000308874D2DA413333338874D2DA416666368874D2DA419A99398874D2DA41CDCC3C8874D2DA410000408874D2DA413333438874D2DA416666468874D2DA419A99498874D2DA41CDCC4C8874D2DA410000508874D2DA413333538874D2DA416666568874D2DA419A99598874D2DA41CDCC5C8874D2DA410000608874D2DA413333638874D2DA416666668874D2DA419A99698874D2DA41CDCC6C8874D2DA410000708874D2DA413333738874D2DA416666768874D2DA419A99798874D2DA41CDCC7C8874D2DA410000808874D2DA413333838874D2DA416666868874D2DA419A99898874D2DA41CDCC8C8874D2DA410000908874D2DA413333938874D2DA416666968874D2DA419A99998874D2DA41CDCC9C8874D2DA410000A08874D2DA413333A38874D2DA416666A68874D2DA419A99A98874D2DA41CDCCAC8874D2DA410000B08874D2DA413333B38874D2DA416666B68874D2DA419A99B98874D2DA41CDCCBC8874D2DA410000808774D2DA413333838774D2DA416666868774D2DA419A99898774D2DA41CDCC8C8774D2DA410000908774D2DA413333938774D2DA416666968774D2DA419A99998774D2DA41CDCC9C8774D2DA410000A08774D2DA413333A38774D2DA416666A68774D2DA419A99A98774D2DA41CDCCAC8774D2DA410000B08774D2DA413333B38774D2DA416666B68774D2DA419A99B98774D2DA41CDCCBC8774D2DA410000C08774D2DA413333C38774D2DA416666C68774D2DA419A99C98774D2DA41CDCCCC8774D2DA410000D08774D2DA413333D38774D2DA416666D68774D2DA419A99D98774D2DA41CDCCDC8774D2DA410000E08774D2DA413333E38774D2DA416666E68774D2DA419A99E98774D2DA41CDCCEC8774D2DA410000F08774D2DA413333F38774D2DA416666F68774D2DA419A99F98774D2DA41CDCCFC8774D2DA410000008874D2DA413333038874D2DA416666068874D2DA419A99098874D2DA41CDCC0C8874D2DA410000108874D2DA413333138874D2DA416666168874D2DA419A99198874D2DA41CDCC1C8874D2DA410000208874D2DA413333238874D2DA416666268874D2DA419A99298874D2DA41CDCC2C8874D2DA410000308874D2DA413333338874D2DA416666368874D2DA419A99398874D2DA41CDCC3C8874D2DA410000408874D2DA413333438874D2DA416666468874D2DA419A99498874D2DA41CDCC4C8874D2DA410000508874D2DA413333538874D2DA416666568874D2DA419A99598874D2DA41CDCC5C8874D2DA410000608874D2DA413333638874D2DA416666668874D2DA419A99698874D2DA41CDCC6C8874D2DA410000708874D2DA413333738874D2DA416666768874D2DA419A99798874D2DA41CDCC7C8874D2DA410000808874D2DA413333838874D2DA416666868874D2DA419A99898874D2DA41CDCC8C8874D2DA410000908874D2DA413333938874D2DA416666968874D2DA419A99998874D2DA41CDCC9C8874D2DA410000A08874D2DA413333A38874D2DA416666A68874D2DA419A99A98874D2DA41CDCCAC8874D2DA410000B08874D2DA413333B38874D2DA416666B68874D2DA419A99B98874D2DA41CDCCBC8874D2DA410000C08874D2DA413333C38874D2DA416666C68874D2DA419A99C98874D2DA41CDCCCC8874D2DA410000D08874D2DA413333D38874D2DA416666D68874D2DA419A99D98874D2DA41CDCCDC8874D2DA410000E08874D2DA413333E38874D2DA416666E68874D2DA419A99E98874D2DA41CDCCEC8874D2DA410000F08874D2DA413333F38874D2DA416666F68874D2DA419A99F98874D2DA41CDCCFC8874D2DA410000008974D2DA413333038974D2DA416666068974D2DA419A99098974D2DA41CDCC0C8974D2DA410000108974D2DA413333138974D2DA416666168974D2DA419A99198974D2DA41CDCC1C8974D2DA410000208974D2DA413333238974D2DA416666268974D2DA419A99298974D2DA41CDCC2C8974D2DA410000308974D2DA413333338974D2DA416666368974D2DA419A99398974D2DA41CDCC3C8974D2DA410000408974D2DA413333438974D2DA416666468974D2DA419A99498974D2DA41CDCC4C8974D2DA410000508974D2DA413333538974D2DA416666568974D2DA419A99598974D2DA41CDCC5C8974D2DA410000608974D2DA413333638974D2DA416666668974D2DA419A99698974D2DA41CDCC6C8974D2DA410000708974D2DA413333738974D2DA416666768974D2DA419A99798974D2DA41CDCC7C8974D2DA410000808974D2DA413333838974D2DA416666868974D2DA419A99898974D2DA41CDCC8C8974D2DA410000908974D2DA413333938974D2DA416666968974D2DA419A99998974D2DA41CDCC9C8974D2DA410000A08974D2DA413333A38974D2DA416666A68974D2DA419A99A98974D2DA41CDCCAC8974D2DA410000B08974D2DA413333B38974D2DA416666B68974D2DA419A99B98974D2DA41CDCCBC8974D2DA410000C08974D2DA413333C38974D2DA416666C68974D2DA419A99C98974D2DA41CDCCCC8974D2DA410000D08974D2DA413333D38974D2DA416666D68974D2DA419A99D98974D2DA41CDCCDC8974D2DA410000E08974D2DA413333E38974D2DA416666E68974D2DA419A99E98974D2DA41CDCCEC8974D2DA410000F08974D2DA413333F38974D2DA416666F68974D2DA419A99F98974D2DA41CDCCFC8974D2DA410000008A74D2DA413333038A74D2DA416666068A74D2DA419A99098A74D2DA41CDCC0C8A74D2DA410000108A74D2DA413333138A74D2DA416666168A74D2DA419A99198A74D2DA41CDCC1C8A74D2DA410000208A74D2DA413333238A74D2DA416666268A74D2DA419A99298A74D2DA41CDCC2C8A74D2DA410000308A74D2DA413333338A74D2DA416666368A74D2DA419A99398A74D2DA41CDCC3C8A74D2DA410000408A74D2DA413333438A74D2DA416666468A74D2DA419A99498A74D2DA41CDCC4C8A74D2DA410000508A74D2DA413333538A74D2DA416666568A74D2DA419A99598A74D2DA41CDCC5C8A74D2DA410000608A74D2DA413333638A74D2DA416666668A74D2DA419A99698A74D2DA41CDCC6C8A74D2DA410000708A74D2DA413333738A74D2DA416666768A74D2DA419A99798A74D2DA41CDCC7C8A74D2DA410000808A74D2DA413333838A74D2DA416666868A74D2DA419A99898A74D2DA41CDCC8C8A74D2DA410000908A74D2DA413333938A74D2DA416666968A74D2DA419A99998A74D2DA41CDCC9C8A74D2DA410000A08A74D2DA413333A38A74D2DA416666A68A74D2DA419A99A98A74D2DA41CDCCAC8A74D2DA410000B08A74D2DA413333B38A74D2DA416666B68A74D2DA419A99B98A74D2DA41CDCCBC8A74D2DA410000C08A74D2DA413333C38A74D2DA416666C68A74D2DA419A99C98A74D2DA41CDCCCC8A74D2DA410000D08A74D2DA413333D38A74D2DA416666D68A74D2DA419A99D98A74D2DA41CDCCDC8A74D2DA410000E08A74D2DA413333E38A74D2DA416666E68A74D2DA419A99E98A74D2DA41CDCCEC8A74D2DA410000F08A74D2DA413333F38A74D2DA416666F68A74D2DA419A99F98A74D2DA41CDCCFC8A74D2DA410000008B74D2DA413333038B74D2DA416666068B74D2DA419A99098B74D2DA41CDCC0C8B74D2DA410000108B74D2DA413333138B74D2DA416666168B74D2DA419A99198B74D2DA41CDCC1C8B74D2DA410000208B74D2DA413333238B74D2DA416666268B74D2DA419A99298B74D2DA41CDCC2C8B74D2DA410000308B74D2DA413333338B74D2DA416666368B74D2DA419A99398B74D2DA41CDCC3C8B74D2DA410000408B74D2DA413333438B74D2DA416666468B74D2DA419A99498B74D2DA41CDCC4C8B74D2DA410000508B74D2DA413333538B74D2DA416666568B74D2DA419A99598B74D2DA41CDCC5C8B74D2DA410000608B74D2DA413333638B74D2DA416666668B74D2DA419A99698B74D2DA41CDCC6C8B74D2DA410000708B74D2DA413333738B74D2DA416666768B74D2DA419A99798B74D2DA41CDCC7C8B74D2DA410000808B74D2DA413333838B74D2DA416666868B74D2DA419A99898B74D2DA41000000000000F03F000000000000E03F555555555555D53F000000000000D03F9A9999999999C93F555555555555C53F922449922449C23F000000000000C03F1CC7711CC771BC3F9A9999999999B93F46175D74D145B73F555555555555B53F143BB1133BB1B33F922449922449B23F111111111111B13F000000000000B03F1E1E1E1E1E1EAE3F1CC7711CC771AC3F28AFA1BC86F2AA3F9A9999999999A93F188661188661A83F46175D74D145A73F64210B59C842A63F555555555555A53F7B14AE47E17AA43F143BB1133BB1A33F682FA1BD84F6A23F922449922449A23F967B1A61B9A7A13F111111111111A13F841042082184A03F000000000000A03F081F7CF0C1079F3F1E1E1E1E1E1E9E3F1DD4411DD4419D3F1CC7711CC7719C3FD0BAC114F9AC9B3F28AFA1BC86F29A3F1AA4411AA4419A3F9A9999999999993FFA189C8FC1F9983F188661188661983FF4057D415FD0973F46175D74D145973F176CC1166CC1963F64210B59C842963F5710932B88C9953F555555555555953F39052FA7E0E5943F7B14AE47E17A943F141414141414943F143BB1133BB1933FC1782BFB1C52933F682FA1BD84F6923F9E12E429419E923F922449922449923F701FC17D04F7913F967B1A61B9A7913F0D27755F1E5B913F111111111111913F3BDABC4F71C9903F841042082184903F100441100441903F000000000000903F20F8811FF8818F3F081F7CF0C1078F3F67B7F0AB31918E3F1E1E1E1E1E1E8E3FDB81B97660AE8D3F1DD4411DD4418D3F0B9B038956D88C3F1CC7711CC7718C3FE0C08103070E8C3FD0BAC114F9AC8B3F4F1BE8B4814E8B3F28AFA1BC86F28A3FBE636A60EF988A3F1AA4411AA4418A3FD93310958EEC893F9A9999999999893FE0E9D6FCB048893FFA189C8FC1F9883FAAF36B0FB9AC883F188661188661883F181818181818883FF4057D415FD0873FC8A478814C8A873F46175D74D145873F70810B5CE002873F176CC1166CC1863F176881166881863F64210B59C842863F061658608105863F5710932B88C9853FED588130D28E853F555555555555853F15F8E2EA071D853F39052FA7E0E5843F5BBF52A0D6AF843F7B14AE47E17A843FFBD96265F846843F141414141414843F02A9E4BC2CE2833F143BB1133BB1833F143881133881833FC1782BFB1C52833FBF102B4AE323833F682FA1BD84F6823FA02C814DFBC9823F9E12E429419E823F352781B85073823F922449922449823F78FB2181B71F823F701FC17D04F7813F1D81A2AD06CF813F967B1A61B9A7813F121881111881813F0D27755F1E5B813F11C83511C835813F111111111111813F909CE66BF5EC803F3BDABC4F71C9803FA710680A81A6803F841042082184803FFCA9F1D24D62803F100441100441803F080402814020803F000000000000803FF007FC017FC07F3F20F8811FF8817F3F71424A9E65447F3F081F7CF0C1077F3FC0EC01B307CC7E3F67B7F0AB31917E3F74E501C93A577E3F1E1E1E1E1E1E7E3F8A86F8E3D6E57D3FDB81B97660AE7D3F342CB854B6777D3F1DD4411DD4417D3F74C06E8FB50C7D3F0B9B038956D87C3F91E15E05B3A47C3F1CC7711CC7717C3FF0F8C3018F3F7C3FE0C08103070E7C3FF70694892BDD7B3FD0BAC114F9AC7B3F8B33DA3D6C7D7B3F4F1BE8B4814E7B3FD9806C4036207B3F28AFA1BC86F27A3F1B70C51A70C57A3FBE636A60EF987A3F6D1AD0A6016D7A3F1AA4411AA4417A3F024B7AF9D3167A3FD93310958EEC793F02A1E44ED1C2793F9A9999999999793F72B80CF8E470793FE0E9D6FCB048793F29E2D049FB20793FFA189C8FC1F9783FD318308D01D3783FAAF36B0FB9AC783F4AB0ABF0E586783F188661188661783FDDBEB27A973C783F181818181818783F407F01FD05F4773FF4057D415FD0773FC3ECE00822AD773FC8A478814C8A773FB1A934E4DC67773F46175D74D145773FBCDE467F2824773F70810B5CE002773FC737436BF7E1763F176CC1166CC1763F907253D13CA1763F176881166881763FF922516AEC61763F64210B59C842763F40620177FA23763F061658608105763FE715D0B85BE7753F5710932B88C9753FC05A016B05AC753FED588130D28E753F3A6B503CED71753F555555555555753FEB0FF4480939753F15F8E2EA071D753F155001155001753F39052FA7E0E5743F6EAF2587B8CA743F5BBF52A0D6AF743F67D0B2E33995743F7B14AE47E17A743F9ACFF5C7CB60743FFBD96265F846743F871FD525662D743F141414141414743FFB13B03F01FB733F02A9E4BC2CE2733FE7AB7BA495C9733F143BB1133BB1733F637F182C1C99733F143881133881733F4807DEF38D69733FC1782BFB1C52733FB2BC575BE43A733FBF102B4AE323733F90D13001190D733F682FA1BD84F6723F97804BC025E0723FA02C814DFBC9723F402B01AD04B4723F9E12E429419E723F13B08812B088723F352781B85073723FF1928070225E723F922449922449723FDFBC9A785634723F78FB2181B71F723FD9C0670C470B723F701FC17D04F7713F74B83F3BEFE2713F1D81A2AD06CF713F29ED46404ABB713F967B1A61B9A7713F9CA28C805394713F121881111881713F79734289066E713F0D27755F1E5B713F3BCD0A0E5F48713F11C83511C835713F33305DE75823713F111111111111713F11F0FE10F0FE703F909CE66BF5EC703F96468FA820DB703F3BDABC4F71C9703FC89D25ECE6B7703FA710680A81A6703F540901393F95703F841042082184703FC6F7470A2673703FFCA9F1D24D62703F0434D7F79751703F100441100441703F1A5E1FB59130703F080402814020703F101010101010703F000000000000703F20E01FE01FE06F3FF007FC017FC06F3F12FA01AA1CA16F3F20F8811FF8816F3FB5DBA0AC10636F3F71424A9E65446F3FB50A2344F6256F3F081F7CF0C1076F3F028E45F8C7E96E3FC0EC01B307CC6E3FEB01BA7A80AE6E3F67B7F0AB31916E3FE45097A51A746E3F74E501C93A576E3F731ADC79913A6E3F1E1E1E1E1E1E6E3F1EE0011EE0016E3F8A86F8E3D6E56D3FCA1DA0DC01CA6D3FDB81B97660AE6D3F8A7F1E23F2926D3F342CB854B6776D3FB2727580AC5C6D3F1DD4411DD4416D3F1A5BFCA32C276D3F74C06E8FB50C6D3FC6BF445C6EF26C3F0B9B038956D86C3FE7CB01966DBE6C3F91E15E05B3A46C3F428AFB5A268B6C3F1CC7711CC7716C3F86490DD194586C3FF0F8C3018F3F6C3F1CA02E39B5266C3FE0C08103070E6C3F8B8D86EE83F56B3FF70694892BDD6B3F7B3E8865FDC46B3FD0BAC114F9AC6B3F23FF182B1E956B3F8B33DA3D6C7D6B3F05EEBEE3E2656B3F4F1BE8B4814E6B3FCE06D84A48376B3FD9806C4036206B3FA422D9314B096B3F28AFA1BC86F26A3F5E90947FE8DB6A3F1B70C51A70C56A3FFDEB872F1DAF6A3FBE636A60EF986A3F59E13051E6826A3F6D1AD0A6016D6A3F4A8A680741576A3F1AA4411AA4416A3FA01CC5872A2C6A3F024B7AF9D3166A3F1AA0011AA0016A3FD93310958EEC693F2D686B179FD7693F02A1E44ED1C2693FDA1055EA24AE693F9A9999999999693FFFC08E0D2F85693F72B80CF8E470693FAE77E30BBB5C693FE0E9D6FCB048693FE62C9B7FC634693F29E2D049FB20693FD59001124F0D693FFA189C8FC1F9683F3F37F17A52E6683FD318308D01D3683F3AFF6280CEBF683FAAF36B0FB9AC683F9C8901F6C099683F4AB0ABF0E586683FB992C0BC2774683F188661188661683F140678C2004F683FDDBEB27A973C683FA0A482014A2A683F181818181818683F061860800106683F407F01FD05F4673F1D4F5A5125E2673FF4057D415FD0673F7C012E92B3BE673FC3ECE00822AD673F8B39B66BAA9B673FC8A478814C8A673F0DC69A110879673FB1A934E4DC67673F6D7501C2CA56673F46175D74D145673F8DFE41C5F034673FBCDE467F2824673F097C9C6D7813673F70810B5CE002673F1760F21660F2663FC737436BF7E1663F61C88126A6D1663F176CC1166CC1663F3D1AA30A49B1663F907253D13CA1663FC0D0883A4791663F176881166881663F1A6701369F71663FF922516AEC61663FA34A3B854F52663F64210B59C842663FDEC08AB85633663F40620177FA23663F94AE3168B314663F061658608105663FFC2D293464F6653FE715D0B85BE7653FA5E2ECC367D8653F5710932B88C9653F91FA47C6BCBA653FC05A016B05AC653FAACC23F1619D653FED588130D28E653F600558015680653F3A6B503CED71653FE2527CBA9763653F555555555555653FFE82BBE62547653FEB0FF4480939653F4B05A856FF2A653F15F8E2EA071D653FC5C411E1220F653F155001155001653F9B4CDD628FF3643F39052FA7E0E5643F4C2CDCBE43D8643F6EAF2587B8CA643FE18FA6DD3EBD643F5BBF52A0D6AF643F4A0176AD7FA2643F67D0B2E33995643F804801220588643F7B14AE47E17A643F66605934CE6D643F9ACFF5C7CB60643FCA76C7E2D953643FFBD96265F846643F4DEEAB30273A643F871FD525662D643F51595E26B520643F141414141414643F66650ED18207643FFB13B03F01FB633F07AFA5428FEE633F02A9E4BC2CE2633FC675AA91D9D5633FE7AB7BA495C9633F552923D960BD633F143BB1133BB1633F22C87A3824A5633F637F182C1C99633F8E0866D3228D633F143881133881633FEE45C9D15B75633F4807DEF38D69633FF82A9F5FCE5D633FC1782BFB1C52633F4613E0AC7946633FB2BC575BE43A633FFA1D6AED5C2F633FBF102B4AE323633FB6EBE9587718633F90D13001190D633F6002C42AC801633F682FA1BD84F6623F4BD1FEA14EEB623F97804BC025E0623FA0502D010AD5623FA02C814DFBC9623F11375A8EF9BE623F402B01AD04B4623F05C1F3921CA9623F9E12E429419E623FA504B85B7293623F13B08812B088623F4DCEA138FA7D623F352781B85073623F2701D67CB368623FF1928070225E623FB277917E9D53623F922449922449623F5B601797B73E623FDFBC9A785634623F2A12A022012A623F78FB2181B71F623FE65548807915623FD9C0670C470B623F122001122001623F701FC17D04F7613F4CB87F3CF4EC613F74B83F3BEFE2613FBD4A2E67F5D8613F1D81A2AD06CF613F59E01CFC22C5613F29ED46404ABB613FE3BAF2677CB1613F967B1A61B9A7613F9E11E019019E613F9CA28C805394613FDB2B9083B08A613F121881111881613F84D61B198A77613F79734289066E613F0132FC508D64613F0D27755F1E5B613FC9D5FDA3B951613F3BCD0A0E5F48613F2447348D0E3F613F11C83511C835613FACC0ED898B2C613F33305DE75823613F2648A719301A613F111111111111613F801001BEFB07613F11F0FE10F0FE603FA225B3FAEDF5603F909CE66BF5EC603F1160825506E4603F96468FA820DB603F3A9E355644D2603F3BDABC4F71C9603F71418B86A7C0603FC89D25ECE6B7603FB5EC2E722FAF603FA710680A81A6603F6083AFA6DB9D603F540901393F95603FE26575B3AB8C603F841042082184603FE2EAB8299F7B603FC6F7470A2673603FFB12799CB56A603FFCA9F1D24D62603F867572A0EE59603F0434D7F79751603FC56416CC4949603F100441100441603FFC4782B7C638603F1A5E1FB59130603FE92977FC6428603F080402814020603F377A51362418603F101010101010603F800001020408603F000000000000603F00FF01FC07F05F3F20E01FE01FE05F3F6A0EA19447D05F3FF007FC017FC05F3F39E9D510C6B05F3F12FA01AA1CA15F3FAF3B81B682915F3F20F8811FF8815F3F0A535FCE7C725F3FB5DBA0AC10635F3F4E20FAA3B3535F3F71424A9E65445F3FEC8C9B8526355F3FB50A2344F6255F3F171F40C4D4165F3F081F7CF0C1075F3FADEB89B3BDF85E3F028E45F8C7E95E3FA5D3B3A9E0DA5E3FC0EC01B307CC5E3F0C0B85FF3CBD5E3FEB01BA7A80AE5E3F99E74410D29F5E3F67B7F0AB31915E3F09F5AE399F825E3FE45097A51A745E3F6B4DE7DBA3655E3F74E501C93A575E3F94336F59DF485E3F731ADC79913A5E3F16EE1917512C5E3F1E1E1E1E1E1E5E3F00E1017CF80F5E3F1EE0011EE0015E3FDBE47DF1D4F35D3F8A86F8E3D6E55D3F4CD916E3E5D75D3FCA1DA0DC01CA5D3FD4717DBE2ABC5D3FDB81B97660AE5D3F413B80F3A2A05D3F8A7F1E23F2925D3F55D801F44D855D3F342CB854B6775D3F4874EF332B6A5D3FB2727580AC5C5D3FCA6937293A4F5D3F1DD4411DD4415D3F341DC04B7A345D3F1A5BFCA32C275D3FA4085F15EB195D3F74C06E8FB50C5D3FC0F8CF018CFF5C3FC6BF445C6EF25C3F0079AC8E5CE55C3F0B9B038956D85C3F3A6E633B5CCB5C3FE7CB01966DBE5C3F60DE30898AB15C3F91E15E05B3A45C3F4DE415FBE6975C3F428AFB5A268B5C3F95CED015717E5C3F1CC7711CC7715C3F4368D55F28655C3F86490DD194585C3F8E6A45610C4C5C3FF0F8C3018F3F5C3F7916E9A31C335C3F1CA02E39B5265C3F76F527B3581A5C3FE0C08103070E5C3F1CC0011CC0015C3F8B8D86EE83F55B3FFA69076D52E95B3FF70694892BDD5B3FB65154360FD15B3F7B3E8865FDC45B3F93948709F6B85B3FD0BAC114F9AC5B3F8884BD7906A15B3F23FF182B1E955B3F1C40891B40895B3F8B33DA3D6C7D5B3F346BEE84A2715B3F05EEBEE3E2655B3F1F085B4D2D5A5B3F4F1BE8B4814E5B3F0770A10DE0425B3FCE06D84A48375B3F236AF25FBA2B5B3FD9806C4036205B3FE660D7DFBB145B3FA422D9314B095B3F82B42C2AE4FD5A3F28AFA1BC86F25A3F092A1CDD32E75A3F5E90947FE8DB5A3F93761798A7D05A3F1B70C51A70C55A3FB1E5D2FB41BA5A3FFDEB872F1DAF5A3FA41A40AA01A45A3FBE636A60EF985A3FABEB8846E68D5A3F59E13051E6825A3FDA560A75EF775A3F6D1AD0A6016D5A3FDF8F4FDB1C625A3F4A8A680741575A3F37260D206E4C5A3F1AA4411AA4415A3F2D431CEBE2365A3FA01CC5872A2C5A3F2FFF75E57A215A3F024B7AF9D3165A3FF1CD2EB9350C5A3F1AA0011AA0015A3FD000721113F7593FD93310958EEC593F0A5F7D9A12E2593F2D686B179FD7593F40D39C0134CD593F02A1E44ED1C2593FD12D26F576B8593FDA1055EA24AE593F98FB7424DBA3593F9A9999999999593FA070E63F608F593FFFC08E0D2F85593F5266D5F8057B593F72B80CF8E470593FC06C9601CC66593FAE77E30BBB5C593F97EE730DB252593FE0E9D6FCB048593F5967AAD0B73E593FE62C9B7FC634593F74AB6400DD2A593F29E2D049FB20593FDD41B8522117593FD59001124F0D593FC1CEA17E8403593FFA189C8FC1F9583F008F013C06F0583F3F37F17A52E6583F08E49743A6DC583FD318308D01D3583FBCEF014F64C9583F3AFF6280CEBF583F1940B61840B6583FAAF36B0FB9AC583F348A015C39A3583F9C8901F6C099583F4B7403D54F90583F4AB0ABF0E586583F976EAB40837D583FB992C0BC2774583F849AB55CD36A583F188661188661583F18C0A7E73F58583F140678C2004F583F2951CEA0C845583FDDBEB27A973C583F247A39486D33583FA0A482014A2A583F1840BA9E2D21583F181818181818583FCBABDF65090F583F061860800106583F8001F45F00FD573F407F01FD05F4573F3B05FA4F12EB573F1D4F5A5125E2573F464BAAF93ED9573FF4057D415FD0573F9F94702186C7573F7C012E92B3BE573F3337698CE7B5573FC3ECE00822AD573F8C915E0063A4573F8B39B66BAA9B573FC389C643F892573FC8A478814C8A573F8217C01DA781573F0DC69A110879573FD0D810566F70573FB1A934E4DC67573F0770A10DE0425B3FCE06D84A48375B3F236AF25FBA2B5B3FD9806C4036205B3FE660D7DFBB145B3F000000000000F87F82B42C2AE4FD5A3F28AFA1BC86F25A3F092A1CDD32E75A3F5E90947FE8DB5A3F93761798A7D05A3F1B70C51A70C55A3FB1E5D2FB41BA5A3FFDEB872F1DAF5A3FA41A40AA01A45A3FBE636A60EF985A3FABEB8846E68D5A3F59E13051E6825A3FDA560A75EF775A3F6D1AD0A6016D5A3FDF8F4FDB1C625A3F4A8A680741575A3F37260D206E4C5A3F1AA4411AA4415A3F2D431CEBE2365A3FA01CC5872A2C5A3F2FFF75E57A215A3F024B7AF9D3165A3FF1CD2EB9350C5A3F1AA0011AA0015A3FD000721113F7593FD93310958EEC593F0A5F7D9A12E2593F2D686B179FD7593F40D39C0134CD593F02A1E44ED1C2593FD12D26F576B8593FDA1055EA24AE593F98FB7424DBA3593F9A9999999999593FA070E63F608F593FFFC08E0D2F85593F5266D5F8057B593F72B80CF8E470593FC06C9601CC66593FAE77E30BBB5C593F97EE730DB252593FE0E9D6FCB048593F5967AAD0B73E593FE62C9B7FC634593F74AB6400DD2A593F29E2D049FB20593FDD41B8522117593FD59001124F0D593FC1CEA17E8403593FFA189C8FC1F9583F008F013C06F0583F3F37F17A52E6583F08E49743A6DC583FD318308D01D3583FBCEF014F64C9583F3AFF6280CEBF583F1940B61840B6583FAAF36B0FB9AC583F348A015C39A3583F9C8901F6C099583F4B7403D54F90583F4AB0ABF0E586583F976EAB40837D583FB992C0BC2774583F849AB55CD36A583F188661188661583F18C0A7E73F58583F140678C2004F583F2951CEA0C845583FDDBEB27A973C583F247A39486D33583FA0A482014A2A583F1840BA9E2D21583F181818181818583FCBABDF65090F583F061860800106583F8001F45F00FD573F407F01FD05F4573F3B05FA4F12EB573F1D4F5A5125E2573F464BAAF93ED9573FF4057D415FD0573F9F94702186C7573F7C012E92B3BE573F3337698CE7B5573FC3ECE00822AD573F8C915E0063A4573F8B39B66BAA9B573FC389C643F892573FC8A478814C8A573F8217C01DA781573F0DC69A110879573FD0D810566F70573FB1A934E4DC67573F7CB122B5505F573F6D7501C2CA56573FE57401044B4E573F46175D74D145573FF799580C5E3D573F8DFE41C5F034573F1FF97098892C573FBCDE467F2824573F0A942E73CD1B573F097C9C6D7813573FFA660E68290B573F70810B5CE002573F804324439DFA563F1760F21660F2563F74B418D128EA563FC737436BF7E1563FEFEA26DFCBD9563F61C88126A6D1563F29B41A3B86C9563F176CC1166CC1563F03784EB357B9563F3D1AA30A49B1563F1740A91640A9563F907253D13CA1563F26C79C343F99563FC0D0883A4791563FBA9023DD5489563F176881166881563FC708BFE08079563F1A6701369F71563F40AB7510C369563FF922516AEC61563F5733D13D1B5A563FA34A3B854F52563F5FD2DC3A894A563F64210B59C842563F1C6E23DA0C3B563FDEC08AB85633563F5EE6ADEEA52B563F40620177FA23563FC561014C541C563F94AE3168B314563F98A11DC6170D563F061658608105563F6F5C7B31F0FD553FFC2D293464F6553FB39F0A63DDEE553FE715D0B85BE7553FB6373130DFDF553FA5E2ECC367D8553F571EC96EF5D0553F5710932B88C9553F05F01EF51FC2553F91FA47C6BCBA553F1467F0995EB3553FC05A016B05AC553F2BDD6A34B1A4553FAACC23F1619D553FCED2299C1796553FED588130D28E553FCE7C35A99187553F600558015680553F925701341F79553F3A6B503CED71553F15C06A15C06A553FE2527CBA9763553F8692B726745C553F555555555555553F66CE94413B4E553FFE82BBE62547553F154015401540553FEB0FF4480939553FB12FB0FC0132553F4B05A856FF2A553F241540520124553F15F8E2EA071D553F6151011C1316553FC5C411E1220F553F9CEC90353708553F155001155001553F7C59EB7A6DFA543F9B4CDD628FF3543F243D6BC8B5EC543F39052FA7E0E5543F013CC8FA0FDF543F4C2CDCBE43D8543F4ECB15EF7BD1543F6EAF2587B8CA543F2307C282F9C3543FE18FA6DD3EBD543F1C8D949388B6543F5BBF52A0D6AF543F5C5BADFF28A9543F4A0176AD7FA2543F01B483A5DA9B543F67D0B2E33995543FD104E5639D8E543F804801220588543F25D3F3197181543F7B14AE47E17A543FF2AB26A75574543F66605934CE6D543FE91747EB4A67543F9ACFF5C7CB60543F8F9370C6505A543FCA76C7E2D953543F438B0F19674D543FFBD96265F846543F225BE0C38D40543F4DEEAB30273A543FB452EEA7C433543F871FD525662D543F4DBC92A60B27543F51595E26B520543F21E873A1621A543F141414141414543FE83A847AC90D543F66650ED18207543F144001144001543FFB13B03F01FB533F74BF7250C6F4533F07AFA5428FEE533F51D6A9125CE8533F02A9E4BC2CE2533FDC13C03D01DC533FC675AA91D9D5533FEB9816B5B5CF533FE7AB7BA495C9533FFB3A555C79C3533F552923D960BD533F5CAA69174CB7533F143BB1133BB1533F819B86CA2DAB533F22C87A3824A5533F6EF3225A1E9F533F637F182C1C99533F21F7F8AA1D93533F8E0866D3228D533F047E05A22B87533F143881133881533F44278724487B533FEE45C9D15B75533F1292FD17736F533F4807DEF38D69533FB1982862AC63533FF82A9F5FCE5D533F5B8E07E9F357533FC1782BFB1C52533FD97FD892494C533F4613E0AC7946533FD3761746AD40533FB2BC575BE43A533FC6BF7DE91E35533FFA1D6AED5C2F533F9A3201649E29533FBF102B4AE323533FC27DD39C2B1E533FB6EBE9587718533FEE73617BC612533F90D13001190D533F2C5C52E76E07533F6002C42AC801533F864487C824FC523F682FA1BD84F6523F03571A07E8F0523F4BD1FEA14EEB523F04315E8BB8E5523F97804BC025E0523FFB3CDD3D96DA523FA0502D010AD5523F670E590781CF523FA02C814DFBC9523F13C0C9D078C4523F11375A8EF9BE523F8E545D837DB9523F402B01AD04B4523FD01877088FAE523F05C1F3921CA9523F0709AF49ADA3523F9E12E429419E523F8037D130D898523FA504B85B7293523FA335DDA70F8E523F13B08812B088523FFD7E05995383523F4DCEA138FA7D523F50E6AEEEA378523F352781B85073523F9C047093006E523F2701D67CB368523F18AA10726963523FF1928070225E523F21518975DE58523FB277917E9D53523F059302895F4E523F922449922449523FAE9ED497EC43523F5B601797B73E523F1FB1868D8539523FDFBC9A785634523FC58FCE552A2F523F2A12A022012A523F890490DCDA24523F78FB2181B71F523FA75BDC0D971A523FE65548807915523F36E3F1D55E10523FD9C0670C470B523F6D6C3B213206523F122001122001523F8BCE4FDC10FC513F701FC17D04F7513F646BF1F3FAF1513F4CB87F3CF4EC513F94B50D55F0E7513F74B83F3BEFE2513F41B8BCECF0DD513FBD4A2E67F5D8513F74A040A8FCD3513F1D81A2AD06CF513FFE47057513CA513F59E01CFC22C5513FDFC19F4035C0513F29ED46404ABB513F');
INSERT INTO "series_chunks" VALUES(4,0,1024,'0:1024',1799999980.0,1800001003.0,1799999980.0,1800001003.0,X'0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000604000000000000060400000000000006040000000000000604000000000000060400000000000006040000000000000604000000000000060400000007B74D2DA410000009B74D2DA41000000BB74D2DA41000000DB74D2DA41000000FB74D2DA410000001B75D2DA410000003B75D2DA410000005B75D2DA410000C09A74D2DA410000C0BA74D2DA410000C0DA74D2DA410000C0FA74D2DA410000C01A75D2DA410000C03A75D2DA410000C05A75D2DA410000C07A75D2DA410000007B74D2DA410000009B74D2DA41000000BB74D2DA41000000DB74D2DA41000000FB74D2DA410000001B75D2DA410000003B75D2DA410000005B75D2DA410000C09A74D2DA410000C0BA74D2DA410000C0DA74D2DA410000C0FA74D2DA410000C01A75D2DA410000C03A75D2DA410000C05A75D2DA410000C07A75D2DA410000000000005440000000000000544000000000000054400000000000005440000000000000544000000000000054400000000000005440000000000000544000000000004056400000000000405640000000000040564000000000004056400000000000405640000000000040564000000000004056400000000000405640000000000000544000000000000056400000000000805540000000000000554000000000008054400000000000005440000000000000564000000000008055400000000000C0554000000000004055400000000000C05440000000000040544000000000004056400000000000C0554000000000004055400000000000C05440000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000',X'01789CEDDBB10980301404D08C1677D04C6267E368CE60E934061CE2C0FF1E04AEBCE6429AB4060000000000FC4E07AA6AE902404CFAF901E41CE902408CFD03403D7BBA001063FF0050CF9D2E00C4D83F14D6CFEB3B9224554B4FFAFE0162EC1FEA5AA76D1A4392A46A69495F40408CFD435DE9FFC740CE0B1943A5B4');
INSERT INTO "series_chunks" VALUES(8,0,1024,'0:1024',1799999980.0,1800001003.0,1799999980.0,1800001003.0,X'0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000604000000000000060400000000000006040000000000000604000000000000060400000000000006040000000000000604000000000000060400000007B74D2DA410000009B74D2DA41000000BB74D2DA41000000DB74D2DA41000000FB74D2DA410000001B75D2DA410000003B75D2DA410000005B75D2DA410000C09A74D2DA410000C0BA74D2DA410000C0DA74D2DA410000C0FA74D2DA410000C01A75D2DA410000C03A75D2DA410000C05A75D2DA410000C07A75D2DA410000007B74D2DA410000009B74D2DA41000000BB74D2DA41000000DB74D2DA41000000FB74D2DA410000001B75D2DA410000003B75D2DA410000005B75D2DA410000C09A74D2DA410000C0BA74D2DA410000C0DA74D2DA410000C0FA74D2DA410000C01A75D2DA410000C03A75D2DA410000C05A75D2DA410000C07A75D2DA41000000000000594000000000000059400000000000005940000000000000594000000000000059400000000000005940000000000000594000000000000059400000000000805A400000000000805A400000000000805A400000000000805A400000000000805A400000000000805A400000000000805A400000000000805A40000000000000594000000000008059400000000000005A400000000000805A4000000000004059400000000000C059400000000000405A40000000000000594000000000004059400000000000C059400000000000405A40000000000000594000000000008059400000000000005A400000000000805A400000000000405940000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000',X'01789CEDDBB10D80300003B09E0667D03BD858388D1B18B906BE88446CA9CA9A2555978E010000000000FCCE02B41AE902404CFAF901E41CE902408CFD03409F3D5D0088B17F00E873A70B0031F60FC596F3FA8E10A2309EF4FD03C4D83FF4DA3E734E214461ACE90B0888B17FE895FE7F0CE4BCDAA3B3FA00');
CREATE TABLE series_legs (
    series_id INTEGER NOT NULL REFERENCES series(id) ON DELETE CASCADE,
    leg INTEGER NOT NULL,
    first_step REAL NOT NULL,
    PRIMARY KEY (series_id, leg)
) WITHOUT ROWID;
INSERT INTO "series_legs" VALUES(1,0,0.0);
INSERT INTO "series_legs" VALUES(1,1,600.0);
INSERT INTO "series_legs" VALUES(2,0,1.0);
INSERT INTO "series_legs" VALUES(3,0,1800000000.0);
INSERT INTO "series_legs" VALUES(4,0,1799999980.0);
INSERT INTO "series_legs" VALUES(5,0,1799999940.0);
INSERT INTO "series_legs" VALUES(6,0,1799999940.0);
INSERT INTO "series_legs" VALUES(7,0,1799999940.0);
INSERT INTO "series_legs" VALUES(8,0,1799999980.0);
INSERT INTO "series_legs" VALUES(9,0,1799999940.0);
INSERT INTO "series_legs" VALUES(10,0,1799999940.0);
INSERT INTO "series_legs" VALUES(11,0,1799999940.0);
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
CREATE TABLE series_tail (
    id INTEGER PRIMARY KEY,
    series_id INTEGER NOT NULL REFERENCES series(id) ON DELETE CASCADE,
    leg INTEGER NOT NULL,
    points BLOB NOT NULL
);
INSERT INTO "series_tail" VALUES(1,1,1,X'0000000000E08C400000000000E88C400000000000F08C400000000000F88C400000000000008D400000000000088D400000000000108D400000000000188D400000000000208D400000000000288D400000000000308D400000000000388D400000000000408D400000000000488D400000000000508D400000000000588D400000000000608D400000000000688D400000000000708D400000000000788D400000000000808D400000000000888D400000000000908D400000000000988D400000000000A08D400000000000A88D400000000000B08D400000000000B88D400000000000C08D400000000000C88D400000000000D08D400000000000D88D400000000000E08D400000000000E88D400000000000F08D400000000000F88D400000000000008E400000000000088E400000000000108E400000000000188E400000000000208E400000000000288E400000000000308E400000000000388E400000000000408E400000000000488E400000000000508E400000000000588E400000000000608E400000000000688E400000000000708E400000000000788E400000000000808E400000000000888E400000000000908E400000000000988E400000000000A08E400000000000A88E400000000000B08E400000000000B88E400000000000C08E400000000000C88E400000000000D08E400000000000D88E400000000000E08E400000000000E88E400000000000F08E400000000000F88E400000000000008F400000000000088F400000000000108F400000000000188F400000000000208F400000000000288F400000000000308F400000000000388F40CDCC8C8B74D2DA410000908B74D2DA413333938B74D2DA416666968B74D2DA419A99998B74D2DA41CDCC9C8B74D2DA410000A08B74D2DA413333A38B74D2DA416666A68B74D2DA419A99A98B74D2DA41CDCCAC8B74D2DA410000B08B74D2DA413333B38B74D2DA416666B68B74D2DA419A99B98B74D2DA41CDCCBC8B74D2DA410000C08B74D2DA413333C38B74D2DA416666C68B74D2DA419A99C98B74D2DA41CDCCCC8B74D2DA410000D08B74D2DA413333D38B74D2DA416666D68B74D2DA419A99D98B74D2DA41CDCCDC8B74D2DA410000E08B74D2DA413333E38B74D2DA416666E68B74D2DA419A99E98B74D2DA41CDCCEC8B74D2DA410000F08B74D2DA413333F38B74D2DA416666F68B74D2DA419A99F98B74D2DA41CDCCFC8B74D2DA410000008C74D2DA413333038C74D2DA416666068C74D2DA419A99098C74D2DA41CDCC0C8C74D2DA410000108C74D2DA413333138C74D2DA416666168C74D2DA419A99198C74D2DA41CDCC1C8C74D2DA410000208C74D2DA413333238C74D2DA416666268C74D2DA419A99298C74D2DA41CDCC2C8C74D2DA410000308C74D2DA413333338C74D2DA416666368C74D2DA419A99398C74D2DA41CDCC3C8C74D2DA410000408C74D2DA413333438C74D2DA416666468C74D2DA419A99498C74D2DA41CDCC4C8C74D2DA410000508C74D2DA413333538C74D2DA416666568C74D2DA419A99598C74D2DA41CDCC5C8C74D2DA410000608C74D2DA413333638C74D2DA416666668C74D2DA419A99698C74D2DA41CDCC6C8C74D2DA410000708C74D2DA413333738C74D2DA416666768C74D2DA419A99798C74D2DA41CDCC7C8C74D2DA4133E8CDF861B6513FE3BAF2677CB1513F90EB758B99AC513F967B1A61B9A7513FE4E3A5E6DBA2513F9E11E019019E513FB76293F82899513F9CA28C805394513FDC069BAF808F513FDB2B9083B08A513F861140FAE285513F121881111881513FB9FC2BC74F7C513F84D61B198A77513F16132E05C772513F79734289066E513FFA083BA34869513F0132FC508D64513FF1966C90D45F513F0D27755F1E5B513F671501BC6A56513FC9D5FDA3B951513FAE195B150B4D513F3BCD0A0E5F48513F3B14018CB543513F2447348D0E3F513F1EF09C0F6A3A513F11C83511C835513FB6B3FB8F2831513FACC0ED898B2C513F95220DFDF027513F33305DE75823513F9260E346C31E513F2648A719301A513F0696B25D9F15513F111111111111513F2E95D031850C513F801001BEFB07513FAA80B4B37403513F11F0FE10F0FE503F2273F6D36DFA503FA225B3FAEDF5503FFA274F8370F1503F909CE66BF5EC503F1EA597B27CE8503F1160825506E4503FE6E5C85292DF503F96468FA820DB503FF986FB54B1D6503F3A9E355644D2503F447367AAD9CD503F3BDABC4F71C9503FF39163440BC5503F71418B86A7C0503F6975651446BC503FC89D25ECE6B7503F390B010C8AB3503FB5EC2E722FAF503F164DE81CD7AA503FA710680A81A6503FBFF2EA382DA2503F6083AFA6DB9D503FD524F6518C99503F540901393F95503FAA30145AF490503FE26575B3AB8C503FF73C6C436588503F841042082184503F7CFF4100DF7F503FE2EAB8299F7B503F8673F5826177503FC6F7470A2673503F559102BEEC6E503FFB12799CB56A503F000000000000F07FFCA9F1D24D62503F');
INSERT INTO "series_tail" VALUES(2,2,0,X'000000000000F03F00000000000000400000408274D2DA410000C08474D2DA41000000000000E03F000000000000E83F');
INSERT INTO "series_tail" VALUES(3,3,0,X'0000008074D2DA410000008074D2DA410000000000C05540');
INSERT INTO "series_tail" VALUES(5,5,0,X'0000007174D2DA410000007174D2DA410000000000205540');
INSERT INTO "series_tail" VALUES(6,6,0,X'0000007174D2DA410000007174D2DA410000000000005440');
INSERT INTO "series_tail" VALUES(7,7,0,X'0000007174D2DA410000007174D2DA410000000000405640');
INSERT INTO "series_tail" VALUES(9,9,0,X'0000007174D2DA410000007174D2DA410000000066B65940');
INSERT INTO "series_tail" VALUES(10,10,0,X'0000007174D2DA410000007174D2DA410000000000005940');
INSERT INTO "series_tail" VALUES(11,11,0,X'0000007174D2DA410000007174D2DA410000000000805A40');
INSERT INTO "series_tail" VALUES(13,5,0,X'0000008074D2DA410000008074D2DA410000000000205540');
INSERT INTO "series_tail" VALUES(14,6,0,X'0000008074D2DA410000008074D2DA410000000000005440');
INSERT INTO "series_tail" VALUES(15,7,0,X'0000008074D2DA410000008074D2DA410000000000405640');
INSERT INTO "series_tail" VALUES(17,9,0,X'0000008074D2DA410000008074D2DA4100000000CDBC5940');
INSERT INTO "series_tail" VALUES(18,10,0,X'0000008074D2DA410000008074D2DA410000000000005940');
INSERT INTO "series_tail" VALUES(19,11,0,X'0000008074D2DA410000008074D2DA410000000000805A40');
INSERT INTO "series_tail" VALUES(21,5,0,X'0000008F74D2DA410000008F74D2DA410000000000205540');
INSERT INTO "series_tail" VALUES(22,6,0,X'0000008F74D2DA410000008F74D2DA410000000000005440');
INSERT INTO "series_tail" VALUES(23,7,0,X'0000008F74D2DA410000008F74D2DA410000000000405640');
INSERT INTO "series_tail" VALUES(25,9,0,X'0000008F74D2DA410000008F74D2DA410000000066C65940');
INSERT INTO "series_tail" VALUES(26,10,0,X'0000008F74D2DA410000008F74D2DA410000000000005940');
INSERT INTO "series_tail" VALUES(27,11,0,X'0000008F74D2DA410000008F74D2DA410000000000805A40');
INSERT INTO "series_tail" VALUES(29,5,0,X'0000009E74D2DA410000009E74D2DA410000000000205540');
INSERT INTO "series_tail" VALUES(30,6,0,X'0000009E74D2DA410000009E74D2DA410000000000005440');
INSERT INTO "series_tail" VALUES(31,7,0,X'0000009E74D2DA410000009E74D2DA410000000000405640');
INSERT INTO "series_tail" VALUES(33,9,0,X'0000009E74D2DA410000009E74D2DA41000000009AB95940');
INSERT INTO "series_tail" VALUES(34,10,0,X'0000009E74D2DA410000009E74D2DA410000000000005940');
INSERT INTO "series_tail" VALUES(35,11,0,X'0000009E74D2DA410000009E74D2DA410000000000805A40');
INSERT INTO "series_tail" VALUES(37,5,0,X'000000AD74D2DA41000000AD74D2DA410000000000205540');
INSERT INTO "series_tail" VALUES(38,6,0,X'000000AD74D2DA41000000AD74D2DA410000000000005440');
INSERT INTO "series_tail" VALUES(39,7,0,X'000000AD74D2DA41000000AD74D2DA410000000000405640');
INSERT INTO "series_tail" VALUES(41,9,0,X'000000AD74D2DA41000000AD74D2DA410000000033C35940');
INSERT INTO "series_tail" VALUES(42,10,0,X'000000AD74D2DA41000000AD74D2DA410000000000005940');
INSERT INTO "series_tail" VALUES(43,11,0,X'000000AD74D2DA41000000AD74D2DA410000000000805A40');
INSERT INTO "series_tail" VALUES(45,5,0,X'000000BC74D2DA41000000BC74D2DA410000000000205540');
INSERT INTO "series_tail" VALUES(46,6,0,X'000000BC74D2DA41000000BC74D2DA410000000000005440');
INSERT INTO "series_tail" VALUES(47,7,0,X'000000BC74D2DA41000000BC74D2DA410000000000405640');
INSERT INTO "series_tail" VALUES(49,9,0,X'000000BC74D2DA41000000BC74D2DA4100000000DEBD5940');
INSERT INTO "series_tail" VALUES(50,10,0,X'000000BC74D2DA41000000BC74D2DA410000000000005940');
INSERT INTO "series_tail" VALUES(51,11,0,X'000000BC74D2DA41000000BC74D2DA410000000000805A40');
INSERT INTO "series_tail" VALUES(53,5,0,X'000000CB74D2DA41000000CB74D2DA410000000000205540');
INSERT INTO "series_tail" VALUES(54,6,0,X'000000CB74D2DA41000000CB74D2DA410000000000005440');
INSERT INTO "series_tail" VALUES(55,7,0,X'000000CB74D2DA41000000CB74D2DA410000000000405640');
INSERT INTO "series_tail" VALUES(57,9,0,X'000000CB74D2DA41000000CB74D2DA410000000000C05940');
INSERT INTO "series_tail" VALUES(58,10,0,X'000000CB74D2DA41000000CB74D2DA410000000000005940');
INSERT INTO "series_tail" VALUES(59,11,0,X'000000CB74D2DA41000000CB74D2DA410000000000805A40');
INSERT INTO "series_tail" VALUES(61,5,0,X'000000DA74D2DA41000000DA74D2DA410000000000205540');
INSERT INTO "series_tail" VALUES(62,6,0,X'000000DA74D2DA41000000DA74D2DA410000000000005440');
INSERT INTO "series_tail" VALUES(63,7,0,X'000000DA74D2DA41000000DA74D2DA410000000000405640');
INSERT INTO "series_tail" VALUES(65,9,0,X'000000DA74D2DA41000000DA74D2DA410000000022C25940');
INSERT INTO "series_tail" VALUES(66,10,0,X'000000DA74D2DA41000000DA74D2DA410000000000005940');
INSERT INTO "series_tail" VALUES(67,11,0,X'000000DA74D2DA41000000DA74D2DA410000000000805A40');
INSERT INTO "series_tail" VALUES(69,5,0,X'000000E974D2DA41000000E974D2DA410000000000205540');
INSERT INTO "series_tail" VALUES(70,6,0,X'000000E974D2DA41000000E974D2DA410000000000005440');
INSERT INTO "series_tail" VALUES(71,7,0,X'000000E974D2DA41000000E974D2DA410000000000405640');
INSERT INTO "series_tail" VALUES(73,9,0,X'000000E974D2DA41000000E974D2DA4100000000CDBC5940');
INSERT INTO "series_tail" VALUES(74,10,0,X'000000E974D2DA41000000E974D2DA410000000000005940');
INSERT INTO "series_tail" VALUES(75,11,0,X'000000E974D2DA41000000E974D2DA410000000000805A40');
INSERT INTO "series_tail" VALUES(77,5,0,X'000000F874D2DA41000000F874D2DA410000000000205540');
INSERT INTO "series_tail" VALUES(78,6,0,X'000000F874D2DA41000000F874D2DA410000000000005440');
INSERT INTO "series_tail" VALUES(79,7,0,X'000000F874D2DA41000000F874D2DA410000000000405640');
INSERT INTO "series_tail" VALUES(81,9,0,X'000000F874D2DA41000000F874D2DA410000000066C65940');
INSERT INTO "series_tail" VALUES(82,10,0,X'000000F874D2DA41000000F874D2DA410000000000005940');
INSERT INTO "series_tail" VALUES(83,11,0,X'000000F874D2DA41000000F874D2DA410000000000805A40');
INSERT INTO "series_tail" VALUES(85,5,0,X'0000000775D2DA410000000775D2DA410000000000205540');
INSERT INTO "series_tail" VALUES(86,6,0,X'0000000775D2DA410000000775D2DA410000000000005440');
INSERT INTO "series_tail" VALUES(87,7,0,X'0000000775D2DA410000000775D2DA410000000000405640');
INSERT INTO "series_tail" VALUES(89,9,0,X'0000000775D2DA410000000775D2DA41000000009AB95940');
INSERT INTO "series_tail" VALUES(90,10,0,X'0000000775D2DA410000000775D2DA410000000000005940');
INSERT INTO "series_tail" VALUES(91,11,0,X'0000000775D2DA410000000775D2DA410000000000805A40');
INSERT INTO "series_tail" VALUES(93,5,0,X'0000001675D2DA410000001675D2DA410000000000205540');
INSERT INTO "series_tail" VALUES(94,6,0,X'0000001675D2DA410000001675D2DA410000000000005440');
INSERT INTO "series_tail" VALUES(95,7,0,X'0000001675D2DA410000001675D2DA410000000000405640');
INSERT INTO "series_tail" VALUES(97,9,0,X'0000001675D2DA410000001675D2DA410000000033C35940');
INSERT INTO "series_tail" VALUES(98,10,0,X'0000001675D2DA410000001675D2DA410000000000005940');
INSERT INTO "series_tail" VALUES(99,11,0,X'0000001675D2DA410000001675D2DA410000000000805A40');
INSERT INTO "series_tail" VALUES(101,5,0,X'0000002575D2DA410000002575D2DA410000000000205540');
INSERT INTO "series_tail" VALUES(102,6,0,X'0000002575D2DA410000002575D2DA410000000000005440');
INSERT INTO "series_tail" VALUES(103,7,0,X'0000002575D2DA410000002575D2DA410000000000405640');
INSERT INTO "series_tail" VALUES(105,9,0,X'0000002575D2DA410000002575D2DA4100000000DEBD5940');
INSERT INTO "series_tail" VALUES(106,10,0,X'0000002575D2DA410000002575D2DA410000000000005940');
INSERT INTO "series_tail" VALUES(107,11,0,X'0000002575D2DA410000002575D2DA410000000000805A40');
INSERT INTO "series_tail" VALUES(109,5,0,X'0000003475D2DA410000003475D2DA410000000000205540');
INSERT INTO "series_tail" VALUES(110,6,0,X'0000003475D2DA410000003475D2DA410000000000005440');
INSERT INTO "series_tail" VALUES(111,7,0,X'0000003475D2DA410000003475D2DA410000000000405640');
INSERT INTO "series_tail" VALUES(113,9,0,X'0000003475D2DA410000003475D2DA410000000000C05940');
INSERT INTO "series_tail" VALUES(114,10,0,X'0000003475D2DA410000003475D2DA410000000000005940');
INSERT INTO "series_tail" VALUES(115,11,0,X'0000003475D2DA410000003475D2DA410000000000805A40');
INSERT INTO "series_tail" VALUES(117,5,0,X'0000004375D2DA410000004375D2DA410000000000205540');
INSERT INTO "series_tail" VALUES(118,6,0,X'0000004375D2DA410000004375D2DA410000000000005440');
INSERT INTO "series_tail" VALUES(119,7,0,X'0000004375D2DA410000004375D2DA410000000000405640');
INSERT INTO "series_tail" VALUES(121,9,0,X'0000004375D2DA410000004375D2DA410000000022C25940');
INSERT INTO "series_tail" VALUES(122,10,0,X'0000004375D2DA410000004375D2DA410000000000005940');
INSERT INTO "series_tail" VALUES(123,11,0,X'0000004375D2DA410000004375D2DA410000000000805A40');
INSERT INTO "series_tail" VALUES(125,5,0,X'0000005275D2DA410000005275D2DA410000000000205540');
INSERT INTO "series_tail" VALUES(126,6,0,X'0000005275D2DA410000005275D2DA410000000000005440');
INSERT INTO "series_tail" VALUES(127,7,0,X'0000005275D2DA410000005275D2DA410000000000405640');
INSERT INTO "series_tail" VALUES(129,9,0,X'0000005275D2DA410000005275D2DA4100000000CDBC5940');
INSERT INTO "series_tail" VALUES(130,10,0,X'0000005275D2DA410000005275D2DA410000000000005940');
INSERT INTO "series_tail" VALUES(131,11,0,X'0000005275D2DA410000005275D2DA410000000000805A40');
INSERT INTO "series_tail" VALUES(133,5,0,X'0000006175D2DA410000006175D2DA410000000000205540');
INSERT INTO "series_tail" VALUES(134,6,0,X'0000006175D2DA410000006175D2DA410000000000005440');
INSERT INTO "series_tail" VALUES(135,7,0,X'0000006175D2DA410000006175D2DA410000000000405640');
INSERT INTO "series_tail" VALUES(137,9,0,X'0000006175D2DA410000006175D2DA410000000066C65940');
INSERT INTO "series_tail" VALUES(138,10,0,X'0000006175D2DA410000006175D2DA410000000000005940');
INSERT INTO "series_tail" VALUES(139,11,0,X'0000006175D2DA410000006175D2DA410000000000805A40');
INSERT INTO "series_tail" VALUES(140,4,0,X'0000007B75D2DA410000407B75D2DA410000807B75D2DA410000C07B75D2DA410000007C75D2DA410000407C75D2DA410000807C75D2DA410000C07C75D2DA410000007D75D2DA410000407D75D2DA410000807D75D2DA410000C07D75D2DA410000007E75D2DA410000407E75D2DA410000807E75D2DA410000C07E75D2DA410000007B75D2DA410000407B75D2DA410000807B75D2DA410000C07B75D2DA410000007C75D2DA410000407C75D2DA410000807C75D2DA410000C07C75D2DA410000007D75D2DA410000407D75D2DA410000807D75D2DA410000C07D75D2DA410000007E75D2DA410000407E75D2DA410000807E75D2DA410000C07E75D2DA410000000000005540000000000040554000000000008055400000000000C05540000000000000564000000000004056400000000000005440000000000040544000000000008054400000000000C054400000000000005540000000000040554000000000008055400000000000C0554000000000000056400000000000405640');
INSERT INTO "series_tail" VALUES(141,5,0,X'0000007075D2DA410000007075D2DA410000000000205540');
INSERT INTO "series_tail" VALUES(142,6,0,X'0000007075D2DA410000007075D2DA410000000000005440');
INSERT INTO "series_tail" VALUES(143,7,0,X'0000007075D2DA410000007075D2DA410000000000405640');
INSERT INTO "series_tail" VALUES(144,8,0,X'0000007B75D2DA410000407B75D2DA410000807B75D2DA410000C07B75D2DA410000007C75D2DA410000407C75D2DA410000807C75D2DA410000C07C75D2DA410000007D75D2DA410000407D75D2DA410000807D75D2DA410000C07D75D2DA410000007E75D2DA410000407E75D2DA410000807E75D2DA410000C07E75D2DA410000007B75D2DA410000407B75D2DA410000807B75D2DA410000C07B75D2DA410000007C75D2DA410000407C75D2DA410000807C75D2DA410000C07C75D2DA410000007D75D2DA410000407D75D2DA410000807D75D2DA410000C07D75D2DA410000007E75D2DA410000407E75D2DA410000807E75D2DA410000C07E75D2DA4100000000008059400000000000C059400000000000005A400000000000405A400000000000805A400000000000005940000000000040594000000000008059400000000000C059400000000000005A400000000000405A400000000000805A400000000000005940000000000040594000000000008059400000000000C05940');
INSERT INTO "series_tail" VALUES(145,9,0,X'0000007075D2DA410000007075D2DA41000000009AB95940');
INSERT INTO "series_tail" VALUES(146,10,0,X'0000007075D2DA410000007075D2DA410000000000005940');
INSERT INTO "series_tail" VALUES(147,11,0,X'0000007075D2DA410000007075D2DA410000000000805A40');
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
INSERT INTO "sessions" VALUES(1,'read',NULL,NULL,NULL,NULL,1800005020.0,1500.0,1800005900.0,0.0,1800005900.0,'user','two pages',NULL,NULL);
INSERT INTO "sessions" VALUES(2,'task',NULL,3,NULL,NULL,1800006000.0,3000.0,NULL,0.0,1800006000.0,NULL,NULL,NULL,NULL);
CREATE TABLE task_events (
    id INTEGER PRIMARY KEY,
    task_id INTEGER NOT NULL REFERENCES tasks(id) ON DELETE CASCADE,
    time REAL NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '{}'
);
INSERT INTO "task_events" VALUES(1,1,1800005000.0,'created','{"title": "学習率を半分にして再実行", "kind": "experiment", "project_id": 2, "estimate": 1800.0, "priority": 1, "notes": "warm-up も", "state": "todo"}');
INSERT INTO "task_events" VALUES(2,2,1800005001.0,'created','{"title": "read Horizon", "kind": "read", "project_id": null, "estimate": null, "priority": 0, "notes": "", "state": "todo"}');
INSERT INTO "task_events" VALUES(3,3,1800005002.0,'created','{"title": "done thing", "kind": "code", "project_id": null, "estimate": null, "priority": 0, "notes": "", "state": "todo"}');
INSERT INTO "task_events" VALUES(4,3,1800005003.0,'state','{"was": "todo", "now": "done"}');
INSERT INTO "task_events" VALUES(5,1,1800005004.0,'blocked','{"was": "todo", "run": "270115-080030-cccc", "text": null, "until": null}');
INSERT INTO "task_events" VALUES(6,2,1800005005.0,'blocked','{"was": "todo", "run": null, "text": null, "until": 1800091400.0}');
INSERT INTO "task_events" VALUES(7,4,1800005006.0,'created','{"title": "wait for words", "kind": "code", "project_id": null, "estimate": null, "priority": 0, "notes": "", "state": "todo"}');
INSERT INTO "task_events" VALUES(8,4,1800005007.0,'blocked','{"was": "todo", "run": null, "text": "査読の返事", "until": null}');
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
INSERT INTO "tasks" VALUES(1,2,'学習率を半分にして再実行','experiment','blocked',1800.0,1,'warm-up も',1.0,'270115-080030-cccc',NULL,NULL,'todo',NULL,NULL,1800005000.0,1800005004.0,NULL,NULL,1);
INSERT INTO "tasks" VALUES(2,NULL,'read Horizon','read','blocked',NULL,0,'',2.0,NULL,NULL,1800091400.0,'todo',NULL,NULL,1800005001.0,1800005005.0,NULL,NULL,1);
INSERT INTO "tasks" VALUES(3,NULL,'done thing','code','done',NULL,0,'',3.0,NULL,NULL,NULL,NULL,NULL,NULL,1800005002.0,1800005003.0,1800005003.0,NULL,1);
INSERT INTO "tasks" VALUES(4,NULL,'wait for words','code','blocked',NULL,0,'',4.0,NULL,'査読の返事',NULL,'todo',NULL,NULL,1800005006.0,1800005007.0,NULL,NULL,1);
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
INSERT INTO "thresholds" VALUES(1,1,NULL,'val/acc > 0.9','now',1800001000.0,NULL);
INSERT INTO "thresholds" VALUES(2,NULL,'270115-080030-cccc','loss[50].mean > 3','soon',1800001000.0,NULL);
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX runs_by_created ON runs (created DESC);
CREATE INDEX runs_by_state ON runs (state, created DESC);
CREATE INDEX runs_by_project ON runs (project_id, created DESC);
CREATE INDEX runs_by_name ON runs (name, created DESC);
CREATE INDEX runs_by_ended ON runs (ended DESC);
CREATE INDEX alerts_by_raised ON alerts (raised DESC);
CREATE INDEX intents_open ON intents (state) WHERE state IN ('asked','accepted');
CREATE UNIQUE INDEX series_of_no_run ON series (subject, name, source) WHERE run_id IS NULL;
CREATE INDEX series_tail_by_series ON series_tail (series_id);
CREATE INDEX progress_marks_by_run ON progress_marks (run_id, attempt, time);
CREATE INDEX machine_events_by_time ON machine_events (time DESC);
CREATE INDEX alerts_by_run ON alerts (run_id);
CREATE INDEX alerts_by_subject ON alerts (kind, subject);
CREATE INDEX alerts_merged ON alerts (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX deliveries_due ON deliveries (state, next_try);
CREATE INDEX deliveries_by_digest ON deliveries (digest_id) WHERE digest_id IS NOT NULL;
CREATE INDEX delivery_log_by_time ON delivery_log (time DESC);
CREATE INDEX delivery_log_by_channel ON delivery_log (channel, outcome, time);
CREATE INDEX delivery_log_by_alert ON delivery_log (alert_id);
CREATE INDEX thresholds_by_run ON thresholds (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX thresholds_by_project ON thresholds (project_id) WHERE project_id IS NOT NULL;
CREATE INDEX plan_versions_by_run ON plan_versions (run_id, id);
CREATE UNIQUE INDEX tasks_by_origin ON tasks (origin) WHERE origin IS NOT NULL;
CREATE INDEX tasks_by_woken ON tasks (woken) WHERE woken IS NOT NULL;
CREATE INDEX tasks_by_ended ON tasks (ended) WHERE ended IS NOT NULL;
CREATE INDEX tasks_by_place ON tasks (place);
CREATE INDEX tasks_by_state ON tasks (state, project_id, place);
CREATE INDEX tasks_by_run ON tasks (blocked_run) WHERE blocked_run IS NOT NULL;
CREATE INDEX tasks_by_date ON tasks (blocked_until) WHERE blocked_until IS NOT NULL;
CREATE INDEX task_events_by_task ON task_events (task_id, id);
CREATE INDEX task_events_by_time ON task_events (time);
CREATE INDEX links_to ON links (to_kind, to_id);
CREATE INDEX sessions_by_begun ON sessions (begun);
CREATE UNIQUE INDEX sessions_open ON sessions ((ended IS NULL)) WHERE ended IS NULL;
CREATE INDEX resumes_by_project ON resumes (project_id, written);
CREATE INDEX advice_by_time ON advice (offered);
CREATE INDEX entries_by_created ON entries (created);
CREATE INDEX entries_by_project ON entries (project_id, created);
CREATE INDEX attachments_by_entry ON attachments (entry_id);
CREATE INDEX commits_by_time ON commits (time);
CREATE INDEX commits_by_project ON commits (project_id, time);
CREATE INDEX documents_by_time ON documents (time);
CREATE INDEX runs_by_updated ON runs (updated);
CREATE INDEX runs_by_plan_changed ON runs (plan_changed) WHERE plan_changed IS NOT NULL;
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
CREATE INDEX paper_events_by_paper ON paper_events (paper_id, id);
CREATE INDEX paper_events_by_time ON paper_events (time);
CREATE INDEX paper_events_by_undone ON paper_events (undone) WHERE undone IS NOT NULL;
CREATE INDEX paper_events_by_kind ON paper_events (kind, id);
CREATE INDEX paper_finds_by_search ON paper_finds (search_id, found);
CREATE INDEX paper_pulls_by_search ON paper_pulls (search_id, id);
CREATE INDEX paper_files_wanted ON paper_files (due) WHERE state = 'wanted'
;
CREATE VIRTUAL TABLE documents_fts USING fts5(title, text, tokenize='unicode61 remove_diacritics 2');
INSERT INTO documents_fts (rowid, title, text) VALUES (1, '学習 習率 率を を半 半分 分に にし して て再 再実 実行 行', 'warm up も');
INSERT INTO documents_fts (rowid, title, text) VALUES (2, 'read horizon', '');
INSERT INTO documents_fts (rowid, title, text) VALUES (3, 'done thing', '');
INSERT INTO documents_fts (rowid, title, text) VALUES (4, 'wait for words', '査読 読の の返 返事 事');
INSERT INTO documents_fts (rowid, title, text) VALUES (5, '一日 日目 目', '損失 失は は下 下が がっ った た run 270115 080000 aaaa l sum x');
INSERT INTO documents_fts (rowid, title, text) VALUES (6, '2027 01 15', '18 23 バッ ッチ チサ サイ イズ ズを を倍 倍に に');
INSERT INTO documents_fts (rowid, title, text) VALUES (7, 'old idea', 'old idea');
INSERT INTO documents_fts (rowid, title, text) VALUES (8, 'augmentation that waits', 'jane roe 山田 田 花子 子 cs lg cs cv 拡張 張 we wait longer 待つ つ価 価値 値が があ ある る 2401 01234');
INSERT INTO documents_fts (rowid, title, text) VALUES (9, 'old one', 'hep th 9901001');
INSERT INTO documents_fts (rowid, title, text) VALUES (10, 'a blog post', 'web 53db375c90');
INSERT INTO documents_fts (rowid, title, text) VALUES (11, 'read already', '2402 00002');
COMMIT;
PRAGMA user_version=6;
