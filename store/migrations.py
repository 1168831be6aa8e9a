"""The schema of the journal, one small step a function; applied by sqlite-utils, which remembers the steps.

``PRAGMA user_version`` repeats the number of the last step, so that opening a journal that is up to date
needs neither sqlite-utils nor a write.
"""

import sqlite3
import sys
from typing import TYPE_CHECKING

from store.schemas.v1_spine import STATEMENTS as _V1
from store.schemas.v2_series import STATEMENTS as _V2
from store.schemas.v3_machine import STATEMENTS as _V3
from store.schemas.v4_alerts import STATEMENTS as _V4
from store.schemas.v5_waiting import STATEMENTS as _V5
from store.schemas.v6_papers import STATEMENTS as _V6
from store.schemas.v7_weeks import STATEMENTS as _V7

if TYPE_CHECKING:
    from sqlite_utils import Database, Migrations

VERSION = 7


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

    @steps(name="v4_alerts")
    def v4_alerts(db: "Database") -> None:
        _run_statements(db, _V4)

    @steps(name="v5_waiting")
    def v5_waiting(db: "Database") -> None:
        _run_statements(db, _V5)

    @steps(name="v6_papers")
    def v6_papers(db: "Database") -> None:
        _run_statements(db, _V6)

    @steps(name="v7_weeks")
    def v7_weeks(db: "Database") -> None:
        _run_statements(db, _V7)

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
