"""Points on their way from a metric file to the journal, and the bookkeeping of legs that both kinds of files share.

A leg is a stretch of a series over which steps do not go back: a resume or a second fit begins the next one.
"""

from array import array
from dataclasses import dataclass, field
from typing import Any

State = dict[str, Any]
"""What a reader needs to go on where it stopped; plain JSON, to be committed together with the points."""

READ_BYTES = 2 << 20
"""How much of a file one call reads: bounds its time and memory; call again while there is more."""


@dataclass(slots=True)
class SeriesBatch:
    """New points of one series, as columns of the same length; ``unit`` says what its steps count.

    ``times`` are UTC epoch seconds, ``legs`` start at 0 within the file.
    """

    name: str
    unit: str = "step"
    legs: list[int] = field(default_factory=list)
    steps: "array[float]" = field(default_factory=lambda: array("d"))
    times: "array[float]" = field(default_factory=lambda: array("d"))
    values: "array[float]" = field(default_factory=lambda: array("d"))


@dataclass(slots=True)
class FileReading:
    """What one call read of a metric file.

    ``rewritten``: the file begins anew, and these points replace all that were read of it before.
    ``more``: the call stopped at its limit, and another one would find more at once.
    ``trouble``: why nothing further can be read, in words; None as long as all is well.
    """

    batches: list[SeriesBatch]
    state: State
    rewritten: bool = False
    more: bool = False
    trouble: str | None = None


class Legs:
    """Assigns points to series and legs; what it remembers of each series is the last step and the leg."""

    def __init__(self, known: dict[str, list[float]]) -> None:
        self.known = known
        self._batches: dict[str, SeriesBatch] = {}

    def add(self, name: str, unit: str, step: float, time: float, value: float) -> None:
        """Append one point to its series; a step lower than the one before begins a leg."""
        batch = self._batches.get(name)
        if batch is None:
            batch = self._batches[name] = SeriesBatch(name, unit)
        known = self.known.get(name)
        if known is None:
            known = self.known[name] = [step, 0]
        elif step < known[0]:
            known[1] += 1
        known[0] = step
        batch.legs.append(int(known[1]))
        batch.steps.append(step)
        batch.times.append(time)
        batch.values.append(value)

    def is_known(self, name: str) -> bool:
        """Whether that series has a point already, in this call or an earlier one."""
        return name in self.known

    def batches(self) -> list[SeriesBatch]:
        """What was added, one batch a series."""
        return list(self._batches.values())


def file_id(status: Any) -> str:
    """What tells a replaced file from the same one: the inode; a device may be numbered anew by a reboot."""
    return str(status.st_ino)
