"""The papers of the journal as files of an export: for reference managers, for people, for tables."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from store import bibliography, papers, reading
from store.paper_rows import STATES

KEPT = ("reading", "queue", "read")


@dataclass(frozen=True)
class LibraryFile:
    """A file of the export: its name, what is in it, and how many papers those are."""

    name: str
    text: str
    count: int


def library_files(connection: sqlite3.Connection, clock: Callable[[], float] = time.time) -> Iterator[LibraryFile]:
    """All papers as a table, and those that were kept as BibTeX and as a reading list; nothing where there are none."""
    found = [one for state in STATES for one in papers.list_papers(connection, [state])]
    if not found:
        return
    minutes = reading.minutes_of_all(connection, [one.ref for one in found], clock())
    yield LibraryFile("papers.csv", bibliography.to_csv(found, minutes), len(found))
    kept = [one for one in found if one.state in KEPT]
    if kept:
        keys = bibliography.keys_of(connection, kept, keep=False)
        yield LibraryFile("papers.bib", bibliography.to_bibtex(kept, keys), len(kept))
        yield LibraryFile("papers.md", bibliography.to_markdown(kept), len(kept))
