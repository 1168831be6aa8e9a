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


def test_two_processes_to_watch_are_two(journal: sqlite3.Connection) -> None:
    """Asking to watch is about no run yet: it is the same only for the same process; its run comes with the answer."""
    first = intents.ask(journal, intents.WATCH_PID, None, 1.0, {"pid": 7, "start_ticks": 1})
    assert intents.ask(journal, intents.WATCH_PID, None, 2.0, {"start_ticks": 1, "pid": 7}) == first
    second = intents.ask(journal, intents.WATCH_PID, None, 3.0, {"pid": 8, "start_ticks": 1})
    assert second != first
    intents.answer(journal, first, "done", "watched", 4.0, run_id="r1")
    assert [one.id for one in intents.intents_of_run(journal, "r1")] == [first]
    assert [one.id for one in intents.latest_intents(journal, intents.WATCH_PID, 2.0)] == [second]
    intents.answer(journal, first, "done", "still", 5.0)
    assert intents.latest_intents(journal, intents.WATCH_PID, 0.0)[-1].run_id == "r1"


def test_a_queued_run_can_be_moved_again(journal: sqlite3.Connection) -> None:
    """To another place it is another request."""
    last = intents.ask(journal, intents.MOVE_QUEUED, "r1", 1.0, {"before": None})
    assert intents.ask(journal, intents.MOVE_QUEUED, "r1", 2.0, {"before": "r2"}) != last
