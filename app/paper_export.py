"""Papers for other programs and people, as the page offers them to be downloaded: BibTeX, Markdown, CSV."""

import time
from collections.abc import Sequence

from app import reads
from app.words import Words
from store import bibliography, papers, reading
from store.database import snapshot
from store.paper_rows import STATES, Paper
from store.settings import Settings

FORMATS = {"bib": "BibTeX", "md": "Markdown", "csv": "CSV"}
MEDIA = {"bib": "application/x-bibtex", "md": "text/markdown", "csv": "text/csv"}
KEPT = ("reading", "queue", "read")


def write_out(
    settings: Settings,
    form: str,
    states: Sequence[str],
    tag: str | None,
    names: dict[str, str],
    picked: Sequence[str] | None = None,
) -> bytes:
    """The papers in those states in one of ``FORMATS``, as UTF-8; ``names`` are the words for the states. Of them only
    those ``picked`` by their refs, where that is not None."""
    assert set(states) <= set(STATES)
    with reads.open_journal(settings) as connection, snapshot(connection):
        found: list[Paper] = []
        for state in states:
            found += papers.list_papers(connection, [state], tag=tag)
        if picked is not None:
            found = [one for one in found if one.ref in picked]
        if form == "bib":
            text = bibliography.to_bibtex(found, bibliography.keys_of(connection, found, keep=False))
        elif form == "md":
            text = bibliography.to_markdown(found, lambda state: names.get(state, state))
        else:
            minutes = reading.minutes_of_all(connection, [one.ref for one in found], time.time())
            text = bibliography.to_csv(found, minutes)
    return settings.redact(text).encode("utf-8", "replace")


def name_file(form: str, states: Sequence[str], say: Words, *, picked: bool = False) -> str:
    """``papers-queue-2026-11-21.bib``"""
    of = "some" if picked else states[0] if len(states) == 1 else "all"
    return f"papers-{of}-{say.date(time.time())[:10]}.{form}"
