"""Reading in pieces: passes, time left, places, and what advice is given from."""

import sqlite3

import pytest

from store import papers, reading, rereading, sessions
from store.database import write
from store.errors import PaperError
from store.paper_rows import known
from store.papers import Find
from store.waiting import gather

NOW = 1.7e9
MINUTE = 60.0


def add(journal: sqlite3.Connection, ref: str, state: str = "queue", now: float = NOW) -> str:
    """Keep a paper in that state; its ref."""
    with write(journal):
        papers.take_up(journal, Find(ref, f"On {ref}", version=1), now, state=state)
    return ref


def read(journal: sqlite3.Connection, ref: str, begun: float, minutes: float) -> None:
    """Read that paper for some minutes."""
    with write(journal):
        session = sessions.begin(journal, "read", begun, paper=ref)
        sessions.end(journal, session, begun + minutes * MINUTE)


def finish(journal: sqlite3.Connection, ref: str, now: float, number: int | None = None) -> reading.Pass:
    """Say that a pass is done."""
    with write(journal):
        return reading.finish_pass(journal, ref, now, number)


def test_a_pass_lasted_what_was_spent_since_the_one_before(journal: sqlite3.Connection) -> None:
    """The length of a pass is the time of the sessions about the paper, and only of those since the last pass."""
    add(journal, "2401.00001")
    read(journal, "2401.00001", NOW, 5)
    read(journal, "2401.99999", NOW + 600, 30)
    read(journal, "2401.00001", NOW + 3600, 4)
    assert finish(journal, "2401.00001", NOW + 7200).seconds == pytest.approx(9 * MINUTE)
    read(journal, "2401.00001", NOW + 9000, 41)
    assert finish(journal, "2401.00001", NOW + 20000).seconds == pytest.approx(41 * MINUTE)
    assert [one.number for one in reading.passes_of(journal, "2401.00001")] == [1, 2]
    assert reading.minutes_of(journal, "2401.00001", NOW + 30000) == pytest.approx(50)


def test_a_session_over_the_end_of_a_pass_counts_in_part(journal: sqlite3.Connection) -> None:
    """Where a pass ends in the middle of a session, each pass has its part of it."""
    add(journal, "2401.00001")
    with write(journal):
        sessions.begin(journal, "read", NOW, paper="2401.00001")
    assert finish(journal, "2401.00001", NOW + 6 * MINUTE).seconds == pytest.approx(6 * MINUTE)
    assert finish(journal, "2401.00001", NOW + 26 * MINUTE).seconds == pytest.approx(20 * MINUTE)


def test_a_pass_brings_a_paper_to_hand_and_the_third_ends_it(journal: sqlite3.Connection) -> None:
    """From the queue it comes into reading, at the third pass it is read; and one says so no further."""
    add(journal, "2401.00001")
    finish(journal, "2401.00001", NOW)
    assert known(journal, "2401.00001").state == "reading"
    assert finish(journal, "2401.00001", NOW + 1, 3).seconds is None
    paper = known(journal, "2401.00001")
    assert (paper.state, paper.passes) == ("read", 3)
    assert [one.number for one in reading.passes_of(journal, "2401.00001")] == [1, 2, 3]
    with pytest.raises(PaperError, match="3 of 3"):
        finish(journal, "2401.00001", NOW + 2)


@pytest.mark.parametrize("number", [0, 1, 4])
def test_a_pass_that_cannot_be_next(journal: sqlite3.Connection, number: int) -> None:
    """A pass that is done already, or that there is none of, is refused and nothing is written."""
    add(journal, "2401.00001")
    finish(journal, "2401.00001", NOW)
    with pytest.raises(PaperError, match="not pass"):
        finish(journal, "2401.00001", NOW, number)
    assert [one.number for one in reading.passes_of(journal, "2401.00001")] == [1]


def test_what_was_read_stays_read(journal: sqlite3.Connection) -> None:
    """Another pass over a paper that was read does not bring it back among those being read."""
    add(journal, "2401.00001", "read")
    finish(journal, "2401.00001", NOW)
    assert known(journal, "2401.00001").state == "read"


def test_a_pass_is_taken_back(journal: sqlite3.Connection) -> None:
    """The last pass can be taken back, with those that were taken for done with it, and the page is as it was."""
    add(journal, "2401.00001", "reading")
    finish(journal, "2401.00001", NOW)
    with write(journal):
        reading.reach(journal, "2401.00001", 5, NOW, pages=12)
    finish(journal, "2401.00001", NOW + 1, 3)
    assert known(journal, "2401.00001").page is None
    with write(journal):
        paper = reading.take_back_pass(journal, "2401.00001", NOW + 2)
    assert (paper.passes, paper.page) == (1, 5)
    with write(journal):
        assert reading.take_back_pass(journal, "2401.00001", NOW + 3).passes == 0
    with write(journal), pytest.raises(PaperError, match="no pass"):
        reading.take_back_pass(journal, "2401.00001", NOW + 4)


def test_lengths_are_learned(journal: sqlite3.Connection) -> None:
    """Until something is known a pass takes what it takes everybody; with one's own passes it comes close to those, and
    a click is none."""
    assert reading.pass_minutes(journal) == pytest.approx(reading.PASS_MINUTES)
    for number in range(12):
        ref = add(journal, f"2401.{number:05}")
        read(journal, ref, NOW + number * 3600, 20)
        finish(journal, ref, NOW + number * 3600 + 1800)
    learned = reading.pass_minutes(journal)
    assert 16 < learned[1] < 20
    assert learned[2] == pytest.approx(60)
    for number in range(12, 20):
        ref = add(journal, f"2401.{number:05}")
        read(journal, ref, NOW + number * 3600, 0.1)
        finish(journal, ref, NOW + number * 3600 + 1800)
    assert reading.pass_minutes(journal)[1] == pytest.approx(learned[1])


def test_time_left_shrinks_with_time_spent_and_never_to_nothing(journal: sqlite3.Connection) -> None:
    """What is left of a pass is its usual length less what was spent, and a quarter of it where more was spent."""
    add(journal, "2401.00001")

    def left() -> float:
        return reading.minutes_left(journal, known(journal, "2401.00001"), NOW + 86400)

    assert left() == pytest.approx(7)
    read(journal, "2401.00001", NOW, 3)
    assert left() == pytest.approx(4)
    read(journal, "2401.00001", NOW + 3600, 60)
    assert left() == pytest.approx(7 / 4)


def test_time_left_by_the_page_reached(journal: sqlite3.Connection) -> None:
    """In a pass that goes by pages, somebody who is slower than usual has more left, and less the further they are."""
    add(journal, "2401.00001")
    finish(journal, "2401.00001", NOW)
    read(journal, "2401.00001", NOW + 60, 45)
    left = []
    for page in (4, 7, 10, 12):
        with write(journal):
            reading.reach(journal, "2401.00001", page, NOW + 4000, pages=12)
        left.append(reading.minutes_left(journal, known(journal, "2401.00001"), NOW + 4000))
    assert left == sorted(left, reverse=True)
    assert left[0] > 45  # a quarter took 45 minutes: an hour in all would be too little
    assert left[-1] < 10


@pytest.mark.parametrize("page", [0, -1, 13])
def test_no_page_that_there_is_not(journal: sqlite3.Connection, page: int) -> None:
    """A page that the paper does not have cannot be reached."""
    add(journal, "2401.00001")
    with write(journal), pytest.raises(PaperError, match="no page"):
        reading.reach(journal, "2401.00001", page, NOW, pages=12)
    assert known(journal, "2401.00001").page is None


def test_a_session_takes_a_paper_to_hand(journal: sqlite3.Connection) -> None:
    """A session on a paper of the queue or the inbox puts it among those being read; one that is read stays so."""
    states = {"inbox": "reading", "later": "reading", "queue": "reading", "read": "read", "dropped": "dropped"}
    for at, (before, after) in enumerate(states.items()):
        ref = add(journal, f"2401.0000{at}", before)
        read(journal, ref, NOW + at * 600, 5)
        assert known(journal, ref).state == after


def test_what_advice_is_given_from(journal: sqlite3.Connection) -> None:
    """What is due again comes first, then what is being read, then the head of the queue, each with its next pass; what
    has had all passes is not proposed, nor the inbox."""
    for ref, state in (("a", "reading"), ("b", "queue"), ("c", "queue"), ("d", "inbox"), ("e", "read")):
        add(journal, ref, state)
    finish(journal, "a", NOW)
    with write(journal):
        papers.move(journal, "c", "top", NOW)
        rereading.mark_worth(journal, "e", NOW)
    assert [(one.ref, one.reading, one.again) for one in reading.items(journal, NOW)] == [
        ("a", 2, False), ("c", 1, False), ("b", 1, False),
    ]  # fmt: skip
    first = reading.items(journal, NOW + 3 * 86400)[0]
    assert (first.ref, first.reading, first.again) == ("e", 1, True)
    assert gather(journal, NOW, live=True).papers == reading.items(journal, NOW)


def test_many_papers_ahead_are_cut(journal: sqlite3.Connection) -> None:
    """From a queue of any length only its head is looked at."""
    for number in range(30):
        add(journal, f"2401.{number:05}")
    assert [one.ref for one in reading.items(journal, NOW)] == [f"2401.{number:05}" for number in range(5)]


def test_a_forgotten_session_counts_as_long_as_was_meant(journal: sqlite3.Connection) -> None:
    """A session that nobody ended is not hours of reading."""
    add(journal, "2401.00001")
    with write(journal):
        sessions.begin(journal, "read", NOW, paper="2401.00001", planned=20 * MINUTE)
    assert reading.minutes_of(journal, "2401.00001", NOW + 10 * MINUTE) == pytest.approx(10)
    assert reading.minutes_of(journal, "2401.00001", NOW + 86400) == pytest.approx(20)
