"""What a channel is: a way of sending one alert, and what can come of trying."""

from dataclasses import dataclass
from typing import Protocol

from store.alerts import Alert

PUSHBULLET = "pushbullet"


@dataclass(frozen=True)
class Sent:
    """The channel took the alert; ``receipt`` is its own name for it, where it gives one."""

    receipt: str | None


@dataclass(frozen=True)
class Retry:
    """It did not go through this time.

    ``after_seconds`` is how long to leave it, None for the usual back-off. ``unsure`` says that it may have
    arrived all the same, ``whole_channel`` that any other alert would have fared no better. ``used_up`` says that the
    account takes no more this month.
    """

    error: str
    after_seconds: float | None = None
    unsure: bool = False
    whole_channel: bool = False
    used_up: bool = False


@dataclass(frozen=True)
class Refused:
    """The channel will never take this alert, though it may take others."""

    error: str


Outcome = Sent | Retry | Refused


@dataclass(frozen=True)
class Hold:
    """Why a channel rests and until when (epoch seconds), after ``failures`` tries in a row.

    A ``firm`` one was asked for by the other side and holds for new alerts too; otherwise a new one may try.
    """

    until: float
    error: str
    firm: bool
    failures: int


class Held(Protocol):
    """What has a name and a hold, which the outbox keeps on it."""

    name: str
    hold: Hold | None


class Channel(Held, Protocol):
    """A way of sending alerts; belongs to one thread."""

    worst_seconds: float

    def send(self, alert: Alert, *, unsure: bool, queued: float | None = None) -> Outcome:
        """Try once to send ``alert``; ``unsure`` says that an earlier try may have arrived, ``queued`` until when it
        was kept back on purpose. Never raises."""
