"""Orders the inbox once and ends: a process of its own, for what it needs is larger than the daemon may be.

Run as a module: ``python -m workers.papers.rank_process FOLDER``, the data folder. One line on stdout tells what was
done.
"""

import contextlib
import ctypes
import os
import signal
import sqlite3
import sys
import time
from pathlib import Path

from store import paper_ranks
from store.database import open_journal, write
from store.paper_ranks import Told

BATCH = 500
"""Scores a transaction: others that want to write wait for one batch only."""
_NICE = 10
_PR_SET_PDEATHSIG = 1


def order_inbox(connection: sqlite3.Connection, now: float) -> tuple[int, int]:
    """Give every paper of the inbox its score and the words for it; how many were looked at, and how many changed."""
    from workers.papers.rank import Decision, Document, rank

    def document(told: Told) -> Document:
        return Document(told.title, told.abstract, told.authors, told.categories)

    found = paper_ranks.candidates(connection)
    decided = [Decision(document(one.paper), one.kept, one.weight) for one in paper_ranks.decisions(connection)]
    ranked = rank(decided, paper_ranks.works(connection, now), [document(one) for one in found])
    changed = 0
    for at in range(0, len(found), BATCH):
        pairs = list(zip(found[at : at + BATCH], ranked[at : at + BATCH], strict=True))
        before = paper_ranks.known_scores(connection, [told.id for told, _ in pairs])
        news = {told.id: (one.score, one.why) for told, one in pairs if before.get(told.id) != (one.score, one.why)}
        if news:
            with write(connection):
                paper_ranks.write_scores(connection, news)
        changed += len(news)
    return len(found), changed


def main(home: Path) -> None:
    """Order the inbox of that data folder, out of everybody's way, and not after the daemon's end."""
    parent = os.getppid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        return
    os.nice(_NICE)
    with contextlib.closing(open_journal(home / "journal.db")) as connection:
        looked, changed = order_inbox(connection, time.time())
    print(f"ordered {looked}, changed {changed}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
