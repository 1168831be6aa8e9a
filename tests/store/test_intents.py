"""What the dashboard asks of the daemon."""

import sqlite3

from store import intents
from tests.store.rows import enter


def test_asking_twice_is_asking_once(journal: sqlite3.Connection) -> None:
    """A second click on Stop is the same intent, until it is answered."""
    run = enter(journal)
    first = intents.ask(journal, intents.STOP_RUN, run, 1.0, {"by": "dashboard"})
    assert intents.ask(journal, intents.STOP_RUN, run, 2.0) == first
    intents.answer(journal, first, "accepted", "sent SIGINT", 3.0)
    assert intents.ask(journal, intents.STOP_RUN, run, 4.0) == first
    intents.answer(journal, first, "refused", "already ended", 5.0)
    assert intents.ask(journal, intents.STOP_RUN, run, 6.0) != first


def test_open_intents_are_those_without_a_last_word(journal: sqlite3.Connection) -> None:
    """Asked and accepted ones are open; the answer is kept."""
    run = enter(journal)
    intent = intents.ask(journal, intents.STOP_RUN, run, 1.0, {"by": "dashboard"})
    assert [one.id for one in intents.open_intents(journal)] == [intent]
    intents.answer(journal, intent, "done", "the run has ended", 9.0)
    assert intents.open_intents(journal) == []
    [known] = intents.intents_of_run(journal, run)
    assert (known.state, known.answer, known.answered, known.detail) == (
        "done",
        "the run has ended",
        9.0,
        {"by": "dashboard"},
    )
