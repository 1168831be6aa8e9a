"""What the pages change of what runs showed."""

import time

from app import reads
from store.database import write
from store.settings import Settings
from store.weekly import conclusions


def conclude(settings: Settings, run_id: str, text: str, read: float | None) -> str | None:
    """Write what a run showed, as it is kept then; ``read`` is the ``Run.concluded`` that the page was drawn from.

    Conflict where it was written elsewhere meanwhile, ReviewError where it cannot be kept.
    """
    reads.refuse_read_only(settings)
    with reads.open_journal(settings, read_only=False) as connection, write(connection):
        return conclusions.conclude(connection, run_id, text, time.time(), read=read)
