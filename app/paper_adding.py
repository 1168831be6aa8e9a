"""Adding papers by hand on the page *Papers*: kept at once, by their ids; what arXiv tells of them comes after."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from app import reads
from app.paper_searches import ask
from app.papers import changing
from store.paper_intake import take_in
from store.paper_rows import Paper
from store.settings import Settings


@dataclass(frozen=True)
class Added:
    """What became of a text: the papers that are new, those that were known already, the parts that name none."""

    new: list[Paper]
    known: list[Paper]
    problems: list[str]


def add(settings: Settings, text: str, state: str = "queue", tags: Sequence[str] = ()) -> Added:
    """Keep the papers that a text names, in that state, and let arXiv be asked about those of it.

    PaperError, and nothing is kept, where it names none.
    """
    with changing(settings) as connection:
        intake = take_in(connection, text, time.time(), state=state, tags=tags)
    lacking = [one.ref for one in (*intake.new, *intake.known) if one.source == "arxiv" and one.version is None]
    if lacking:
        ask(settings, "paper_add", {"text": "\n".join(lacking)})
    new, known = (reads.without_token(settings, list(some)) for some in (intake.new, intake.known))
    return Added(new, known, list(intake.problems))
