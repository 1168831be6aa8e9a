"""Drift: how far the working tree is from the code a run started with, as the daemon saw it last."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

STATUSES = ("modified", "added", "deleted", "renamed", "type", "touched")
"""What happened to a file; ``touched``: written since the run began, and what it was then is not known."""


@dataclass(frozen=True)
class DriftCommit:
    """A commit made since the run started."""

    sha: str
    subject: str
    time: float


@dataclass(frozen=True)
class DriftFile:
    """A file that differs; lines are None where they cannot be counted (binary, ``touched``, or far too many).

    ``imported``: the run's entry script imports it, directly or not, or it is named on its command line. ``was`` is its
    former name where it was renamed.
    """

    path: str
    status: str
    added: int | None = None
    deleted: int | None = None
    imported: bool = False
    was: str | None = None


@dataclass(frozen=True)
class Drift:
    """What differs now, ``as_of``, from what a run started with.

    Where ``known`` is False, ``why`` says what is not known of the run's code; the lists hold what could be compared
    all the same. ``gone`` counts the run's commits that HEAD no longer has (rebased, or on another branch). ``commits``
    and ``files`` are cut; ``commit_count``, ``file_count``, ``imported_count``, ``added`` and ``deleted`` are of all.
    ``entry`` is the script or module the run began with, empty where it is not known; ``imports`` counts the files of
    the project that it uses, ``sources`` names them (at most 1,000). ``capped``: something was too large to be counted.
    """

    run_id: str
    as_of: float
    known: bool
    why: str = ""
    commit: str | None = None
    started_dirty: bool = False
    head: str | None = None
    branch: str | None = None
    dirty: bool = False
    commits: tuple[DriftCommit, ...] = ()
    commit_count: int = 0
    gone: int = 0
    files: tuple[DriftFile, ...] = ()
    file_count: int = 0
    imported_count: int = 0
    added: int = 0
    deleted: int = 0
    entry: str = ""
    imports: int = 0
    sources: tuple[str, ...] = ()
    submodules: tuple[str, ...] = ()
    others: int = 0
    capped: bool = False

    @property
    def lines(self) -> int:
        """How many lines were added or deleted."""
        return self.added + self.deleted

    @property
    def differs(self) -> bool:
        """Whether anything is known to differ."""
        return bool(self.file_count or self.commit_count or self.gone)

    @property
    def imported_files(self) -> list[str]:
        """The files that differ and that the run imports: its own, should it fail there."""
        return [file.path for file in self.files if file.imported]


def record(connection: sqlite3.Connection, found: Iterable[Drift]) -> None:
    """Keep what was seen of several runs; inside the caller's transaction. Runs that are not known are left out."""
    connection.executemany(
        "INSERT INTO drifts (run_id, as_of, data) SELECT id, ?, ? FROM runs WHERE id = ? "
        "ON CONFLICT (run_id) DO UPDATE SET as_of = excluded.as_of, data = excluded.data",
        [(one.as_of, json.dumps(asdict(one), ensure_ascii=True), one.run_id) for one in found],
    )


def confirm(connection: sqlite3.Connection, run_ids: Iterable[str], now: float) -> None:
    """Nothing changed for these runs since they were looked at; inside the caller's transaction."""
    connection.executemany("UPDATE drifts SET as_of = ? WHERE run_id = ?", [(now, run_id) for run_id in run_ids])


def read(connection: sqlite3.Connection, run_id: str) -> Drift | None:
    """How far it is from that run's code; None where nobody has looked yet."""
    return read_many(connection, [run_id]).get(run_id)


def read_many(connection: sqlite3.Connection, run_ids: Iterable[str]) -> dict[str, Drift]:
    """The drift of several runs by id, where it is known."""
    wanted = list(run_ids)
    marks = ",".join("?" * len(wanted))
    rows = connection.execute(f"SELECT as_of, data FROM drifts WHERE run_id IN ({marks})", wanted)
    found = [replace(_drift(row["data"]), as_of=row["as_of"]) for row in rows]
    return {one.run_id: one for one in found}


def _drift(text: str) -> Drift:
    data = json.loads(text)
    known = Drift.__dataclass_fields__
    data = {name: value for name, value in data.items() if name in known}
    data["commits"] = tuple(DriftCommit(**one) for one in data.get("commits", ()))
    data["files"] = tuple(DriftFile(**one) for one in data.get("files", ()))
    for name in ("submodules", "sources"):
        data[name] = tuple(data.get(name, ()))
    return Drift(**data)
