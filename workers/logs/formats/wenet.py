"""WeNet, WeKws, CosyVoice: ``DEBUG TRAIN Batch 4/203700 loss 12.6 loss_att 10.9 lr 0.0003 rank 0``.

The first of the two numbers is the epoch, the second the batch in it. Every rank writes; the first one heard counts.
A ``CV Batch`` line is within an evaluation, whose result is the ``Epoch 4 CV info`` line after it.
"""

import re

from workers.logs.epochs import passed
from workers.logs.formats import Memory
from workers.logs.numbers import NUMBER
from workers.logs.records import EVAL, TRAIN, Count, Reading, Record
from workers.logs.timestamps import strip_stamp

SIGNS = ("TRAIN Batch ", "CV Batch ", "TRAIN | ", "CV | ", " CV info ", " TRAIN info ", " on_batch_end ")
EXPRESS = False
_BATCH = re.compile(
    rf"\b(?P<phase>TRAIN|CV) (?:\| )?(?:steps/sec (?P<speed>{NUMBER})\| )?Batch "
    r"(?P<epoch>\d{1,7})/(?P<batch>\d{1,9}) (?P<rest>\S.*)$"
)
_INFO = re.compile(
    r"\bEpoch (?P<epoch>\d{1,7}) (?:Step (?P<step>\d{1,12}) )?(?:on_batch_end \w+ )?(?P<phase>TRAIN|CV)(?: info)? "
    r"(?P<rest>\S.*)$"
)
_FIELD = re.compile(rf"(?P<name>[A-Za-z_]\w{{0,40}}(?: loss)?) (?P<value>{NUMBER})(?=\s|$)")
_RANK = re.compile(r"\brank (\d+)")


def recognise(line: str, memory: Memory) -> bool:
    """Whether such a trainer wrote the line."""
    if len(line) > 3000:
        return False
    return bool(_BATCH.search(line) or _INFO.search(line))


def parse(line: str, memory: Memory) -> Reading | None:
    """The losses of a training batch, or the results of an evaluation."""
    time, _ = strip_stamp(line)
    match = _BATCH.search(line) or _INFO.search(line)
    if match is None:
        return None
    rank = _RANK.search(match["rest"])
    if rank and memory.setdefault("rank", rank[1]) != rank[1]:
        return None
    values = {
        found["name"]: float(found["value"].replace(",", ""))
        for found in _FIELD.finditer(match["rest"])
        if found["name"] not in ("rank", "epoch", "step")
    }
    epoch = float(match["epoch"])
    if match.re is _INFO:
        return _info(match, values, epoch, time, memory)
    batch = float(match["batch"])
    if match["phase"] == "CV":
        return Reading([], (Count("batch", batch),), EVAL)
    if match["speed"]:
        values["steps/sec"] = float(match["speed"].replace(",", ""))
    step, length = passed(memory, epoch, batch)
    memory["at"] = step
    counts = (Count("epoch", epoch), Count("batch", batch, length if length and length >= batch else None))
    return Reading([Record(values, step=step, time=time)] if values else [], counts, TRAIN)


def _info(
    match: "re.Match[str]", values: dict[str, float], epoch: float, time: float | None, memory: Memory
) -> Reading | None:
    if match["phase"] == "TRAIN":  # it says the rate again that the lines of the batches say
        return Reading([], (Count("epoch", epoch),), TRAIN)
    values.pop("lr", None)
    named = {name if name.startswith("cv_") else f"cv_{name}": value for name, value in values.items()}
    if not named:
        return Reading(phase=EVAL)
    if match["step"]:
        return Reading([Record(named, step=float(match["step"]), time=time)], phase=EVAL)
    return Reading([Record(named, epoch=epoch, time=time)], phase=EVAL)
