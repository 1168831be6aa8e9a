"""The journal: runs, alerts and notes in one SQLite file, and the only place with SQL."""
