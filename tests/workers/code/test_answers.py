"""Showing a commit to the dashboard, by way of the journal."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from store import commits, intents, reviews
from store.commits import Commit
from store.database import write
from store.intents import Intent
from store.settings import Settings
from tests.fakes.code_repository import CodeRepository
from workers.code.answers import CommitShower


def show(
    journal: sqlite3.Connection, settings: Settings, repository: str, sha: str, wait_for: Callable[..., None]
) -> Intent:
    """Ask for a commit and serve until it is answered."""
    number = reviews.ask_patch(journal, repository, sha, time.time())
    shower = CommitShower()

    def is_answered() -> bool:
        for one in intents.open_intents(journal):
            shower.advance(journal, settings, one, time.time())
        return not intents.open_intents(journal)

    wait_for(is_answered, "the answer")
    return next(one for one in intents.latest_intents(journal, reviews.SHOW_COMMIT, 0) if one.id == number)


def test_show(
    journal: sqlite3.Connection, settings: Settings, home: Path, tmp_path: Path, wait_for: Callable[..., None]
) -> None:
    """The hunks of a commit that the journal knows are kept; what it does not know, or git has not, is refused."""
    repository = CodeRepository(tmp_path / "研究")
    sha = repository.commit("first", **{"学習.py": "a\n", "b.py": "b\n"})
    run = repository.start(journal, home, created=time.time())
    place = str(repository.root)
    refused = show(journal, settings, place, sha, wait_for)
    assert refused.state == "refused" and "knows no commit" in str(refused.answer)
    facts = (run.project_id, "Me", "me@x", 1.0, "s", "", 1, 2, 0, (), True)
    with write(journal):
        commits.record(journal, [Commit(place, sha, *facts), Commit(place, "1" * 40, *facts)])
    answered = show(journal, settings, place, sha, wait_for)
    assert (answered.state, answered.answer) == ("done", "2 hunks")
    patch = reviews.read_patch(journal, place, sha)
    assert patch is not None and [one.file for one in patch.hunks] == ["b.py", "学習.py"]
    gone = show(journal, settings, place, "1" * 40, wait_for)
    assert gone.state == "refused" and "git show failed" in str(gone.answer)
