"""When papers are pulled, as people chose it."""

import sqlite3

import pytest

from store.database import write
from store.errors import PreferencesError
from store.paper_preferences import PaperPreferences, read_papers, save_papers


def test_choices_are_kept_and_defaults_stand_for_the_rest(journal: sqlite3.Connection) -> None:
    """A choice is read back; one that cannot be used is the default, the others stay."""
    assert read_papers(journal) == PaperPreferences("08:00", True)
    save_papers(journal, PaperPreferences("18:30", False), 1.0)
    assert read_papers(journal) == PaperPreferences("18:30", False)
    with write(journal):
        journal.execute("UPDATE preferences SET value = '\"25:00\"' WHERE name = 'papers.pull_time'")
    assert read_papers(journal) == PaperPreferences("08:00", False)


@pytest.mark.parametrize("chosen", [PaperPreferences("8"), PaperPreferences(pull_daily="yes")])  # type: ignore[arg-type]
def test_what_cannot_be_is_refused(journal: sqlite3.Connection, chosen: PaperPreferences) -> None:
    """Nothing is kept of choices one of which is wrong."""
    with pytest.raises(PreferencesError):
        save_papers(journal, chosen, 1.0)
    assert read_papers(journal) == PaperPreferences()
