"""Answering the dashboard's wishes to see a commit: its hunks are asked of git and kept in the journal."""

import sqlite3
import threading
from pathlib import Path

from store import commits, intents, reviews
from store.database import write
from store.errors import CodeError
from store.intents import Intent
from store.reviews import Patch
from store.settings import Settings
from workers.code.commits import patch_of


class CommitShower:
    """Asks git in a thread of its own: nobody who wants a run stopped waits for a slow disk."""

    def __init__(self) -> None:
        self._asked: dict[int, threading.Thread] = {}
        self._answers: dict[int, Patch | str] = {}

    def advance(self, connection: sqlite3.Connection, settings: Settings, intent: Intent, now: float) -> None:
        """Take a wish one step further: ask git, then keep the hunks. Only commits that the journal knows are shown."""
        repository, sha = str(intent.detail.get("repository")), str(intent.detail.get("sha"))
        if intent.id not in self._asked:
            if commits.get_commit(connection, repository, sha) is None:
                intents.answer(connection, intent.id, "refused", f"the journal knows no commit {sha[:10]}", now)
                return
            thread = threading.Thread(target=self._ask, args=(intent.id, repository, sha), name="commit", daemon=True)
            self._asked[intent.id] = thread
            thread.start()
            intents.answer(connection, intent.id, "accepted", "asking git", now)
            return
        if self._asked[intent.id].is_alive():
            return
        del self._asked[intent.id]
        found = self._answers.pop(intent.id, "the asking failed")
        if isinstance(found, str):
            intents.answer(connection, intent.id, "refused", settings.redact(found), now)
            return
        with write(connection):
            reviews.keep_patch(connection, repository, sha, found, now)
        hunks = f"{len(found.hunks)} hunk{'' if len(found.hunks) == 1 else 's'}"
        intents.answer(connection, intent.id, "done", hunks, now)

    def _ask(self, key: int, repository: str, sha: str) -> None:
        try:
            self._answers[key] = patch_of(Path(repository), sha)
        except CodeError as error:
            self._answers[key] = str(error)
