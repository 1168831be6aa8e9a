"""The commits and entries of a week."""

import sqlite3
from collections.abc import Callable

from store import commits, entries
from store.commits import Commit
from store.database import write
from store.weekly.work import Written, read_entries, read_work, reckon_entries, reckon_work

BEGIN, UNTIL = 100_000.0, 200_000.0
NOON = 150_000.0
NOTHING = {"commits": 0, "added": 0, "deleted": 0, "reviewed": 0, "refactors": 0, "reviews": 0}


def commit(sha: str, time: float, *, mine: bool = True, subject: str = "change") -> Commit:
    """A commit of five lines more and two less."""
    return Commit("/p/cifar", sha, 1, "", "", time, subject, "", 1, 5, 2, (("a.py", 5, 2),), mine)


class TestReckoning:
    """What is counted."""

    def test_nothing(self) -> None:
        """A week without work is nothing of each."""
        assert reckon_work([], [], [], BEGIN, UNTIL) == NOTHING
        assert reckon_entries([], BEGIN, UNTIL) == {"count": 0, "kinds": {}}

    def test_the_edges(self) -> None:
        """What happened at the beginning counts, what at the end does not."""
        edges = (BEGIN - 1, BEGIN, UNTIL - 1, UNTIL)
        written = [("refactor", time) for time in edges] + [("review", BEGIN), ("note", NOON)]
        assert reckon_work([Written(time, 10, 3) for time in edges], edges, written, BEGIN, UNTIL) == {
            "commits": 2, "added": 20, "deleted": 6, "reviewed": 2, "refactors": 2, "reviews": 1,
        }  # fmt: skip
        assert reckon_entries(written, BEGIN, UNTIL) == {
            "count": 4, "kinds": {"note": 1, "refactor": 2, "review": 1},
        }  # fmt: skip


class TestReading:
    """What the journal has."""

    def test_commits(self, journal: sqlite3.Connection, launched: Callable[..., str]) -> None:
        """One's own commits count where they still are; reviewed is what was reviewed then, whenever it was written."""
        launched("a", created=1.0)
        with write(journal):
            commits.record(journal, [commit("a", BEGIN - 9), commit("b", NOON), commit("c", NOON + 1, mine=False)])
            commits.record(journal, [commit("d", NOON + 2), commit("e", UNTIL)])
            commits.mark_gone(journal, "/p/cifar", {"d": True}, NOON + 3)
            commits.set_reviewed(journal, "/p/cifar", ["a", "c"], NOON + 4)
            commits.set_reviewed(journal, "/p/cifar", ["e"], UNTIL + 5)
        told = read_work(journal, BEGIN, UNTIL)
        assert told == {**NOTHING, "commits": 1, "added": 5, "deleted": 2, "reviewed": 2}

    def test_a_rebase(self, journal: sqlite3.Connection, launched: Callable[..., str]) -> None:
        """A commit that was reviewed and then rebased was written once and reviewed once."""
        launched("a", created=1.0)
        with write(journal):
            commits.record(journal, [commit("a", NOON, subject="loader"), commit("b", NOON, subject="model")])
            commits.set_reviewed(journal, "/p/cifar", ["a", "b"], NOON + 1)
            commits.mark_gone(journal, "/p/cifar", {"a": True}, NOON + 2)
            commits.record(journal, [commit("c", NOON, subject="loader")])
        told = read_work(journal, BEGIN, UNTIL)
        assert (told["commits"], told["reviewed"]) == (2, 2)

    def test_entries(self, journal: sqlite3.Connection) -> None:
        """Entries count by kind where they were written, however often they were changed; removed ones do not."""
        with write(journal):
            note = entries.add(journal, "note", "one", BEGIN)
            entries.change(journal, note, UNTIL + 1, 1, body="two")
            entries.add(journal, "refactor", "the loader", NOON)
            entries.add(journal, "review", "of Monday", NOON)
            entries.remove(journal, entries.add(journal, "review", "by mistake", NOON), NOON + 1)
            entries.add(journal, "idea", "later", UNTIL)
        assert read_entries(journal, BEGIN, UNTIL) == {"count": 3, "kinds": {"note": 1, "refactor": 1, "review": 1}}
        told = read_work(journal, BEGIN, UNTIL)
        assert (told["refactors"], told["reviews"]) == (1, 1)
        assert read_entries(journal, UNTIL, BEGIN) == {"count": 0, "kinds": {}}
