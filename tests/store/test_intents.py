"""What the dashboard asks of the daemon."""

import sqlite3

from store import intents


def test_asked_and_answered(journal: sqlite3.Connection) -> None:
    """An intent is open until it is done or refused; asking again meanwhile is the same intent."""
    first = intents.ask(journal, intents.STOP_RUN, "r1", 1.0, {"why": "x"})
    assert intents.ask(journal, intents.STOP_RUN, "r1", 2.0) == first
    other = intents.ask(journal, intents.STOP_RUN, "r2", 2.0)
    assert [one.id for one in intents.open_intents(journal)] == [first, other]
    intents.answer(journal, first, "accepted", "sent SIGINT", 3.0)
    assert intents.ask(journal, intents.STOP_RUN, "r1", 4.0) == first
    intents.answer(journal, first, "done", "the run has ended", 5.0)
    again = intents.ask(journal, intents.STOP_RUN, "r1", 6.0)
    assert [(one.id, one.state) for one in intents.intents_of_run(journal, "r1")] == [(again, "asked"), (first, "done")]
    done = intents.intents_of_run(journal, "r1")[-1]
    assert (done.detail, done.asked, done.answered, done.answer) == ({"why": "x"}, 1.0, 5.0, "the run has ended")
    assert [one.id for one in intents.open_intents(journal)] == [other, again]


def test_about_no_run(journal: sqlite3.Connection) -> None:
    """An intent about no run is asked once, too."""
    assert intents.ask(journal, "other", None, 1.0) == intents.ask(journal, "other", None, 2.0)
