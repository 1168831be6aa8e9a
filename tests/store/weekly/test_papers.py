"""The papers of a week."""

import sqlite3

from store import papers, reading, sessions
from store.database import write
from store.papers import Find
from store.weekly.papers import Decision, Lesson, Reading, read_papers, reckon_papers

BEGIN, UNTIL = 100_000.0, 200_000.0
NOON = 150_000.0
NO_PASSES = {str(number): {"count": 0, "seconds": 0.0} for number in (1, 2, 3)}
NOTHING = {
    "found": 0, "kept": 0, "read": 0, "dropped": 0, "passes": NO_PASSES, "seconds": 0.0, "lessons": [],
}  # fmt: skip


class TestReckoning:
    """What is counted."""

    def test_nothing(self) -> None:
        """A week without papers is nothing of each."""
        assert reckon_papers([], [], [], [], 0.0, BEGIN, UNTIL) == NOTHING

    def test_each_once(self) -> None:
        """A paper that was decided on twice counts once, and for each thing that it became."""
        decisions = [
            Decision(1, BEGIN, "inbox", "queue"),
            Decision(1, NOON, "queue", "later"),
            Decision(1, NOON + 1, "later", "queue"),
            Decision(1, NOON + 2, "queue", "read"),
            Decision(1, NOON + 3, "read", "reading"),
            Decision(1, NOON + 4, "reading", "read"),
            Decision(2, NOON, "dropped", "queue"),
            Decision(2, NOON, "queue", "dropped"),
            Decision(3, NOON, "reading", "read"),
            Decision(4, BEGIN - 1, "inbox", "queue"),
            Decision(4, UNTIL, "queue", "read"),
        ]
        lessons = [Lesson(3, "c", "C", " "), Lesson(1, "a", "A", "it scales"), Lesson(4, "d", "D", "too late")]
        told = reckon_papers([BEGIN - 1, BEGIN, UNTIL], decisions, lessons, [], 60.0, BEGIN, UNTIL)
        assert told == {
            **NOTHING,
            "found": 1,
            "kept": 1,
            "read": 2,
            "dropped": 1,
            "seconds": 60.0,
            "lessons": [{"ref": "a", "title": "A", "lesson": "it scales"}],
        }

    def test_passes(self) -> None:
        """Passes count by their number; what is not known of their length is nothing."""
        passes = [
            Reading(1, BEGIN, 300.0),
            Reading(1, NOON, None),
            Reading(3, NOON, 900.0),
            Reading(2, UNTIL, 60.0),
            Reading(2, BEGIN - 1, 60.0),
        ]
        assert reckon_papers([], [], [], passes, 0.0, BEGIN, UNTIL)["passes"] == {
            "1": {"count": 2, "seconds": 300.0},
            "2": {"count": 0, "seconds": 0.0},
            "3": {"count": 1, "seconds": 900.0},
        }


class TestReading:
    """The papers that the journal has."""

    def test_a_week_of_papers(self, journal: sqlite3.Connection) -> None:
        """What was found, kept, put off, read in passes and dropped is told, and what was learned."""
        with write(journal):
            one, two, three, four = (
                papers.take_up(journal, Find(f"2601.0000{n}", f"Paper {n}"), time).paper.ref
                for n, time in ((1, BEGIN - 100), (2, BEGIN), (3, NOON), (4, NOON))
            )
            papers.set_state(journal, one, "queue", BEGIN - 50)
            papers.set_state(journal, two, "later", BEGIN + 1)
            papers.set_state(journal, two, "queue", NOON)
            papers.set_state(journal, three, "dropped", NOON + 1)
            papers.set_state(journal, four, "dropped", NOON + 2)
            papers.undo(journal, NOON + 3)
            reader = sessions.begin(journal, "read", NOON, paper=one)
            sessions.end(journal, reader, NOON + 1500)
            reading.finish_pass(journal, one, NOON + 1500)
            reading.finish_pass(journal, one, NOON + 1500, 3)
            papers.change(journal, one, NOON + 1600, lesson="wide beats deep\nat this size")
        told = read_papers(journal, BEGIN, UNTIL)
        assert told == {
            "found": 3,
            "kept": 1,
            "read": 1,
            "dropped": 1,
            "passes": {
                "1": {"count": 1, "seconds": 1500.0},
                "2": {"count": 1, "seconds": 0.0},
                "3": {"count": 1, "seconds": 0.0},
            },
            "seconds": 1500.0,
            "lessons": [{"ref": one, "title": "Paper 1", "lesson": "wide beats deep\nat this size"}],
        }
        assert read_papers(journal, UNTIL, 2 * UNTIL) == NOTHING
        assert read_papers(journal, UNTIL, BEGIN) == NOTHING
