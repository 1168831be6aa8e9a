"""timm's training script: ``Train: 0 [  50/1251 (  4%)]  Loss: 6.9 (6.91)  Time: …``, and its ``Test:`` lines.

Of a ``Test:`` line only the last of an evaluation is a record, with the averages that it shows in parentheses.
"""

import re

from workers.logs.fields import split_fields, to_value
from workers.logs.formats import Memory
from workers.logs.records import EVAL, Count, Reading, Record
from workers.logs.timestamps import strip_stamp

SIGNS = ("Train: ", "Test: [", "Test (", "*** Best metric")
_TRAIN = re.compile(
    r"(?:^|\s)Train:\s{1,9}(?P<epoch>\d+)(?:/(?P<epochs>\d+)(?: \(\s*\d+%\))?)? \[\s*(?P<batch>\d+)/\s*(?P<batches>\d+)"
    r"(?: \(\s*\d+%\))?\]\s+(?P<rest>.+)"
)
_TEST = re.compile(
    r"(?:^|\s)Test(?: \((?P<which>[\w ]{1,20})\))?: \[\s*(?P<batch>\d+)/(?P<last>\d+)\]  (?P<rest>Time: .+)"
)
_BEST = re.compile(r"\*\*\* Best metric: (?P<value>\S+) \(epoch (?P<epoch>\d+)\)")
_AVERAGE = re.compile(r"(?P<name>[\w@./-]{1,30}):\s*\S+ \(\s*(?P<average>[^\s()]{1,30})\)")


def recognise(line: str, memory: Memory) -> bool:
    """Whether that script wrote the line."""
    line = line[:2000]
    return bool(_TRAIN.search(line) or _TEST.search(line) or _BEST.search(line))


def parse(line: str, memory: Memory) -> Reading | None:
    """The values at a batch, the averages at the end of an evaluation, or the best of all."""
    line = line[:2000]
    time, _ = strip_stamp(line)
    match = _TRAIN.search(line)
    if match:
        values = split_fields(match["rest"], "  ", ": ")
        rest = match["rest"]
        if "Time" not in values and "Time: " in rest:
            seconds = to_value(rest.split("Time: ", 1)[1].split("s,", 1)[0])
            if seconds is not None:
                values["Time"] = seconds
        epoch, batch, batches = float(match["epoch"]), float(match["batch"]), float(match["batches"])
        total = float(match["epochs"]) if match["epochs"] else None
        memory["epoch"] = epoch
        counts = (Count("epoch", epoch, total), Count("batch", batch, batches))
        return Reading([Record(values, epoch=epoch, batch=batch, batches=batches, time=time)] if values else [], counts)
    match = _TEST.search(line)
    if match:
        if match["batch"] != match["last"]:
            return Reading(phase=EVAL)
        prefix = f"{match['which']} " if match["which"] else ""
        values = {}
        for found in _AVERAGE.finditer(match["rest"]):
            value = to_value(found["average"])
            if value is not None and found["name"] != "Time":
                values[f"val/{prefix}{found['name']}"] = value
        return Reading([Record(values, epoch=memory.get("epoch"), time=time)] if values else [], phase=EVAL)
    match = _BEST.search(line)
    best = to_value(match["value"]) if match else None
    if match is None or best is None:
        return None
    return Reading([Record({"Best metric": best}, epoch=float(match["epoch"]), time=time)])
