"""What the section *Review* of the journal reads and changes: the user's own commits, hunk by hunk.

The dashboard runs no git: hunks that the daemon has not kept yet are asked of it.
"""

import time
from dataclasses import dataclass

from app import reads
from store import commits, intents, reviews, tasks
from store.commits import Commit, Pile
from store.database import write
from store.intents import Intent
from store.reviews import Hunk, Mark, Patch
from store.settings import Settings

ASKED_SECONDS = 86400.0
MOST_COMMITS = 200


@dataclass(frozen=True)
class Waiting:
    """The commits that wait for a review, oldest first, and how many there are of each project. ``emails`` is whom git
    takes the user for: by it their own commits are told."""

    commits: list[Commit]
    piles: list[Pile]
    emails: list[str]


@dataclass(frozen=True)
class Open:
    """A commit that is being reviewed: its hunks (None until the daemon has kept them), what was noted of each, and
    the last wish to see them."""

    commit: Commit
    patch: Patch | None
    marks: dict[str, Mark]
    asked: Intent | None
    daemon: bool

    @property
    def left(self) -> list[Hunk]:
        """The hunks that were not looked at yet."""
        hunks = self.patch.hunks if self.patch else ()
        return [one for one in hunks if one.key not in self.marks or not self.marks[one.key].ticked]


def read_waiting(settings: Settings, project_id: int | None = None) -> Waiting:
    """What waits for a review."""
    now = time.time()
    with reads.open_journal(settings) as connection:
        found = commits.unreviewed(connection, now, project_id, MOST_COMMITS)
        emails = sorted({one.email for one in commits.list_repositories(connection) if one.email})
        return reads.without_token(settings, Waiting(found, commits.pile(connection, now), emails))


def find(settings: Settings, sha: str) -> Commit | None:
    """The commit whose name begins like that; None where the journal knows none."""
    with reads.open_journal(settings) as connection:
        found = commits.find_commits(connection, sha.lower()) if len(sha) >= 4 and sha.isalnum() else []
    return reads.without_token(settings, found[0]) if found else None


def read_open(settings: Settings, repository: str, sha: str) -> Open | None:
    """A commit with its hunks and marks."""
    with reads.open_journal(settings) as connection:
        commit = commits.get_commit(connection, repository, sha)
        if commit is None:
            return None
        wishes = intents.latest_intents(connection, reviews.SHOW_COMMIT, time.time() - ASKED_SECONDS)
        asked = next((one for one in wishes if one.detail == {"repository": repository, "sha": sha}), None)
        patch = reviews.read_patch(connection, repository, sha)
        found = Open(commit, patch, {}, asked, reads.pulse_of(connection).alive)
        marks = reviews.marks_of(connection, repository, sha)
    found = reads.without_token(settings, found)
    return Open(found.commit, _clean(settings, found.patch), marks, found.asked, found.daemon)


def ask(settings: Settings, repository: str, sha: str) -> None:
    """Ask the daemon for the hunks of a commit."""
    reads.refuse_read_only(settings)
    with reads.open_journal(settings, read_only=False) as connection:
        reviews.ask_patch(connection, repository, sha, time.time())


def tick(settings: Settings, commit: Commit, hunk: str, on: bool) -> None:
    """A hunk was looked at, or was not after all."""
    reads.refuse_read_only(settings)
    with reads.open_journal(settings, read_only=False) as connection, write(connection):
        reviews.tick(connection, commit.repository, commit.sha, hunk, time.time(), on=on)


def tick_all(settings: Settings, commit: Commit) -> None:
    """A whole commit was looked at, each of its hunks that are known."""
    reads.refuse_read_only(settings)
    with reads.open_journal(settings, read_only=False) as connection, write(connection):
        now = time.time()
        patch = reviews.read_patch(connection, commit.repository, commit.sha)
        for hunk in patch.hunks if patch else ():
            reviews.tick(connection, commit.repository, commit.sha, hunk.key, now)
        reviews.review_all(connection, commit.repository, [commit.sha], now)


def untick_all(settings: Settings, commit: Commit) -> None:
    """A commit waits for a review again; the ticks of its hunks stay."""
    reads.refuse_read_only(settings)
    with reads.open_journal(settings, read_only=False) as connection, write(connection):
        commits.set_reviewed(connection, commit.repository, [commit.sha], None)


def comment(settings: Settings, commit: Commit, hunk: str, text: str, was: str) -> None:
    """Note something about a hunk, where ``was`` stood. Conflict where it is something else now."""
    reads.refuse_read_only(settings)
    with reads.open_journal(settings, read_only=False) as connection, write(connection):
        reviews.comment(connection, commit.repository, commit.sha, hunk, text, time.time(), was=was)


def make_task(settings: Settings, commit: Commit, hunk: Hunk, title: str, notes: str) -> int:
    """Make a task of a hunk, once; the task's id."""
    reads.refuse_read_only(settings)
    origin = f"hunk:{commit.sha}:{hunk.key}"
    with reads.open_journal(settings, read_only=False) as connection, write(connection):
        now = time.time()
        known = tasks.made_of(connection, origin)
        task_id = known.id if known else 0
        if not task_id:
            task_id = tasks.add(
                connection,
                title,
                now,
                project_id=commit.project_id,
                notes=notes,
                origin=origin,
                about=[("commit", commit.sha)],
            )
        reviews.set_task(connection, commit.repository, commit.sha, hunk.key, task_id, now)
    return task_id


def _clean(settings: Settings, patch: Patch | None) -> Patch | None:
    """The patch without the token in its lines."""
    if patch is None or not settings.pushbullet_token:
        return patch
    hunks = tuple(
        Hunk(one.file, settings.redact(one.header), tuple(map(settings.redact, one.lines)), one.key)
        for one in patch.hunks
    )
    return Patch(hunks, patch.cut)
