"""Runs of a week whose own code was changed since they began, as the daemon saw it last."""

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from store.weekly.runs import read_times


@dataclass(frozen=True)
class Drifted:
    """How far the working tree was from a run's code: ``files`` that the run imports differ, ``commits`` were made.

    Where it is not ``known`` exactly what the run began with, nothing is claimed.
    """

    run: str
    name: str
    known: bool
    files: int
    commits: int


def reckon_drift(found: Iterable[Drifted]) -> dict[str, Any]:
    """The figures of the runs that were at work in a week: how many of them drifted, in how many files that they
    import, and a ``list`` of them, the one with the most files first."""
    drifted = sorted((one for one in found if one.known and one.files > 0), key=lambda one: (-one.files, one.run))
    return {
        "runs": len(drifted),
        "files": sum(one.files for one in drifted),
        "list": [{"run": one.run, "name": one.name, "files": one.files, "commits": one.commits} for one in drifted],
    }


def read_drift(
    connection: sqlite3.Connection, begin: float, until: float, at_work: Collection[str] | None = None
) -> dict[str, Any]:
    """The same from the journal; ``at_work`` are the ids of the runs that were at work then, where they are known."""
    runs = read_times(connection, begin, until) if at_work is None else at_work
    return reckon_drift(_read(connection, list(runs)))


def _read(connection: sqlite3.Connection, runs: list[str]) -> Iterator[Drifted]:
    rows = connection.execute(
        "SELECT r.id AS run, r.name, json_extract(d.data, '$.known') AS known, "
        "coalesce(json_extract(d.data, '$.imported_count'), 0) AS files, "
        "coalesce(json_extract(d.data, '$.commit_count'), 0) AS commits "
        f"FROM drifts d JOIN runs r ON r.id = d.run_id WHERE d.run_id IN ({','.join('?' * len(runs))})",
        runs,
    )
    for row in rows:
        yield Drifted(row["run"], row["name"], bool(row["known"]), row["files"], row["commits"])
