"""Papers in words: as `machiai paper` prints them, and as scripts get them."""

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from typing import Any

import click

from store import reading
from store.database import open_journal
from store.errors import MachiaiError
from store.paper_rows import PRIORITIES, Paper
from store.settings import Settings, load

LOOK = {
    "reading": ("▶", "cyan"),
    "queue": ("○", None),
    "inbox": ("✉", "yellow"),
    "later": ("⏸", "bright_black"),
    "read": ("✔", "green"),
    "dropped": ("–", "bright_black"),
}
"""The sign and colour of each state, in the order of a list."""
_MOST_AUTHORS = 3


@contextlib.contextmanager
def open_papers(*, writes: bool = False) -> Iterator[tuple[sqlite3.Connection, Settings]]:
    """The journal, for a command that changes papers where ``writes``; MachiaiError where nothing may be changed."""
    settings = load()
    if writes and settings.read_only:
        raise MachiaiError("Machiai is set to read-only; unset MACHIAI_READ_ONLY to change papers")
    with contextlib.closing(open_journal(settings.journal)) as connection:
        yield connection, settings


def spell_paper(one: Paper) -> str:
    """A paper in a line: state, id, title, who wrote it, and what is particular about it."""
    icon, colour = LOOK[one.state]
    parts = [spell_authors(one), ", ".join(one.categories[:2])]
    if one.published is not None:
        parts.append(time.strftime("%Y-%m-%d", time.gmtime(one.published)))
    if one.priority:
        parts.append(PRIORITIES[one.priority])
    parts += [f"#{tag}" for tag in one.tags]
    if one.until is not None:
        parts.append(f"until {time.strftime('%Y-%m-%d', time.localtime(one.until))}")
    about = ", ".join(part for part in parts if part)
    notes = [f"v{one.version} is out since you saw v{one.seen_version}"] if one.has_newer else []
    notes += ["withdrawn"] if one.withdrawn else []
    marks = "".join(f"  {click.style(note, fg='yellow')}" for note in notes)
    return f"{click.style(f'{icon} {one.state:<7}', fg=colour)}  {one.ref:<12}  {one.title}  [{about}]{marks}"


def spell_authors(one: Paper) -> str:
    """The first authors, and that there are more."""
    more = " et al." if len(one.authors) > _MOST_AUTHORS else ""
    return ", ".join(one.authors[:_MOST_AUTHORS]) + more


def as_row(one: Paper, minutes: float) -> dict[str, Any]:
    """A paper for scripts: times in epoch seconds, ``read`` when it was read, ``minutes`` those spent on it."""
    return {
        "id": one.ref,
        "version": one.version,
        "title": one.title,
        "authors": list(one.authors),
        "categories": list(one.categories),
        "state": one.state,
        "priority": one.priority,
        "added": one.added,
        "read": one.ended if one.state == "read" else None,
        "minutes": round(minutes, 1),
        "tags": list(one.tags),
    }


def as_rows(connection: sqlite3.Connection, found: list[Paper]) -> list[dict[str, Any]]:
    """Papers for scripts."""
    minutes = reading.minutes_of_all(connection, [one.ref for one in found], time.time())
    return [as_row(one, minutes.get(one.ref, 0.0)) for one in found]
