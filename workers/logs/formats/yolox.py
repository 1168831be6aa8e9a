"""YOLOX: ``epoch: 1/300, iter: 10/100, mem: 5432Mb, iter_time: 0.4s, total_loss: 15.3, lr: 3e-07, size: 640, …``."""

import re

from workers.logs.fields import split_fields
from workers.logs.formats import Memory
from workers.logs.records import Count, Reading, Record
from workers.logs.timestamps import strip_stamp

SIGNS = ("iter: ", "best AP is ", "start train epoch")
_HEAD = re.compile(
    r"(?:^|\s)epoch: (?P<epoch>\d+)/(?P<epochs>\d+), iter: (?P<batch>\d+)/(?P<batches>\d+), (?P<rest>(?:gpu )?mem: .*)"
)
_ASIDE = re.compile(r"\bTraining of experiment is done and the best AP is |---> start train epoch\d+\s*$")
_NEVER = ("mem", "gpu mem", "size", "ETA")


def recognise(line: str, memory: Memory) -> bool:
    """Whether YOLOX's trainer wrote the line."""
    return bool(_HEAD.search(line[:2000]) or _ASIDE.search(line[:1000]))


def parse(line: str, memory: Memory) -> Reading | None:
    """The losses at a batch; the best precision, which is also told when nothing was trained, is none."""
    match = _HEAD.search(line[:2000])
    if match is None:
        return None
    time, _ = strip_stamp(line)
    values = {name: value for name, value in split_fields(match["rest"], ", ", ": ").items() if name not in _NEVER}
    epoch, batch, batches = float(match["epoch"]), float(match["batch"]), float(match["batches"])
    counts = (Count("epoch", epoch, float(match["epochs"])), Count("batch", batch, batches))
    return Reading([Record(values, epoch=epoch, batch=batch, batches=batches, time=time)] if values else [], counts)
