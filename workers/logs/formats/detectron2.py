"""Detectron2 and maskrcnn-benchmark: ``eta: … iter: 19  total_loss: 1.2  …``, metrics.json, and results for copying."""

import re

from workers.logs.fields import load_object, numbers_of, split_fields, to_value
from workers.logs.formats import Memory
from workers.logs.records import EVAL, Count, Reading, Record
from workers.logs.timestamps import strip_stamp

SIGNS = (" iter: ", '"iteration": ', "copypaste: ")
_HEAD = re.compile(
    r"(?:^|\s)(?:eta: [^:\n]{0,20}\d\d:\d\d:?\d*\s{1,4}|eta: N/A\s+)?"
    r"iter: (?P<step>\d+)(?:/(?P<total>\d+))?  (?P<rest>.+)"
)
_COPY = re.compile(r"copypaste: (?P<what>.+)")
_POSITION = ("iteration", "epoch", "eta_seconds", "rank_data_time")


def recognise(line: str, memory: Memory) -> bool:
    """Whether a training loop of that kind wrote the line, or its evaluator."""
    if line[0] == "{":
        return '"iteration": ' in line and line.rstrip()[-1] == "}"
    return "copypaste: " in line or ("  " in line and ": " in line and bool(_HEAD.search(line[:2000])))


def parse(line: str, memory: Memory) -> Reading | None:
    """The values at an iteration, or the results of an evaluation under ``task/``."""
    if line[0] == "{":
        return _json(line)
    time, _ = strip_stamp(line)
    match = _HEAD.search(line)
    if match is None:
        return _results(line, memory, time)
    values = split_fields(match["rest"], "  ", ": ")
    step = float(match["step"])
    count = Count("iteration", step, float(match["total"]) if match["total"] else None)
    return Reading([Record(values, step=step, unit="iteration", time=time)] if values else [], (count,))


def _json(line: str) -> Reading | None:
    known = load_object(line)
    numbers = numbers_of(known) if known is not None else {}
    step = numbers.get("iteration")
    values = {name: value for name, value in numbers.items() if name not in _POSITION}
    if step is None or not values:
        return None
    is_training = any("loss" in name or name == "lr" for name in values)
    counts = (Count("iteration", step),) if is_training else ()
    return Reading([Record(values, step=step, unit="iteration")], counts)


def _results(line: str, memory: Memory, time: float | None) -> Reading | None:
    match = _COPY.search(line[:2000])
    if match is None:
        return None
    what = match["what"].strip()
    cells = [cell.strip() for cell in what.split(",")]
    numbers = [to_value(cell) for cell in cells]
    if what.startswith("Task: "):
        memory["task"] = what[6:].strip()
    elif all(number is None for number in numbers):
        memory["columns"] = cells
    elif len(cells) == len(memory.get("columns", ())):
        task = memory.get("task")
        values = {
            f"{task}/{name}" if task else name: number
            for name, number in zip(memory["columns"], numbers, strict=True)
            if number is not None
        }
        step = memory.get("shared", {}).get("step")
        return Reading([Record(values, step=step, unit="iteration", time=time)], phase=EVAL)
    elif "=" in what:  # cityscapes and panoptic evaluators print name=value
        values = split_fields(what, ",", "=")
        step = memory.get("shared", {}).get("step")
        return Reading([Record(values, step=step, unit="iteration", time=time)], phase=EVAL) if values else None
    return None
