"""What the daemon itself sees of a process that nobody else watches: alive, suspended, gone.

A job that was attached has no supervisor that would write this down. When it was seen alive last is kept in the
journal, about once a minute, for a daemon that comes after this one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from workers.machine import processes

MOMENT_SECONDS = 15.0
"""A process that was alive so shortly before it was missed ended when it was missed, as nearly as that matters."""
KEPT_SECONDS = 60.0
"""How often the journal is told that it is alive."""


@dataclass
class Sighting:
    """When a process was seen alive last (``looked``: by us), when it was first missed a moment after that, and when
    it was suspended."""

    seen: float | None = None
    looked: float | None = None
    vanished: float | None = None
    spans: list[list[float | None]] = field(default_factory=list)

    @classmethod
    def known(cls, seen: float | None, spans: Sequence[tuple[float, float | None]]) -> "Sighting":
        """Go on from what an earlier daemon saw."""
        return cls(seen, spans=[[begin, end] for begin, end in spans])

    def note(self, status: str, now: float) -> None:
        """Take in how the process is at this moment."""
        if status == processes.GONE:
            if self.vanished is None and self.looked is not None and 0 <= now - self.looked <= MOMENT_SECONDS:
                self.vanished = now
            return
        self.seen = self.looked = now
        is_open = bool(self.spans) and self.spans[-1][1] is None
        if status == processes.SUSPENDED and not is_open:
            self.spans.append([now, None])
        elif status == processes.RUNNING and is_open:
            self.spans[-1][1] = now

    @property
    def minute(self) -> int | None:
        """Changes when the journal should be told anew that the process lives."""
        return None if self.seen is None else int(self.seen // KEPT_SECONDS)
