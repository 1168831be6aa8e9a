"""ESPnet: the lines of ESPnet 2's trainer and reports, and the table that ESPnet 1 prints through Chainer.

``3epoch:train:1-100batch: iter_time=0.01, loss_ctc=45.2, optim0_lr0=5.0e-05`` and
``3epoch results: [train] loss_ctc=45.2, ..., total_count=5000, [valid] loss_ctc=38.1, ...``.
Reports in JSON are read with all JSON.
"""

import re
from typing import Any

from workers.logs.fields import split_fields, to_value
from workers.logs.formats import Memory
from workers.logs.records import TRAIN, Count, Reading, Record
from workers.logs.timestamps import strip_stamp

SIGNS = ("epoch:train:", "epoch results:", "epoch:", "epoch started", "epoch       iteration", "main/loss", "main/acc")
_INNER = re.compile(
    r".{0,160}?\b(?P<epoch>\d{1,7})epoch:(?P<phase>train|valid):(?P<first>\d{1,9})-(?P<last>\d{1,9})batch: (?P<rest>.*)"
)
_RESULTS = re.compile(r".{0,160}?\b(?P<epoch>\d{1,7})epoch results: (?P<rest>\[.*)")
_STARTED = re.compile(r".{0,160}?\b(?P<done>\d{1,7})/(?P<total>\d{1,7})epoch started")
_PART = re.compile(r"\[(?P<phase>\w{1,30})\] (?P<rest>[^\[]*)")
_NEVER = frozenset(("total_count", "time", "gpu_max_cached_mem_GB", "gpu_cached_mem_GB"))
_COLUMNS = re.compile(r"(?:epoch|iteration)(?:\s{2,}[\w/().%-]{1,60}){2,60}\s*$")


def recognise(line: str, memory: Memory) -> bool:
    """Whether it is a line of ESPnet's trainer, or of the table below its heading."""
    if len(line) > 20_000:
        return False
    if memory.get("open") and _cells(line, memory) is not None:
        return True
    if _COLUMNS.match(line):
        return "main/" in line
    return bool(_INNER.match(line) or _RESULTS.match(line) or _STARTED.match(line))


def parse(line: str, memory: Memory) -> Reading | None:
    """The record of a stretch of batches, of an epoch, or of a row."""
    if _COLUMNS.match(line):
        memory.update(open=True, columns=[[cell.start(), cell[0]] for cell in re.finditer(r"\S+", line)])
        return None
    cells = _cells(line, memory) if memory.get("open") else None
    if cells is not None:
        return _row(cells)
    time, _ = strip_stamp(line)
    started = _STARTED.match(line)
    if started is not None:
        return Reading([], (Count("epoch", float(started["done"]), float(started["total"])),), TRAIN)
    match = _INNER.match(line)
    if match is not None:
        return _inner(match, time, memory)
    match = _RESULTS.match(line)
    return None if match is None else _results(match, time, memory)


def _inner(match: "re.Match[str]", time: float | None, memory: Memory) -> Reading | None:
    values = {name: value for name, value in split_fields(match["rest"], ",", "=").items() if name not in _NEVER}
    epoch, last = float(match["epoch"]), float(match["last"])
    if not values or match["phase"] != "train":
        return None
    batches = memory.get("batches")
    if memory.get("epoch") not in (None, epoch):
        batches = memory["batches"] = memory.get("last")
    memory.update(epoch=epoch, last=last)
    if batches is not None and last > batches:
        batches = memory["batches"] = last
    counts = (Count("epoch", epoch, _total(memory)), Count("batch", last, batches))
    if epoch == 1 or batches:
        record = Record(values, step=(epoch - 1) * (batches or 0) + last, epoch=epoch, time=time)
    else:
        record = Record(values, epoch=epoch, batch=last, time=time)  # resumed: how long an epoch is, is not said
    return Reading([record], counts, TRAIN)


def _results(match: "re.Match[str]", time: float | None, memory: Memory) -> Reading | None:
    records = []
    epoch = float(match["epoch"])
    values: dict[str, float] = {}
    for part in _PART.finditer(match["rest"]):
        for name, value in split_fields(part["rest"], ",", "=").items():
            if name not in _NEVER:
                values[f"{part['phase']}/{name}"] = value
    if values:
        records.append(Record(values, epoch=epoch, time=time))
    return Reading(records, (Count("epoch", epoch, _total(memory)),), TRAIN)


def _total(memory: Memory) -> float | None:
    known = memory.get("shared", {}).get("epoch")
    return known[1] if known else None


def _cells(line: str, memory: Memory) -> dict[str, float] | None:
    """The cells of a row by their columns; what was not reported at its time is blank."""
    columns: list[list[Any]] = memory.get("columns", [])
    if not columns or not line[:1].isdigit():
        return None
    cells: dict[str, float] = {}
    for index, (start, name) in enumerate(columns):
        end = columns[index + 1][0] if index + 1 < len(columns) else len(line)
        text = line[start:end].strip()
        number = to_value(text, name) if text else None
        if text and number is None:
            return None
        if number is not None:
            cells[name] = number
    return cells if len(cells) > 2 else None


def _row(cells: dict[str, float]) -> Reading:
    epoch, iteration = cells.pop("epoch", None), cells.pop("iteration", None)
    cells.pop("elapsed_time", None)
    counts = (Count("iteration", iteration),) if iteration is not None else ()
    return Reading([Record(cells, step=iteration, epoch=epoch, unit="iteration")] if cells else [], counts, TRAIN)
