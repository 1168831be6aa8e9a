"""What the page *Search* reads: hits of the full-text search, and how many there are of each kind."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from app import reads
from store import documents, projects, search
from store.projects import Project
from store.search import Hit
from store.settings import Settings

KINDS = documents.KINDS
PAGE = 20


@dataclass(frozen=True)
class Finds:
    """A page of hits, best first; ``counts`` of each kind in the whole, ``seconds`` it took."""

    hits: list[Hit]
    counts: dict[str, int]
    projects: list[Project]
    seconds: float


def find(
    settings: Settings, text: str, *, kinds: Sequence[str] = (), project_id: int | None = None, number: int = 1
) -> Finds:
    """Page ``number`` (from 1) of what holds all of ``text``; of all kinds where none is chosen. Writes nothing."""
    began = time.perf_counter()
    with reads.open_journal(settings) as connection:
        counts = search.count_hits(connection, text, project_id=project_id)
        hits = search.search(
            connection,
            text,
            kinds=list(kinds) or None,
            project_id=project_id,
            limit=PAGE,
            offset=PAGE * (number - 1),
        )
        known = projects.list_projects(connection)
    return Finds([_without_token(settings, hit) for hit in hits], counts, known, time.perf_counter() - began)


def _without_token(settings: Settings, hit: Hit) -> Hit:
    """A hit without the token; one that had it loses its marks, which no longer fit."""
    clean: Hit = reads.without_token(settings, hit)
    if (clean.title, clean.snippet) == (hit.title, hit.snippet):
        return clean
    return Hit(clean.kind, clean.id, clean.title, clean.snippet, clean.score, clean.time, clean.project_id)
