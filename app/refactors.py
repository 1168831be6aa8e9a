"""What a refactor entry is made of: a range of commits, why, what tests supported it, and the runs then running."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from app import journal, reads
from app.journal import Written
from store import commits, entries, runs
from store.commits import Commit
from store.entry_rows import Entry
from store.errors import EntryError
from store.runs import Run
from store.settings import Settings

RANGE_SECONDS = 60 * 86400.0
MOST_COMMITS = 200
LATEST_ENTRIES = 20


@dataclass(frozen=True)
class Log:
    """The refactor entries, newest first, and the commits that a new one can be about, newest first."""

    entries: list[Entry]
    commits: list[Commit]


def read_log(settings: Settings, project_id: int | None) -> Log:
    """The refactor log of a project, or of all."""
    with reads.open_journal(settings) as connection:
        written = entries.list_entries(connection, kinds=["refactor"], project_id=project_id, limit=LATEST_ENTRIES)
        found = commits.list_commits(
            connection, project_id, since=time.time() - RANGE_SECONDS, mine=True, limit=MOST_COMMITS
        )
    return reads.without_token(settings, Log(written, [one for one in found if not one.is_merge]))


def between(known: Sequence[Commit], first: Commit, last: Commit) -> list[Commit]:
    """The commits of one repository from one to another, oldest first, in whichever order the two are given.

    EntryError where they are of two repositories.
    """
    if first.repository != last.repository:
        raise EntryError(
            "these commits are of two repositories: {one} and {other}", one=first.repository, other=last.repository
        )
    of_it = sorted((one for one in known if one.repository == first.repository), key=lambda one: (one.time, one.sha))
    begin, end = sorted((of_it.index(first), of_it.index(last)))
    return of_it[begin : end + 1]


def running_then(settings: Settings, chosen: Sequence[Commit]) -> list[Run]:
    """The runs at work at any time from the first of these commits to the last, oldest first."""
    times = [one.time for one in chosen]
    if not times:
        return []
    with reads.open_journal(settings) as connection:
        beside = runs.runs_beside(connection, min(times), max(times))
        found = [runs.get_run(connection, one.id) for one in beside]
    known = {run.id: run for run in found if run is not None and run.started is not None}
    return reads.without_token(settings, sorted(known.values(), key=lambda run: run.created))


def write(settings: Settings, title: str, why: str, tests: str, chosen: Sequence[Commit]) -> Written:
    """Write a refactor entry. ``tests`` is what supported it, empty where none did.

    EntryError where there is no commit, or no reason is given.
    """
    if not chosen:
        raise EntryError("a refactor is told of commits; choose the first and the last")
    if not why.strip():
        raise EntryError("why was it done? A word is enough, and you will look for it in half a year")
    running = running_then(settings, chosen)
    facts = {
        "commits": [one.sha for one in chosen],
        "repository": chosen[0].repository,
        "tests": tests.strip(),
        "runs": [run.id for run in running],
    }
    return journal.write_new(
        settings,
        title.strip() or chosen[-1].subject,
        why,
        kind="refactor",
        project_id=chosen[0].project_id,
        facts=facts,
    )
