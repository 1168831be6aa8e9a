"""What rules remember."""

import sqlite3

import pytest

from store import rule_states
from store.database import open_journal, write
from store.rule_states import State
from store.settings import Settings


def test_kept(journal: sqlite3.Connection, settings: Settings) -> None:
    """A state is there after a restart as it was written last, by rule, subject and occasion."""
    with write(journal):
        rule_states.write(journal, "stalled", "r1", "", {"since": 5.0}, 10.0)
        rule_states.write(journal, "heat", "gpu:a", "", {"name": "損失", "odd": "\udcff"}, 11.0)
        rule_states.write(journal, "heat", "gpu:a", "2", {}, 12.0)
        rule_states.write(journal, "stalled", "r1", "", {"since": 6.0}, 13.0)
    other = open_journal(settings.journal)
    assert rule_states.read(other) == [
        State("heat", "gpu:a", "", {"name": "損失", "odd": "\udcff"}, 11.0),
        State("heat", "gpu:a", "2", {}, 12.0),
        State("stalled", "r1", "", {"since": 6.0}, 13.0),
    ]
    assert [state.rule for state in rule_states.read(other, "stalled")] == ["stalled"]
    assert rule_states.read(other, "ecc") == []
    other.close()


def test_get(journal: sqlite3.Connection) -> None:
    """One state is found by its whole key only."""
    with write(journal):
        rule_states.write(journal, "heat", "gpu:a", "2", {"n": 1}, 12.0)
    assert rule_states.get(journal, "heat", "gpu:a", "2") == State("heat", "gpu:a", "2", {"n": 1}, 12.0)
    assert rule_states.get(journal, "heat", "gpu:a") is None
    assert rule_states.get(journal, "heat", "gpu:b", "2") is None


def test_forget(journal: sqlite3.Connection) -> None:
    """What is known of a subject is dropped, of every rule, and nothing else."""
    with write(journal):
        for rule, subject in (("stalled", "r1"), ("diverged", "r1"), ("stalled", "r2")):
            rule_states.write(journal, rule, subject, "", {}, 1.0)
        rule_states.forget(journal, "r1")
    assert [(state.rule, state.subject) for state in rule_states.read(journal)] == [("stalled", "r2")]


def test_undone_with_its_cause(journal: sqlite3.Connection) -> None:
    """A state whose transaction fails stays as it was, so that the alert of it is raised the next time."""
    with pytest.raises(RuntimeError), write(journal):
        rule_states.write(journal, "stalled", "r1", "", {"raised": True}, 1.0)
        raise RuntimeError
    assert rule_states.read(journal) == []


def test_drop(journal: sqlite3.Connection) -> None:
    """One state is dropped by its whole key, and the others of its subject stay."""
    with write(journal):
        for occasion in ("", "2"):
            rule_states.write(journal, "heat", "gpu:a", occasion, {}, 12.0)
        rule_states.drop(journal, "heat", "gpu:a", "")
        rule_states.drop(journal, "heat", "gpu:b", "")
    assert [(one.subject, one.occasion) for one in rule_states.read(journal)] == [("gpu:a", "2")]
