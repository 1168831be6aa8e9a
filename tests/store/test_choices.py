"""Directions the user chose, project by project."""

import sqlite3

import pytest

from store import choices
from store.database import write
from store.projects import ensure_project


def test_a_choice_is_kept_changed_and_taken_back(journal: sqlite3.Connection) -> None:
    """It belongs to its project; None goes back to the guess, *neither* is a choice too."""
    with write(journal):
        mine, other = (ensure_project(journal, root, 1.0) for root in ("/a", "/b"))
    choices.choose_direction(journal, mine, "kl", "lower", 2.0)
    choices.choose_direction(journal, mine, "loss", "", 2.0)
    assert choices.read_directions(journal, mine) == {"kl": "lower", "loss": ""}
    assert choices.read_directions(journal, other) == {}
    choices.choose_direction(journal, mine, "kl", "higher", 3.0)
    choices.choose_direction(journal, mine, "loss", None, 3.0)
    assert choices.read_directions(journal, mine) == {"kl": "higher"}


def test_there_are_two_directions(journal: sqlite3.Connection) -> None:
    """Anything else is a mistake of the caller."""
    with write(journal):
        project = ensure_project(journal, "/a", 1.0)
    with pytest.raises(ValueError, match="lower, higher or empty"):
        choices.choose_direction(journal, project, "kl", "up", 2.0)
