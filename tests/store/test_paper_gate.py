"""When arXiv may be asked again."""

import sqlite3

import pytest

from store.database import write
from store.paper_gate import LONGEST_SECONDS, SPACING_SECONDS, note_refusal, note_request, note_success, read_gate

T = 1_795_000_000.0


def test_a_request_keeps_the_next_away_for_three_seconds(journal: sqlite3.Connection) -> None:
    """A new journal lets one ask at once; after a request three seconds pass."""
    assert read_gate(journal).wait(T) == 0
    with write(journal):
        note_request(journal, T)
    assert [read_gate(journal).wait(T + seconds) for seconds in (0, 1, 3, 4, 10)] == [3.125, 2.125, 0.125, 0, 0]


def test_refusals_lengthen_the_wait(journal: sqlite3.Connection) -> None:
    """Without a word of arXiv one waits 30, 60, 120 and again 120 s, up to a quarter more by chance; a good answer ends it."""
    for expected, jitter in ((30, 0), (60, 0), (120, 0), (150, 1.0)):
        with write(journal):
            assert note_refusal(journal, T, "busy", jitter=jitter) == T + expected
    state = read_gate(journal)
    assert (state.refusals, state.reason, state.wait(T)) == (4, "busy", 150)
    with write(journal):
        note_request(journal, T)  # somebody's own request does not shorten it
    assert read_gate(journal).wait(T) == 150
    with write(journal):
        note_success(journal, T + 200)
    assert (read_gate(journal).refusals, read_gate(journal).next_allowed) == (0, T + 200 + SPACING_SECONDS)


@pytest.mark.parametrize(
    ("said", "waits"),
    [(7.0, 7.0), (0.0, SPACING_SECONDS), (10 * LONGEST_SECONDS, LONGEST_SECONDS), (float("nan"), 30.0)],
)
def test_what_arxiv_says_is_heeded(journal: sqlite3.Connection, said: float, waits: float) -> None:
    """Retry-After decides, within reason: never under three seconds, never over a day."""
    with write(journal):
        assert note_refusal(journal, T, "busy", said) == T + waits


def test_a_clock_that_was_set_back_keeps_nobody_away(journal: sqlite3.Connection) -> None:
    """A moment far ahead that no request can have set counts as three seconds."""
    with write(journal):
        note_request(journal, T)
    assert read_gate(journal).wait(T - 86400) == SPACING_SECONDS
    with write(journal):
        note_refusal(journal, T, "busy", 3600.0)
    assert read_gate(journal).wait(T - 60) == 3660
    assert read_gate(journal).wait(T - 30 * 86400) == SPACING_SECONDS
