"""OpenMMLab: text logs of mmcv (``Epoch [1][50/3906]``) and mmengine (``Epoch(train)  [1][  50/3906]``), and JSON.

Iteration-based runners count one ``Iter`` over the whole training. Results of an evaluation come in a line of their own
with mode ``val``; what only says how far an evaluation is has no record.
"""

import re
from typing import Any

from workers.logs.epochs import passed
from workers.logs.fields import load_object, numbers_of, split_fields
from workers.logs.formats import Memory
from workers.logs.records import EVAL, TRAIN, Count, Reading, Record
from workers.logs.timestamps import strip_stamp

SIGNS = ("][", "Iter [", "Iter(", "Epoch(", '"mode": "', '"data_time": ', "workflow: [(")
_HEAD = re.compile(
    r"(?:^|\s)(?P<kind>Epoch|Iter)(?:\((?P<mode>\w{1,20})\))?\s{0,2}"
    r"\[\s*(?P<first>\d+)(?:/\s*(?P<first_total>\d+))?\](?:\s?\[\s*(?P<second>\d+)(?:/\s*(?P<total>\d+))?\])?"
    r"\s+(?P<rest>\S.*: .*)"
)
_START = re.compile(r"workflow: \[\(.{0,200}?max: (?P<total>\d+) (?P<unit>epoch|iter)")
_POSITION = ("epoch", "iter", "step", "mode", "eta_seconds")
_COSTS = ("time", "data_time", "memory")


def recognise(line: str, memory: Memory) -> bool:
    """Whether a runner of mmcv or mmengine wrote the line."""
    if line[0] == "{":
        return '"mode": "' in line[:4000] or ('"data_time": ' in line and '"step": ' in line and "]" not in line)
    match = _HEAD.search(line[:4000])
    if match:
        return bool(match["mode"] or match["kind"] == "Iter" or (match["second"] and match["total"]))
    return bool(_START.search(line))


def parse(line: str, memory: Memory) -> Reading | None:
    """A training record with its position, the result of an evaluation, or how far an evaluation is."""
    if line[0] == "{":
        return _json(line, memory)
    match = _HEAD.search(line)
    if match is None:
        start = _START.search(line)
        if start:
            memory["totals"] = {start["unit"]: float(start["total"])}
        return None
    time, _ = strip_stamp(line)
    rest = match["rest"]
    if "  " in rest.rstrip():
        values = split_fields(rest.replace(" lr: ", "  lr: ", 1), "  ", ": ")
    else:
        values = split_fields(rest, ", ", ": ")
    totals = memory.get("totals", {})
    first = float(match["first"])
    if (match["mode"] or TRAIN) != TRAIN:
        epoch = first if match["kind"] == "Epoch" and match["second"] else None
        return _evaluation(values, memory, epoch, _latest(memory, None if match["first_total"] else first), time)
    if match["kind"] == "Iter":
        total = float(match["first_total"]) if match["first_total"] else totals.get("iter")
        _remember(memory, values)
        return Reading([Record(values, step=first, unit="iteration", time=time)], (Count("iteration", first, total),))
    batch = float(match["second"]) if match["second"] else None
    batches = float(match["total"]) if match["total"] else None
    _remember(memory, values)
    counts: tuple[Count, ...] = (Count("epoch", first, totals.get("epoch")),)
    if batch is not None:
        counts += (Count("batch", batch, batches),)
    return Reading([Record(values, epoch=first, batch=batch, batches=batches, time=time)] if values else [], counts)


def _remember(memory: Memory, values: dict[str, float]) -> None:
    if len(memory.get("names", ())) != len(values):
        memory["names"] = list(values)


def _latest(memory: Memory, otherwise: float | None) -> float | None:
    step = memory.get("shared", {}).get("step")
    return step if step is not None else otherwise


def _evaluation(
    values: dict[str, float], memory: Memory, epoch: float | None, step: float | None, time: float | None
) -> Reading:
    trained = memory.get("names", ())
    results = {
        f"val/{name}" if name in trained else name: value
        for name, value in values.items()
        if name not in _COSTS and name != "lr"
    }
    if not results:
        return Reading(phase=EVAL)
    place: dict[str, Any] = {"epoch": epoch} if epoch is not None else {"step": step, "unit": "iteration"}
    return Reading([Record(results, time=time, **place)], phase=EVAL)


def _json(line: str, memory: Memory) -> Reading | None:
    known = load_object(line)
    if known is None:
        return None
    numbers = numbers_of(known)
    values = {name: value for name, value in numbers.items() if name not in _POSITION}
    epoch, inner, step = numbers.get("epoch"), numbers.get("iter"), numbers.get("step")
    if known.get("mode", TRAIN) != TRAIN or inner is None:
        if epoch is None and step is not None and step == memory.get("epoch"):
            epoch = step
        return _evaluation(values, memory, epoch, _latest(memory, step), None)
    _remember(memory, values)
    if not values or epoch is None:
        return None
    if step is not None:
        memory["epoch"] = epoch
        return Reading([Record(values, step=step, unit="iteration")], (Count("epoch", epoch), Count("batch", inner)))
    place, length = passed(memory, epoch, inner)
    return Reading(
        [Record(values, step=place, unit="iteration")], (Count("epoch", epoch), Count("batch", inner, length))
    )
