"""The table that fastai prints, a row an epoch.

``epoch  train_loss  valid_loss  accuracy  time`` and below it ``0  0.51  0.42  0.81  00:12``.
"""

import re

from workers.logs.formats import Memory
from workers.logs.numbers import to_number
from workers.logs.records import TRAIN, Count, Reading, Record

SIGNS = ("epoch ",)
_HEADING = re.compile(r"epoch(?:\s{1,20}[^\W\d][\w./@-]{0,60}){1,30}\s*$")
_CELL = re.compile(r"\S+")
_DURATION = re.compile(r"(?:\d+:)?\d\d:\d\d$")
_EMPTY = frozenset(("#na#", "None", "nan", "#nan#"))


def recognise(line: str, memory: Memory) -> bool:
    """Whether it is the heading of such a table, or a row below one."""
    if len(line) > 1000:
        return False
    if line.startswith("epoch "):
        heading = _HEADING.match(line)
        words = line.split() if heading else []
        return any("loss" in word for word in words) and not any("iter" in word for word in words)
    return bool(memory.get("open")) and _row(line, memory) is not None


def parse(line: str, memory: Memory) -> Reading | None:
    """The record of a row."""
    if line.startswith("epoch "):
        memory.update(open=True, columns=line.split()[1:])
        return None
    values = _row(line, memory)
    if values is None:
        return None
    epoch = values.pop("epoch")
    records = [Record(values, epoch=epoch, redrawn=True)] if values else []
    return Reading(records, (Count("epoch", epoch),), TRAIN)


def _row(line: str, memory: Memory) -> dict[str, float] | None:
    """The cells of a row by the names of their columns; None if it is no row of this table."""
    columns: list[str] = memory.get("columns", [])
    cells = _CELL.findall(line)
    if len(cells) < 2 or not cells[0].isdigit() or len(cells) not in (len(columns), len(columns) + 1):
        return None
    values = {"epoch": float(cells[0][:12])}
    for name, cell in zip(columns, cells[1:], strict=False):
        if name == "time" or _DURATION.match(cell) or cell in _EMPTY - {"nan"}:
            continue
        value = to_number(cell)
        if value is None:
            return None
        values[name] = value
    return values
