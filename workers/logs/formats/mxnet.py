"""MXNet's Module (``Epoch[0] Batch [50]  Speed: …``) and Gluon CV (``[Epoch 3][Batch 99], Speed: …``).

They do not say how many batches an epoch has. Some scripts say all of an epoch in one line: ``[Epoch 0] train=0.5 …``.
"""

import re

from workers.logs.epochs import passed
from workers.logs.fields import to_value
from workers.logs.formats import Memory
from workers.logs.numbers import NUMBER
from workers.logs.records import Count, Reading, Record
from workers.logs.timestamps import strip_stamp

SIGNS = ("] Batch [", "][Batch ", "[Epoch ")
_HEAD = re.compile(
    r"(?:Epoch\[(?P<epoch>\d+)\] Batch \[(?:\d+-)?(?P<batch>\d+)\]"
    r"|\[Epoch (?P<epoch2>\d+)\]\s?\[Batch (?P<batch2>\d+)\]),?\s+(?P<rest>\S.*)"
)
_PAIR = re.compile(rf"(?:^|[\s,])(?P<name>[A-Za-z][\w@./-]{{0,60}}+)(?:=|: )(?P<value>{NUMBER})(?=[\s,]|$)")
_WHOLE = re.compile(rf"\[Epoch (?P<epoch>\d+)\] (?P<rest>train={NUMBER} val={NUMBER} .*)$")


def recognise(line: str, memory: Memory) -> bool:
    """Whether such a loop wrote the line."""
    return bool(_HEAD.search(line[:2000]) or _WHOLE.search(line[:500]))


def parse(line: str, memory: Memory) -> Reading | None:
    """The speed and the running metrics at a batch."""
    time, _ = strip_stamp(line)
    whole = _WHOLE.search(line[:500])
    if whole:
        epoch = float(whole["epoch"])
        return Reading([Record(_values(whole["rest"]), epoch=epoch, time=time)], (Count("epoch", epoch),))
    match = _HEAD.search(line[:2000])
    if match is None:
        return None
    values = _values(match["rest"])
    epoch, batch = float(match["epoch"] or match["epoch2"]), float(match["batch"] or match["batch2"])
    step, length = passed(memory, epoch, batch)
    counts = (Count("epoch", epoch), Count("batch", batch, length))
    return Reading([Record(values, step=step, unit="batch", time=time)] if values else [], counts)


def _values(text: str) -> dict[str, float]:
    values: dict[str, float] = {}
    for pair in _PAIR.finditer(text):
        value = to_value(pair["value"])
        if value is not None and pair["name"] != "eta":
            values[pair["name"]] = value
    return values
