"""What needs a person: which alerts do, in what order, and gathered into a card for each run. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from store.alerts import Alert
from store.deliveries import Delivery
from store.runs import Run

_RANKS = (
    ("crashed", "killed", "lost", "gpu_lost", "driver", "ecc"),
    ("diverged", "stalled", "xid", "disk", "host_memory", "gpu_memory"),
    ("gpu_idle", "heat", "eta_slipped", "gpu_free"),
    ("threshold", "finished", "task"),
)
NEEDS = tuple(kind for kinds in _RANKS for kind in kinds)
CALM = ("finished",)


@dataclass(frozen=True)
class Need:
    """An alert with its run and its deliveries; ``held`` is why one was kept back before it was sent, by channel."""

    alert: Alert
    run: Run | None
    deliveries: list[Delivery]
    held: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Card:
    """Everything about one run that needs a person, or one alert of the machine; the worst first."""

    needs: list[Need]

    @property
    def run(self) -> Run | None:
        """The run it is about, None for the machine."""
        return self.needs[0].run

    @property
    def alert_ids(self) -> list[int]:
        """The alerts on it."""
        return [need.alert.id for need in self.needs]


def rank(kind: str) -> int:
    """How soon a person is needed: 0 is the worst."""
    return next((place for place, kinds in enumerate(_RANKS) if kind in kinds), len(_RANKS))


def cards_of(needs: Sequence[Need]) -> list[Card]:
    """A card for each run and for each alert without one, where the first of its alerts stands."""
    gathered: dict[str, list[Need]] = {}
    for need in needs:
        key = f"run {need.run.id}" if need.run is not None else f"alert {need.alert.id}"
        gathered.setdefault(key, []).append(need)
    return [Card(some) for some in gathered.values()]
