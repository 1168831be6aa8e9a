"""The tasks of a week."""

import sqlite3

from store import tasks
from store.database import write
from store.weekly.tasks import MOST_CARRIED, Candidate, Change, read_tasks, reckon_tasks

BEGIN, UNTIL = 100_000.0, 200_000.0
NOON = 150_000.0
NOTHING = {"new": 0, "done": 0, "dropped": 0, "carried": 0, "carried_list": []}


class TestReckoning:
    """What became of tasks."""

    def test_nothing(self) -> None:
        """A week without tasks has none."""
        assert reckon_tasks([], [], BEGIN, UNTIL) == NOTHING

    def test_the_last_change_counts(self) -> None:
        """A task that was done and taken up again is not done; one that was dropped after all is dropped only."""
        changes = [
            Change(1, NOON, "done"),
            Change(2, NOON, "done"),
            Change(2, NOON + 1, "doing"),
            Change(3, NOON, "done"),
            Change(3, NOON + 1, "dropped"),
            Change(4, NOON, "todo", created=True),
            Change(5, BEGIN - 1, "done"),
            Change(6, UNTIL, "done"),
        ]
        told = reckon_tasks(changes, [], BEGIN, UNTIL)
        assert (told["new"], told["done"], told["dropped"]) == (1, 1, 1)

    def test_carried(self) -> None:
        """What is neither done nor dropped is carried over; the first are named."""
        states = ["todo", "doing", "blocked", "done", "dropped"]
        some = [Candidate(number, state, state) for number, state in enumerate(states)]
        told = reckon_tasks([], some, BEGIN, UNTIL)
        assert told["carried"] == 3
        assert told["carried_list"] == [{"id": number, "title": states[number]} for number in range(3)]
        many = [Candidate(number, "a", "todo") for number in range(50)]
        told = reckon_tasks([], many, BEGIN, UNTIL)
        assert (told["carried"], len(told["carried_list"])) == (50, MOST_CARRIED)


class TestReading:
    """The tasks that the journal has."""

    def test_a_week_of_tasks(self, journal: sqlite3.Connection) -> None:
        """New, done, dropped and carried are told by what happened until then, not by how tasks are now."""
        with write(journal):
            old = tasks.add(journal, "old", BEGIN - 500)
            done = tasks.add(journal, "done before", BEGIN - 400)
            tasks.set_state(journal, done, "done", BEGIN - 300)
            again = tasks.add(journal, "done before, taken up after", BEGIN - 200)
            tasks.set_state(journal, again, "done", BEGIN - 100)
            new = tasks.add(journal, "new", NOON)
            tasks.block(journal, new, NOON + 10, text="data")
            ticked = tasks.add(journal, "ticked", NOON, state="done")
            dropped = tasks.add(journal, "dropped", NOON)
            tasks.set_state(journal, dropped, "dropped", NOON + 20)
            tasks.set_state(journal, old, "done", UNTIL - 5)
            tasks.set_state(journal, old, "doing", UNTIL)
            tasks.set_state(journal, new, "done", UNTIL + 5)
            tasks.set_state(journal, again, "todo", UNTIL + 6)
            tasks.add(journal, "later", UNTIL)
        assert read_tasks(journal, BEGIN, UNTIL) == {
            "new": 3,
            "done": 2,
            "dropped": 1,
            "carried": 1,
            "carried_list": [{"id": new, "title": "new"}],
        }
        assert ticked
        before = read_tasks(journal, 0.0, BEGIN)
        assert (before["new"], before["done"], before["carried_list"]) == (3, 2, [{"id": old, "title": "old"}])
        after = read_tasks(journal, UNTIL, 2 * UNTIL)
        assert (after["new"], after["done"], after["carried"]) == (1, 1, 3)

    def test_by_themselves(self, journal: sqlite3.Connection) -> None:
        """A task that waits for a date, and one that woke at it, are carried over."""
        with write(journal):
            one = tasks.add(journal, "waits", NOON)
            tasks.block(journal, one, NOON + 1, until=UNTIL + 100)
            two = tasks.add(journal, "wakes", NOON)
            tasks.set_state(journal, two, "doing", NOON + 1)
            tasks.block(journal, two, NOON + 2, until=NOON + 100)
            tasks.wake_due(journal, NOON + 101)
        told = read_tasks(journal, BEGIN, UNTIL)
        assert (told["new"], told["done"], told["carried"]) == (2, 0, 2)

    def test_without_a_history(self, journal: sqlite3.Connection) -> None:
        """Where nothing tells how a task was, it was as it is."""
        with write(journal):
            tasks.add(journal, "open", NOON)
            tasks.add(journal, "ended", NOON, state="dropped")
            journal.execute("DELETE FROM task_events")
        assert read_tasks(journal, BEGIN, UNTIL) == {
            **NOTHING, "carried": 1, "carried_list": [{"id": 1, "title": "open"}],
        }  # fmt: skip

    def test_their_order(self, journal: sqlite3.Connection) -> None:
        """They are named in the order of lists."""
        with write(journal):
            first, second = (tasks.add(journal, title, NOON) for title in ("first", "second"))
            tasks.move(journal, second, "top")
        assert [one["id"] for one in read_tasks(journal, BEGIN, UNTIL)["carried_list"]] == [second, first]
