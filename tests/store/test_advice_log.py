"""What was suggested, what became of it, and the weights that follow."""

import json
import sqlite3

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store import advice_log
from store.advice import KINDS, Advice
from store.advice_log import HALVED_AFTER_SECONDS, OUTCOMES
from store.database import write
from store.errors import SessionError
from store.symptoms import Length, Phrase

NOW = 1_000_000.0


def advice(kind: str = "task", subject: str = "task:7", minutes: float | None = 20) -> Advice:
    """A suggestion."""
    return Advice(kind, subject, Phrase("{task}", task="x"), (Phrase("about {length}", length=Length(60)),), minutes, 1)


def given_answers(journal: sqlite3.Connection, kind: str, *outcomes: str, now: float = NOW) -> None:
    """Suggestions of a kind with these answers."""
    with write(journal):
        for outcome in outcomes:
            (number,) = advice_log.offer(journal, [advice(kind)], now)
            advice_log.answer(journal, number, outcome, now)


class TestOffers:
    """Suggestions that are noted."""

    def test_the_same_within_the_hour(self, journal: sqlite3.Connection) -> None:
        """What is suggested again keeps its id for an hour, with the newest length and reason, until it is answered."""
        with write(journal):
            first = advice_log.offer(journal, [advice(), advice("read", "paper:1")], NOW)
            assert advice_log.offer(journal, [advice("read", "paper:1"), advice(minutes=15)], NOW + 3599) == first[::-1]
            assert advice_log.get_offer(journal, first[0]).minutes == 15
            assert advice_log.offer(journal, [advice()], NOW + 3600) != first[:1]
            (third,) = advice_log.offer(journal, [advice()], NOW + 3601)
            advice_log.answer(journal, third, "accepted", NOW + 3602)
            assert advice_log.offer(journal, [advice()], NOW + 3603) != [third]
        assert len(advice_log.list_offers(journal, NOW, NOW + 9999)) == 4

    def test_the_reason_is_kept(self, journal: sqlite3.Connection) -> None:
        """Messages and their values are kept as they can be translated later."""
        with write(journal):
            advice_log.offer(journal, [advice()], NOW)
        kept = json.loads(journal.execute("SELECT reason FROM advice").fetchone()[0])
        assert kept == [["{task}", {"task": "x"}], ["about {length}", {"length": 60.0}]]

    @pytest.mark.parametrize(
        ("kind", "subject", "begun"),
        [
            ("task", "task:7", {"kind": "task", "task_id": 7}),
            ("plan", "run:r1", {"kind": "plan", "run_id": "r1"}),
            ("read", "paper:cs/0501001", {"kind": "read", "paper": "cs/0501001"}),
            ("plan", "tasks", {"kind": "plan"}),
            ("stretch", "", {"kind": "break", "planned": None}),
        ],
    )
    def test_the_session_it_begins(
        self, journal: sqlite3.Connection, kind: str, subject: str, begun: dict[str, object]
    ) -> None:
        """What a session begins with follows from the suggestion alone."""
        with write(journal):
            (number,) = advice_log.offer(journal, [advice(kind, subject, None if kind == "stretch" else 20)], NOW)
        empty = {"planned": 1200.0, "project_id": None, "task_id": None, "run_id": None, "paper": None}
        assert advice_log.get_offer(journal, number).session == empty | begun

    def test_answers(self, journal: sqlite3.Connection) -> None:
        """An answer may change until it is finished; there is none to what was never suggested."""
        with write(journal):
            (number,) = advice_log.offer(journal, [advice()], NOW)
        for outcome, kept in (("skipped", "skipped"), ("accepted", "accepted"), ("finished", "finished")):
            advice_log.answer(journal, number, outcome, NOW + 1)
            assert advice_log.get_offer(journal, number).outcome == kept
        advice_log.answer(journal, number, "skipped", NOW + 2)
        assert advice_log.get_offer(journal, number).outcome == "finished"
        with pytest.raises(SessionError, match="no suggestion 99"):
            advice_log.answer(journal, 99, "skipped", NOW)
        with pytest.raises(SessionError, match="no suggestion 99"):
            advice_log.get_offer(journal, 99)
        with pytest.raises(ValueError, match="an outcome is"):
            advice_log.answer(journal, number, "liked", NOW)

    def test_declined(self, journal: sqlite3.Connection) -> None:
        """What was skipped is known for two hours."""
        given_answers(journal, "task", "skipped", "accepted")
        assert advice_log.declined(journal, NOW + 7199) == {("task", "task:7")}
        assert advice_log.declined(journal, NOW + 7201) == set()


class TestWeights:
    """What earlier answers make of later suggestions."""

    def test_what_they_come_from(self, journal: sqlite3.Connection) -> None:
        """Each answer counts its part, half after two weeks, and none after a reset."""
        given_answers(journal, "task", "accepted", "finished", "finished")
        given_answers(journal, "mail", "skipped")
        known = {one.kind: one for one in advice_log.explain_weights(journal, NOW)}
        assert list(known) == list(KINDS)
        assert known["task"].value == pytest.approx(1.25)
        assert (known["task"].accepted, known["task"].finished, known["task"].skipped) == (1, 2, 0)
        assert known["mail"].value == pytest.approx(0.9) and known["read"].value == 1
        assert advice_log.weights(journal, NOW + HALVED_AFTER_SECONDS)["task"] == pytest.approx(1.125)
        advice_log.reset_weights(journal, NOW + 1)
        assert set(advice_log.weights(journal, NOW + 2).values()) == {1.0}
        assert len(advice_log.list_offers(journal, 0, NOW + 1)) == 4
        given_answers(journal, "task", "skipped", now=NOW + 3)
        assert advice_log.weights(journal, NOW + 3)["task"] == pytest.approx(0.9)

    @given(st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(OUTCOMES), st.floats(0, 1e7)), max_size=20))
    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    def test_never_beyond(self, journal: sqlite3.Connection, answers: list[tuple[str, str, float]]) -> None:
        """A weight stays between a half and one and a half, above 1 only where something was taken."""
        with write(journal):
            journal.execute("DELETE FROM advice")
        for kind, outcome, age in answers:
            given_answers(journal, kind, outcome, now=NOW - age)
        for one in advice_log.explain_weights(journal, NOW):
            assert 0.5 <= one.value <= 1.5
            assert one.value <= 1 or one.accepted + one.finished > 0
            assert one.value >= 1 or one.skipped > 0
