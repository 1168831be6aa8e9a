"""Asking arXiv about papers by their ids."""

import time
from collections.abc import Callable, Sequence

from store import paper_lookups
from store.database import write
from store.papers import Find
from workers.papers.answers import BadAnswer, BadQuery
from workers.papers.arxiv_client import ArxivClient

BATCH = 20


def look_up(client: ArxivClient, refs: Sequence[str]) -> dict[str, Find]:
    """What arXiv tells of these papers, by ref; those that it does not know are missing.

    An id that arXiv cannot read spoils the answer for all that were asked about with it: they are then asked about in
    two halves. Raises BadAnswer and NotNow as the client does.
    """
    try:
        found = client.look_up(list(refs))
    except BadQuery:
        if len(refs) <= 1:
            return {}
        middle = len(refs) // 2
        return look_up(client, refs[:middle]) | look_up(client, refs[middle:])
    return {one.ref: one for one in found.finds}


def complete_papers(client: ArxivClient, clock: Callable[[], float] = time.time, most: int = 200) -> tuple[int, int]:
    """Ask about papers that are known by their id alone, ``most`` of them; how many arXiv knew, and how many not.

    What one batch brings is kept before the next is asked for. Raises BadAnswer and NotNow, after what came before.
    """
    connection = client.gate.connection
    refs = paper_lookups.incomplete(connection, clock(), most)
    known = unknown = 0
    for at in range(0, len(refs), BATCH):
        batch = refs[at : at + BATCH]
        found = look_up(client, batch)
        now = clock()
        with write(connection):
            for ref in batch:
                if ref in found:
                    paper_lookups.complete(connection, found[ref], now)
                    known += 1
                else:
                    paper_lookups.note_not_found(connection, ref, now)
                    unknown += 1
    return known, unknown


__all__ = ["BATCH", "BadAnswer", "complete_papers", "look_up"]
