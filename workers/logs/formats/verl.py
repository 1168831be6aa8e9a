"""verl: one long line a step, ``step:21 - actor/entropy:11.6 - critic/score/mean:0.5 - timing_s/gen:6.6``."""

import re

from workers.logs.formats import Memory
from workers.logs.names import is_never
from workers.logs.records import TRAIN, Count, Reading, Record

SIGNS = ("step:",)
_START = re.compile(r"(?:[^\s:]{0,40}:)?\s?step:(?P<step>\d{1,12}) - (?=[\w/@.()-]{1,200}:)")
_WRAPPED = re.compile(r"^(?:np\.\w+|tensor)\((.{1,40}?)\)?$")
_NEVER = frozenset(("training/global_step", "training/epoch"))


def recognise(line: str, memory: Memory) -> bool:
    """Whether the line is a step with all its metrics."""
    return _START.match(line) is not None


def parse(line: str, memory: Memory) -> Reading | None:
    """The record of the step."""
    match = _START.match(line)
    if match is None:
        return None
    values: dict[str, float] = {}
    for part in line[match.end() :].split(" - "):
        name, found, text = part.rpartition(":")
        name = name.strip()
        if not found or not name or name in _NEVER or is_never(name):
            continue
        wrapped = _WRAPPED.match(text.strip())
        try:
            values[name] = float(wrapped[1] if wrapped else text)
        except ValueError:
            continue
    step = float(match["step"])
    return Reading([Record(values, step=step)] if values else [], (Count("step", step),), TRAIN)
