"""Where on its axis a metric's value stands: global steps out of epochs and batches, and legs where steps go back."""

import zlib
from collections.abc import Sequence
from typing import Any

from store.legs import LEGS_OF_LAUNCH
from workers.logs.records import Record

_JITTER = 3.0
_REMEMBERED = 32
_UNEVEN = 0.01
"""Epochs that differ in length by less than this share are taken as equally long, so that steps do not go back."""


class Steps:
    """Gives each record its step, unit and leg; one per log, its ``state`` is kept as JSON.

    A leg is a stretch in which steps go forward. It ends when they go back by more than what ranks that write into one
    file are apart: the training was resumed, started again, or fitted another model.
    """

    def __init__(self, state: dict[str, Any] | None = None, first_leg: int = 0) -> None:
        state = state or {}
        self.series: dict[str, list[float]] = state.get("series", {})
        self.recent: dict[str, list[int]] = state.get("recent", {})
        self.zero_based: bool | None = state.get("zero_based")
        self.batches: float = state.get("batches", 0.0)
        self.first_leg = state.get("first_leg", first_leg)

    def state(self) -> dict[str, Any]:
        """What must be kept to go on."""
        return {
            "series": self.series,
            "recent": self.recent,
            "zero_based": self.zero_based,
            "batches": self.batches,
            "first_leg": self.first_leg,
        }

    def begin_launch(self) -> None:
        """Another launch begins: all series begin new legs, and count from their beginning."""
        last = max([self.first_leg, *(int(known[0]) for known in self.series.values())])
        self.first_leg = (last // LEGS_OF_LAUNCH + 1) * LEGS_OF_LAUNCH
        self.series.clear()
        self.recent.clear()
        self.zero_based = None

    def place(self, record: Record) -> tuple[float | None, str]:
        """The step of a record and what it counts; None where the record has no position and must be counted."""
        if record.step is not None:
            return record.step, record.unit
        if record.epoch is None:
            return None, "record"
        if self.zero_based is None or record.epoch == 0:
            self.zero_based = record.epoch < 1
        if record.batch is not None and record.batches:
            if abs(record.batches - self.batches) > max(1.0, _UNEVEN * self.batches):
                self.batches = record.batches
            return (record.epoch - (0 if self.zero_based else 1)) * self.batches + record.batch, "step"
        if record.batch is not None:
            return None, "record"
        return record.epoch, "epoch"

    def is_repeated(self, record: Record, step: float | None) -> bool:
        """Whether exactly this was said lately: by another rank, or by a bar that was drawn twice."""
        if step is None:
            return False
        names = "\t".join(record.values)
        known = self.series.get(next(iter(record.values), ""))
        if known is not None and known[2] - step > _JITTER * max(known[3], 1e-9):
            self.recent.clear()  # begun anew, and perhaps with the same values
        return self._remember(
            names, zlib.crc32(repr((step, record.step is not None, *record.values.values())).encode())
        )

    def was_said(self, names: Sequence[str], has_step: bool, step: float, values: Sequence[float]) -> bool:
        """Whether these values were said of that step lately, as :meth:`is_repeated` would find."""
        return zlib.crc32(repr((step, has_step, *values)).encode()) in self.recent.get("\t".join(names), ())

    def remember(
        self, names: Sequence[str], has_step: bool, steps: Sequence[float], values: Sequence[Sequence[float]]
    ) -> None:
        """Keep in mind points that were added without asking whether they were repeated; ``values`` by name."""
        key = "\t".join(names)
        for step, *row in zip(steps[-_REMEMBERED:], *(column[-_REMEMBERED:] for column in values), strict=True):
            self._remember(key, zlib.crc32(repr((step, has_step, *row)).encode()))

    def _remember(self, names: str, said: int) -> bool:
        before = self.recent.setdefault(names, [])
        if said in before:
            return True
        before.append(said)
        if len(before) > _REMEMBERED:
            del before[0]
        if len(self.recent) > _REMEMBERED:
            del self.recent[next(iter(self.recent))]
        return False

    def leg(self, name: str, step: float | None) -> tuple[int, float]:
        """The leg that a value of ``name`` at ``step`` belongs to, and the step (counted where it is None)."""
        known = self.series.get(name)
        if known is None:
            at = 1.0 if step is None else step
            self.series[name] = [self.first_leg, at, at, 0.0]
            return self.first_leg, at
        leg, first, last, interval = known
        at = last + 1 if step is None else step
        if at > last:
            known[3] = at - last if interval == 0 else min(interval * 2, at - last)
        elif at < last and (at <= first or last - at > _JITTER * max(interval, 1e-9)):
            known[0], known[1], known[3] = leg + 1, at, 0.0
        known[2] = at if at > last or known[0] != leg else last
        return int(known[0]), at
