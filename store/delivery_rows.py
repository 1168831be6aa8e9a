"""A delivery as the journal keeps it; what is done with deliveries is in ``store.deliveries``."""

import sqlite3
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class Delivery:
    """One alert on its way through one channel; ``unsure`` says an earlier try may have arrived.

    ``why`` is the word for its being held or suppressed, ``error`` says it in English. ``digest_id`` is the alert that
    told it; ``queued`` is when it was first free to be sent.
    """

    id: int
    alert_id: int
    channel: str
    state: str
    attempts: int
    next_try: float
    unsure: bool
    claimed_until: float | None
    sent: float | None
    receipt: str | None
    error: str | None
    why: str | None = None
    digest_id: int | None = None
    queued: float | None = None


class Planned(NamedTuple):
    """How an alert is to go through ``channel``: ``waiting``, ``held`` until ``next_try``, or ``suppressed``."""

    channel: str
    state: str = "waiting"
    next_try: float | None = None
    why: str | None = None
    error: str | None = None


def delivery_from(row: sqlite3.Row) -> Delivery:
    """The delivery in a row with every column of ``deliveries``."""
    return Delivery(**{**dict(row), "unsure": bool(row["unsure"])})
