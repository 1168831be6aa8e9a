"""Drifts in the journal."""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace

from store import drifts
from store.database import write
from store.drifts import Drift, DriftCommit, DriftFile

DRIFT = Drift(
    "a", 5.0, True, commit="11", head="22", branch="main", dirty=True,
    commits=(DriftCommit("22", "学習率", 4.0),), commit_count=3, gone=1,
    files=(DriftFile("a b.py", "modified", 3, 1, True), DriftFile("x.bin", "renamed", was="y.bin")),
    file_count=9, imported_count=1, added=30, deleted=10, entry="train.py", imports=4, sources=("train.py",),
    submodules=("libs/net",), others=2, capped=True,
)  # fmt: skip


def test_kept(journal: sqlite3.Connection, launched: Callable[..., str]) -> None:
    """The last drift of a run is kept whole; of a run that is not known none is; a confirmed one is only newer."""
    launched("a")
    with write(journal):
        drifts.record(journal, [replace(DRIFT, known=False), DRIFT, replace(DRIFT, run_id="gone")])
    assert drifts.read(journal, "a") == DRIFT
    assert (drifts.read(journal, "gone"), drifts.read_many(journal, [])) == (None, {})
    with write(journal):
        drifts.confirm(journal, ["a", "gone"], 9.0)
    assert drifts.read_many(journal, ["a", "gone"]) == {"a": replace(DRIFT, as_of=9.0)}


def test_what_it_tells() -> None:
    """Lines, imported files, and whether anything differs at all."""
    assert (DRIFT.lines, DRIFT.imported_files, DRIFT.differs) == (40, ["a b.py"], True)
    nothing = Drift("a", 5.0, True)
    assert not nothing.differs and replace(nothing, commit_count=1).differs and replace(nothing, gone=1).differs


def test_of_another_version(journal: sqlite3.Connection, launched: Callable[..., str]) -> None:
    """A drift with fields that this version does not know, or without some it knows, can be read."""
    launched("a")
    with write(journal):
        drifts.record(journal, [DRIFT])
        data = json.dumps({"run_id": "a", "as_of": 1.0, "known": True, "new": 1})
        journal.execute("UPDATE drifts SET data = ?", (data,))
    assert drifts.read(journal, "a") == Drift("a", 5.0, True)
