"""Keeping the search up to date with runs, logs and commits."""

import sqlite3
from pathlib import Path

import pytest

from store import document_sources
from store.database import write
from store.search import search
from tests.fakes.journal import CRASH, add_run
from workers import documents
from workers.documents import DocumentKeeper

SHA = "4f1c2ab9d0e35c67f8a1b2c3d4e5f60718293a4b"


class Clock:
    """A clock that is set by hand."""

    now = 10_000.0

    def __call__(self) -> float:
        """The time it was set to."""
        return self.now


@pytest.fixture(name="clock")
def _clock() -> Clock:
    """At ten thousand seconds."""
    return Clock()


@pytest.fixture(name="keeper")
def _keeper(journal: sqlite3.Connection, clock: Clock) -> DocumentKeeper:
    """A keeper on the journal and the clock."""
    return DocumentKeeper(journal, clock=clock)


def found(journal: sqlite3.Connection, text: str) -> set[tuple[str, str]]:
    """Kind and id of what a search finds."""
    return {(hit.kind, hit.id) for hit in search(journal, text)}


def add_commit(journal: sqlite3.Connection, sha: str, subject: str, repository: str = "/p") -> None:
    """Enter a commit of the first project."""
    with write(journal):
        journal.execute(
            "INSERT INTO commits (repository, sha, project_id, author, email, time, subject, body, files) "
            "VALUES (?, ?, 1, '山田', 'y@example.org', 5, ?, 'なぜなら', '[{\"path\": \"src/schedule.py\"}]')",
            (repository, sha, subject),
        )


def test_runs_and_their_logs(journal: sqlite3.Connection, home: Path, keeper: DocumentKeeper, clock: Clock) -> None:
    """A run is found by its name, command, parameters, plan and cause, its log by what it said; both as they are now."""
    add_run(
        journal, home, "r1", created=9000.0, name="学習率スイープ", hypothesis="ウォームアップが効く", params={"lr": "3e-4"}
    )  # fmt: skip
    assert keeper.catch_up(10.0)
    for text in ("学習", "ｳｫｰﾑｱｯﾌﾟ", "train.py", "lr=3e-4", "cifar-robust", "r1"):
        assert found(journal, text) == {("run", "r1")}, text
    assert found(journal, "OutOfMemoryError") == set()
    clock.now += 60
    add_run(
        journal, home, "r2", created=9000.0, name="vit", state="failed", seconds=1060.0, log=CRASH, cause="CUDA out of memory"
    )  # fmt: skip
    assert keeper.tick() == 1
    assert found(journal, "OutOfMemoryError") == {("log", "r2")}
    assert found(journal, "out of memory") == {("run", "r2"), ("log", "r2")}
    with write(journal):
        journal.execute("UPDATE runs SET hypothesis = 'バッチが効く', plan_changed = ? WHERE id = 'r1'", (clock.now,))
    assert keeper.tick() == 1
    assert found(journal, "ｳｫｰﾑｱｯﾌﾟ") == set() and found(journal, "ﾊﾞｯﾁ") == {("run", "r1")}


def test_nothing_changes(journal: sqlite3.Connection, home: Path, keeper: DocumentKeeper, clock: Clock) -> None:
    """Where nothing has changed nothing is written."""
    add_run(journal, home, "r1", created=9000.0, state="finished", seconds=5.0, log=b"done\n")
    add_commit(journal, SHA, "tidy")
    assert keeper.catch_up(10.0)
    before = journal.total_changes
    for _ in range(5):
        clock.now += 5
        assert keeper.tick() == 0
    assert journal.total_changes == before
    assert DocumentKeeper(journal, clock=clock).tick() == 0


def test_commits(journal: sqlite3.Connection, home: Path, keeper: DocumentKeeper) -> None:
    """A commit is found by subject, message, author, files and id; the same in two clones once."""
    add_run(journal, home, "r1", created=9000.0)
    assert keeper.catch_up(10.0)
    add_commit(journal, SHA, "学習率を直す")
    add_commit(journal, SHA, "学習率を直す", "/clone")
    assert keeper.catch_up(10.0)
    for text in ("学習率", "なぜ", "山田", "schedule.py", SHA[:9]):
        assert found(journal, text) == {("commit", SHA)}, text


def test_what_was_written_before_it_was_searched(
    journal: sqlite3.Connection, home: Path, keeper: DocumentKeeper
) -> None:
    """Comments on commits and notes on sessions of an older Machiai are found too, and are written once."""
    add_run(journal, home, "r1", created=9000.0)
    add_commit(journal, SHA, "tidy")
    assert keeper.catch_up(10.0)
    with write(journal):
        journal.execute("INSERT INTO review_marks VALUES ('/p', ?, 'k', 0, '種を固定', NULL, 5)", (SHA,))
        for number, outcome in ((1, "図を直した"), (2, None), (3, None)):
            values = (number, number * 10, number * 10 + 5, number * 10 + 5, outcome)
            journal.execute(
                "INSERT INTO sessions (id, kind, begun, ended, seen, outcome) VALUES (?, 'task', ?, ?, ?, ?)", values
            )
        journal.execute("INSERT INTO resumes (session_id, written, question) VALUES (2, 26, 'どの軸?')")
    assert found(journal, "固定") == set()
    again = DocumentKeeper(journal)
    assert again.catch_up(10.0)
    assert found(journal, "固定") == {("commit", SHA)}
    assert found(journal, "図") == {("session", "1")} and found(journal, "軸") == {("session", "2")}
    before = journal.total_changes
    assert again.tick() == 0 and DocumentKeeper(journal).tick() == 0 and journal.total_changes == before


def test_what_is_gone(journal: sqlite3.Connection, home: Path, keeper: DocumentKeeper, clock: Clock) -> None:
    """A run that the journal holds no longer is not found any more, at the latest after an hour."""
    add_run(journal, home, "r1", created=9000.0, state="finished", seconds=5.0, log=b"some words\n")
    add_commit(journal, SHA, "tidy")
    assert keeper.catch_up(10.0) and found(journal, "some words") == {("log", "r1")}
    with write(journal):
        journal.execute("DELETE FROM commits")
        journal.execute("DELETE FROM runs")
    clock.now += documents.CHECK_ALL_SECONDS
    keeper.tick()
    assert journal.execute("SELECT count(*) FROM documents").fetchone()[0] == 0


def test_many_runs(journal: sqlite3.Connection, home: Path, keeper: DocumentKeeper) -> None:
    """Many runs come in batches, so that nobody waits long for the journal; a restart goes on where it was."""
    for number in range(documents.BATCH * 2 + 5):
        add_run(journal, home, f"r{number}", created=float(number), name=f"sweep-{number}", files=False)
    assert keeper.tick() == documents.BATCH
    assert found(journal, "sweep-204") and not found(journal, "sweep-3")
    again = DocumentKeeper(journal)
    assert [again.tick(), again.tick(), again.tick()] == [documents.BATCH, 5, 0]
    assert ("run", "r3") in found(journal, "sweep-3")


def test_a_clock_set_back(journal: sqlite3.Connection, home: Path, keeper: DocumentKeeper, clock: Clock) -> None:
    """After the clock was set back everything is looked at anew."""
    add_run(journal, home, "r1", created=9000.0)
    assert keeper.catch_up(10.0)
    clock.now = 100.0
    add_run(journal, home, "r2", created=50.0, name="bert")
    assert keeper.catch_up(10.0) and found(journal, "bert") == {("run", "r2")}


def test_lines_worth_finding() -> None:
    """Of lines that differ only in their numbers the last ones are kept, all others in order; a log has its limit."""
    lines = [f"step {at} loss {2 / (at + 1):.4f}" for at in range(150)] + ["Traceback:", "", "  RuntimeError: 損失"]
    kept = document_sources.telling_lines(lines)
    assert (
        kept[:1] == ["step 130 loss 0.0153"] and len(kept) == 22 and kept[-2:] == ["Traceback:", "RuntimeError: 損失"]
    )
    words = [f"{'abcdefghij'[at % 10]}{chr(97 + at % 26)}{chr(97 + at // 26 % 26)} " + "w" * 900 for at in range(600)]
    long = document_sources.telling_lines(words)
    assert sum(len(line) + 1 for line in long) <= 16_384 and long[-1].startswith(words[-1][:3])
