"""Papers as a researcher would have them, made through the store's own functions."""

import sqlite3
import time
from typing import Any

from store import papers
from store.database import write
from store.papers import Find

TITLES = (
    "Selective state spaces for long sequences",
    r"On $\ell_1$-regularised bridges at $O(n\log n)$ cost",
    "拡散モデルの学習率について",
    "A quiet survey of augmentations",
    "Gradient noise and batch size",
    "What a residual stream remembers",
)


def find(number: int, **fields: Any) -> Find:
    """A find of arXiv; ``number`` makes its id and title."""
    given: dict[str, Any] = {
        "authors": ("Ada Byron", "Karl Gauß", "花子 山田", "Emmy N."),
        "abstract": r"We bound $\|x\|_2$ by $5 and more, see https://example.org/x_y." + f" Number {number}.",
        "categories": ("cs.LG", "stat.ML"),
        "published": 1_790_000_000.0 + number,
        "updated": 1_790_000_000.0 + number,
        "version": 1,
        "url": f"https://arxiv.org/abs/2609.{number:05}",
    }
    return Find(f"2609.{number:05}", TITLES[number % len(TITLES)], **(given | fields))


def take_up(connection: sqlite3.Connection, count: int, state: str = "inbox", first: int = 0) -> list[str]:
    """Keep that many papers, the first of them newest; their refs."""
    now = time.time()
    with write(connection):
        for number in range(first, first + count):
            papers.take_up(connection, find(number), now - number, state=state)
    return [find(number).ref for number in range(first, first + count)]


def state_of(connection: sqlite3.Connection, ref: str) -> str:
    """The state a paper is in."""
    paper = papers.get(connection, ref)
    assert paper is not None
    return paper.state
