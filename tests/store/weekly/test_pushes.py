"""The pushes of a week."""

import sqlite3
from collections.abc import Callable

from store import alerts, delivery_log, mutes
from store.database import write
from store.weekly.pushes import Push, read_pushes, reckon_pushes

BEGIN, UNTIL = 100_000.0, 200_000.0
NOON = 150_000.0
NOTHING = {"sent": 0, "alerts": 0, "acknowledged": 0, "muted": 0}


class TestReckoning:
    """What is counted."""

    def test_nothing(self) -> None:
        """A week without pushes has none."""
        assert reckon_pushes([], [], BEGIN, UNTIL, UNTIL) == NOTHING

    def test_pushes(self) -> None:
        """An alert that went through two channels was sent twice and is one; acknowledged counts until one looks."""
        pushes = [
            Push(BEGIN, 1, NOON),
            Push(NOON, 1, NOON),
            Push(NOON, 2, UNTIL + 5),
            Push(NOON, 3, UNTIL + 50),
            Push(NOON, None),
            Push(BEGIN - 1, 4, NOON),
            Push(UNTIL, 5, UNTIL),
        ]
        assert reckon_pushes(pushes, [BEGIN - 1, BEGIN, UNTIL], BEGIN, UNTIL, UNTIL + 10) == {
            "sent": 5, "alerts": 3, "acknowledged": 2, "muted": 1,
        }  # fmt: skip
        assert reckon_pushes(pushes, [], BEGIN, UNTIL, UNTIL)["acknowledged"] == 1


def test_from_the_journal(journal: sqlite3.Connection, launched: Callable[..., str]) -> None:
    """Only what was sent counts, with what became of it, however long ago it was."""
    run = launched("a", created=BEGIN)
    with write(journal):
        numbers = [
            alerts.raise_alert(
                journal, kind=kind, severity="now", occurred=NOON, now=NOON, title="", body="", run_id=run, attempt=1
            )
            for kind in ("stalled", "crashed", "finished")
        ]
        for time, alert, outcome in (
            (NOON, numbers[0], "sent"),
            (NOON + 1, numbers[0], "retried"),
            (NOON + 2, numbers[1], "held"),
            (NOON + 3, numbers[1], "sent"),
            (NOON + 4, numbers[2], "digested"),
            (UNTIL + 5, numbers[2], "sent"),
        ):
            delivery_log.record(journal, time, alert, "ntfy", outcome)
        delivery_log.trim(journal, 2 * UNTIL)
    for alert, time in ((numbers[0], NOON + 60), (numbers[1], UNTIL + 60)):
        assert alert is not None
        alerts.acknowledge(journal, alert, time)
    mutes.mute(journal, run, "stalled", NOON)
    assert read_pushes(journal, BEGIN, UNTIL) == {"sent": 2, "alerts": 2, "acknowledged": 1, "muted": 1}
    assert read_pushes(journal, BEGIN, UNTIL, as_of=UNTIL + 60)["acknowledged"] == 2
    assert read_pushes(journal, UNTIL, BEGIN) == NOTHING
