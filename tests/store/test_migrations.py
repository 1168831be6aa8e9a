"""Old journals: every released schema is kept as a small dump and must still open.

``python -m tests.store.test_migrations`` writes the dump of today's schema to tests/data; a schema that was released
is never written again.
"""

import contextlib
import sqlite3
import tempfile
from pathlib import Path

import pytest

from store import alerts, catalogue, intents, logs, migrations
from store.database import open_journal, write
from store.heartbeats import Heartbeat, beat
from tests.store.rows import end, enter

DUMPS = sorted((Path(__file__).resolve().parents[1] / "data").glob("v*.sql"))


@pytest.mark.parametrize("dump", DUMPS, ids=lambda path: path.stem)
class TestOldJournals:
    """Each dump, opened by today's code."""

    def test_it_opens_with_its_rows(self, dump: Path, tmp_path: Path) -> None:
        """Runs, alerts, logs and intents of then can be read now."""
        with contextlib.closing(_restore(dump, tmp_path)) as journal:
            run = catalogue.find_run(journal, "old-run")
            assert (run.state, run.exit_code, run.cause) == ("failed", 1, "ValueError: 学習率 (train.py:3)")
            assert run.log_lines == 2
            assert logs.read_excerpt(journal, run.id, 1) == logs.Excerpt(1, ["step 1", "ValueError: 学習率"], 10.0)
            [alert] = alerts.alerts_of_run(journal, run.id)
            assert alerts.deliveries_of(journal, [alert.id])[alert.id][0].state == "waiting"
            assert intents.intents_of_run(journal, run.id)[0].state == "asked"

    def test_it_gets_todays_schema(self, dump: Path, tmp_path: Path) -> None:
        """Migrated and made anew are the same."""
        with (
            contextlib.closing(_restore(dump, tmp_path)) as old,
            contextlib.closing(open_journal(tmp_path / "new.db")) as new,
        ):
            assert _schema(old) == _schema(new)
            assert old.execute("PRAGMA user_version").fetchone()[0] == migrations.VERSION


def test_there_is_a_dump_of_every_schema() -> None:
    """v1 to today's, none missing."""
    assert [path.stem for path in DUMPS] == [f"v{number}" for number in range(1, migrations.VERSION + 1)]


def _restore(dump: Path, folder: Path) -> sqlite3.Connection:
    path = folder / "old.db"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(dump.read_text(encoding="utf-8"))
    return open_journal(path)


def _schema(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    rows = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE '%migrations%' ORDER BY name"
    )
    return [(row[0], " ".join(row[1].split())) for row in rows]


def _write_dump() -> None:
    path = Path(__file__).resolve().parents[1] / "data" / f"v{migrations.VERSION}.sql"
    with tempfile.TemporaryDirectory() as folder, contextlib.closing(open_journal(Path(folder) / "j.db")) as journal:
        run = enter(journal, "260101-090000-abcd", name="old-run", hypothesis="旧い実行", tags=["old"])
        cause = "ValueError: 学習率 (train.py:3)"
        end(journal, run, "failed", exit_code=1, cause=cause)
        log = f"/runs/{run}/attempt-1/log"
        with write(journal):
            logs.advance_cursor(journal, run, 1, logs.Cursor(log), logs.Cursor(log, "1:2", 40, 2, b"", "x", 9.0))
            logs.keep_excerpt(journal, run, 1, 1, ["step 1", "ValueError: 学習率"], 10.0)
            alerts.raise_alert(
                journal,
                kind="crashed",
                severity="now",
                occurred=9.0,
                now=10.0,
                title="✖ crashed",
                body=cause,
                channels=["pushbullet"],
                run_id=run,
                attempt=1,
            )
        intents.ask(journal, intents.STOP_RUN, run, 11.0)
        beat(journal, [Heartbeat("daemon", 1, 1.0, 12.0, "ok")])
        journal.execute("PRAGMA wal_checkpoint")
        lines = [f"PRAGMA user_version={migrations.VERSION};", *journal.iterdump()]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    _write_dump()
