"""Records that are not final yet: one that waits for the bar beside it, and one of a bar that may be drawn again."""

import math
from typing import Any

from workers.logs.records import Record

_LATE_LINES = 3


class Pending:
    """Keeps the records that a later line may still complete; ``state`` is JSON.

    What its functions return is final and to be stored, in that order.
    """

    def __init__(self, state: dict[str, Any] | None = None) -> None:
        state = state or {}
        self.waiting: list[Any] = state.get("waiting", [])  # [lines since, values, epoch, time, one of a heap]
        self.held: list[Any] = state.get("held", [])  # [position, values, time] of a bar as last drawn

    def state(self) -> dict[str, Any]:
        """What must be kept to go on."""
        return {"waiting": self.waiting, "held": self.held}

    def forget(self) -> None:
        """Drop both: what comes next has nothing to do with them."""
        self.waiting, self.held = [], []

    def wait(self, record: Record, shared: dict[str, Any], epochs: float | None) -> list[Record]:
        """Keep a record until the bar beside it is drawn; printed twice by two loggers it is one."""
        in_heap = False
        final: list[Record] = []
        if self.waiting:
            known = self.waiting[1]
            if _is_said_twice(known, record.values):
                known.update(record.values)
                return []
            in_heap = self.waiting[4] = known.keys() == record.values.keys()
            final = self.settle(shared, epochs)
        self.waiting = [0, dict(record.values), record.epoch, record.time, in_heap]
        return final

    def age(self, shared: dict[str, Any], epochs: float | None) -> list[Record]:
        """Count a line that is no bar; the waiting record does not wait for ever."""
        self.waiting[0] += 1
        return self.settle(shared, epochs) if self.waiting[0] > _LATE_LINES else []

    def settle(self, shared: dict[str, Any], epochs: float | None) -> list[Record]:
        """Give the waiting record the step of the bar drawn last."""
        if not self.waiting:
            return []
        _, values, epoch, time, in_heap = self.waiting
        self.waiting = []
        bar = shared.get("bar")
        step = bar[0] if bar else None
        if bar and in_heap:
            step, epoch = _step_in_heap(bar, epoch, shared.get("epochs") or epochs), None
        return [Record(values, step=step, epoch=epoch, time=time)]

    def hold(self, record: Record, now: float) -> list[Record]:
        """Keep a bar's record until the bar stands elsewhere: drawn again in the same place it says more."""
        position = [record.step, record.epoch, record.batch, record.batches, record.unit]
        if self.held and self.held[0] == position:
            self.held[1].update(record.values)
            return []
        final = self.release()
        self.held = [position, dict(record.values), record.time if record.time is not None else now]
        return final

    def held_record(self) -> Record:
        """The record of the bar as it was drawn last, which stays held."""
        (step, epoch, batch, batches, unit), values, time = self.held
        return Record(values, step, epoch, batch, batches, unit, time)

    def release(self) -> list[Record]:
        """The record of the bar as it was drawn last."""
        if not self.held:
            return []
        record, self.held = self.held_record(), []
        return [record]


def _step_in_heap(bar: list[float | None], epoch: float | None, epochs: float | None) -> float | None:
    """The step of one of many records that came at once, long after their bar: out of its epoch, or unknown."""
    if not epochs or not bar[1] or epoch is None or epoch > epochs:
        return None
    return float(round(epoch / epochs * bar[1]))


def _is_said_twice(known: dict[str, float], values: dict[str, float]) -> bool:
    """Whether one record was printed by two loggers that name and round differently, or by two ranks."""
    common = [name for name in known if name in values]
    if len(common) < len(known) or len(common) < len(values):
        return len(common) > 1 and all(_is_alike(known[name], values[name]) for name in common)
    return all(known[name] == values[name] for name in common)


def _is_alike(one: float, other: float) -> bool:
    """Whether two loggers may have rounded the same number to these."""
    return math.isclose(one, other, rel_tol=2e-3, abs_tol=1e-12) or (math.isnan(one) and math.isnan(other))
