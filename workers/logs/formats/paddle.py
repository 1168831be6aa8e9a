"""PaddlePaddle's suites: PaddleSeg and PaddleX (``[TRAIN] epoch: 1, iter: 10/1000, …``) and their evaluations."""

import re

from workers.logs.fields import split_fields
from workers.logs.formats import Memory
from workers.logs.records import EVAL, Count, Reading, Record
from workers.logs.timestamps import strip_stamp

SIGNS = ("[TRAIN] ", "[EVAL] ")
_TRAIN = re.compile(r"\[TRAIN\]\s(?:epoch: (?P<epoch>\d+)(?:/\d+)?, )?iter: (?P<step>\d+)/(?P<total>\d+), (?P<rest>.+)")
_PADDLEX = re.compile(
    r"\[TRAIN\]\sEpoch=(?P<epoch>\d+)/(?P<epochs>\d+), Step=(?P<batch>\d+)/(?P<batches>\d+), (?P<rest>.+)"
)
_EVAL = re.compile(r"\[EVAL\]\s(?P<rest>(?:#Images: \d+,? |Finished, )?.+)")
_NEVER = frozenset({"#Images", "Epoch", "Step", "eta", "ETA", "epoch", "iter", "step"})


def recognise(line: str, memory: Memory) -> bool:
    """Whether such a trainer wrote the line."""
    line = line[:2000]
    if _TRAIN.search(line) or _PADDLEX.search(line):
        return True
    match = _EVAL.search(line)
    return match is not None and bool(_results(match["rest"]) or "#Images" in line)


def parse(line: str, memory: Memory) -> Reading | None:
    """The values at an iteration of the whole training, or the results of an evaluation."""
    line = line[:2000]
    time, _ = strip_stamp(line)
    match = _TRAIN.search(line)
    if match:
        values = _fields(match["rest"].partition(" | ETA")[0], ": ")
        step, total = float(match["step"]), float(match["total"])
        memory["at"] = step
        record = Record(values, step=step, unit="iteration", time=time)
        return Reading([record] if values else [], (Count("iteration", step, total),))
    match = _PADDLEX.search(line)
    if match:
        values = _fields(match["rest"], "=")
        epoch, batch, batches = float(match["epoch"]), float(match["batch"]), float(match["batches"])
        counts = (Count("epoch", epoch, float(match["epochs"])), Count("batch", batch, batches))
        return Reading([Record(values, epoch=epoch, batch=batch, batches=batches, time=time)] if values else [], counts)
    match = _EVAL.search(line)
    values = {f"val/{name}": value for name, value in (_results(match["rest"]) if match else {}).items()}
    if not values:
        return Reading(phase=EVAL)
    if "at" in memory:
        return Reading([Record(values, step=memory["at"], unit="iteration", time=time)], phase=EVAL)
    epoch_at = (memory.get("shared", {}).get("epoch") or [None])[0]
    return Reading([Record(values, epoch=epoch_at, time=time)], phase=EVAL)


def _results(text: str) -> dict[str, float]:
    """The pairs of an evaluation; a sentence about its best model is none."""
    if "best" in text.lower():
        return {}
    return _fields(text.partition("Finished, ")[2] or text, ": ") or _fields(
        text.partition("Finished, ")[2] or text, "="
    )


def _fields(text: str, sign: str) -> dict[str, float]:
    text = re.sub(r" (?=[A-Za-z#]\w+: )", ", ", text) if sign == ": " and ", " not in text else text
    return {
        name: value for name, value in split_fields(text, ", ", sign).items() if name not in _NEVER and value == value
    }
