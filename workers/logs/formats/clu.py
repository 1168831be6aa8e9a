"""CLU's metric writers, used by Flax and others: ``logging_writer.py:48] [100] accuracy=0.9, loss=0.31``."""

import re

from workers.logs.formats import Memory
from workers.logs.numbers import NUMBER
from workers.logs.records import Count, Reading, Record
from workers.logs.timestamps import strip_stamp

SIGNS = ("_writer.py:",)
_LINE = re.compile(r"\w+_writer\.py:\d+\]\s+\[(?P<step>\d+)\] (?P<pairs>[^=]{1,100}=.*)$")
_PAIR = re.compile(rf"(?:^|, )(?P<name>[^=,\[\]]{{1,100}}?)=(?P<value>{NUMBER})(?=,|\s*$)")


def recognise(line: str, memory: Memory) -> bool:
    """Whether a metric writer wrote scalars."""
    match = _LINE.search(line) if len(line) < 20_000 else None
    return match is not None and _PAIR.search(match["pairs"]) is not None


def parse(line: str, memory: Memory) -> Reading | None:
    """All scalars of the step."""
    match = _LINE.search(line)
    if match is None:
        return None
    step = float(match["step"][:15])
    values = {pair["name"].strip(): float(pair["value"].replace(",", "")) for pair in _PAIR.finditer(match["pairs"])}
    return Reading([Record(values, step=step, time=strip_stamp(line)[0])], (Count("step", step),)) if values else None
