"""Patterns of the user's own, from ``[[patterns]]`` in config.toml, as a family asked before all others.

The named groups of the regex are the metrics. A few names say the position instead: ``step``, ``iteration``,
``timestep``, ``epoch``, ``batch``, and with ``s`` at the end their totals (``steps``, ``epochs``, ``batches``); a group
``name`` with a group ``value`` gives a metric whose name stands in the line.
"""

import re
from collections.abc import Sequence

from store.settings import Pattern
from workers.logs.formats import Memory
from workers.logs.numbers import to_number
from workers.logs.records import Count, Reading, Record

_STEPS = ("step", "iteration", "timestep", "update", "episode", "kimg")
_TOTALS = {"epochs": "epoch", "batches": "batch", **{f"{unit}s": unit for unit in _STEPS}}
_POSITIONS = {"epoch", "batch", *_STEPS, *_TOTALS, "total"}


class UserPattern:
    """One pattern as a family of log formats; ``label`` is how ``--explain`` calls it."""

    SIGNS: Sequence[str] = ()

    def __init__(self, pattern: Pattern) -> None:
        self.label = f"your.{pattern.name}"
        self.__name__ = self.label
        self.regex = re.compile(pattern.regex)

    def recognise(self, line: str, memory: Memory) -> bool:
        """Whether the regex finds something in the line."""
        return self.regex.search(line) is not None

    def parse(self, line: str, memory: Memory) -> Reading | None:
        """The groups of what it finds, as a record."""
        values: dict[str, float] = {}
        positions: dict[str, float] = {}
        for match in self.regex.finditer(line):
            groups = {name: text for name, text in match.groupdict().items() if text is not None}
            if "name" in groups and "value" in groups:
                groups[groups.pop("name").strip()] = groups.pop("value")
            for name, text in groups.items():
                number = to_number(text.strip())
                if number is not None:
                    (positions if name in _POSITIONS else values)[name] = number
        return _reading(values, positions)


def user_patterns(patterns: Sequence[Pattern]) -> list[UserPattern]:
    """The families of a user's patterns, in the order of the file."""
    return [UserPattern(pattern) for pattern in patterns]


def _reading(values: dict[str, float], positions: dict[str, float]) -> Reading | None:
    unit = next((unit for unit in _STEPS if unit in positions), "step")
    counts = []
    for name in ("epoch", unit, "batch"):
        if name in positions:
            total = positions.get(f"{name}es" if name == "batch" else f"{name}s")
            counts.append(Count(name, positions[name], positions.get("total") if total is None else total))
    if not values and not counts:
        return None
    record = Record(
        values,
        step=positions.get(unit),
        epoch=positions.get("epoch"),
        batch=positions.get("batch"),
        batches=positions.get("batches"),
        unit=unit,
    )
    return Reading([record] if values else [], tuple(counts))
