"""The MetricLogger that torchvision's references, DETR, DINO, MAE, BLIP and many others share.

``Epoch: [0]  [ 10/1562]  eta: 0:12:00  lr: …  loss: 2.1 (2.2)  time: …  data: …  max mem: 1234``. Evaluations
are counted the same way under another heading; what they give stands in the ``Averaged stats`` after them or in a line
of its own.
"""

import re

from workers.logs.fields import split_fields, to_value
from workers.logs.formats import Memory
from workers.logs.records import EVAL, TRAIN, Count, Reading, Record
from workers.logs.timestamps import strip_stamp

SIGNS = ("eta: ", "veraged stats: ", "classifier result: ", "Max accuracy", "Accuracy ")
_HEAD = re.compile(
    r"(?P<label>[^\[\]]{0,80}?)\s*(?:\[(?P<epoch>\d+)(?:/(?P<epochs>\d+))?\])?:?\s*"
    r"\[\s*(?P<batch>\d+)/\s*(?P<batches>\d+)\]\s*$"
)
_STATS = re.compile(r"(?:^|[\s:])[Aa]veraged stats: (?P<rest>\S.*)")
_METER = re.compile(r"(?P<name>[^\s:(][^:(]{0,60}): (?P<value>\S+)(?: \((?P<average>[^\s()]{1,40})\))?(?=\s|$)")
_SENTENCE = re.compile(
    r"^(?P<name>(?:Max )?(?:Test )?[Aa]ccuracy)(?: so far)?(?: at epoch (?P<epoch>\d+))?"
    r"(?: (?:of|on) the [\w ]{0,40}?on the \d+ \w+ images)?: (?P<value>\d+(?:\.\d+)?|nan)%?\s*$"
)
_NEIGHBOURS = re.compile(r"(?<!\d)(?P<k>\d{1,6})-NN classifier result: Top1: (?P<top1>\S+?), Top5: (?P<top5>\S+)")
_TRAINING = re.compile(r"\btrain|\bepoch", re.IGNORECASE)
_COSTS = ("time", "data", "max mem")


def recognise(line: str, memory: Memory) -> bool:
    """Whether a MetricLogger wrote the line, or one of the sentences around it."""
    line = line[:4000]
    left, found, rest = line.partition("eta: ")
    if found:
        return bool(_HEAD.search(left[-200:])) and rest[:1].isdigit()
    return bool(_STATS.search(line) or _SENTENCE.search(line) or _NEIGHBOURS.search(line))


def parse(line: str, memory: Memory) -> Reading | None:
    """The current values of the meters at a batch, or averages over an epoch or an evaluation."""
    line = line[:4000]
    time, text = strip_stamp(line)
    left, found, rest = line.partition("eta: ")
    match = _HEAD.search(left[-200:]) if found else None
    if match:
        return _batch(match, rest, memory, time)
    stats = _STATS.search(line)
    if stats:
        return _averages(stats["rest"], memory, time)
    neighbours = _NEIGHBOURS.search(line)
    if neighbours:
        tops = {f"{neighbours['k']}-NN {top}": to_value(neighbours[top.lower()]) for top in ("Top1", "Top5")}
        return Reading(
            [Record({name: value for name, value in tops.items() if value is not None}, time=time)], phase=EVAL
        )
    sentence = _SENTENCE.search(text)
    if sentence is None:
        return None
    name = sentence["name"] + (" so far" if " so far" in text else "")
    epoch = float(sentence["epoch"]) if sentence["epoch"] else memory.get("epoch")
    return Reading([Record({name: float(sentence["value"])}, epoch=epoch, time=time)])


def _batch(match: "re.Match[str]", rest: str, memory: Memory, time: float | None) -> Reading:
    label = match["label"]
    batch, batches = float(match["batch"]), float(match["batches"])
    separator = "  " if "  " in rest else "\t" if "\t" in rest else " "
    values = split_fields(rest.partition(separator)[2], separator, ": ")
    if match["epoch"] is not None and not re.search(r"\b(?:test|val\w*|eval\w*)\b", label, re.IGNORECASE):
        epoch = float(match["epoch"])
        total = float(match["epochs"]) if match["epochs"] else None
        memory["epoch"], memory["phase"] = epoch, TRAIN
        counts = (Count("epoch", epoch, total), Count("batch", batch, batches))
        return Reading([Record(values, epoch=epoch, batch=batch, batches=batches, time=time)] if values else [], counts)
    if _TRAINING.search(label) and any(name not in _COSTS for name in values):
        memory["phase"] = TRAIN
        memory["epoch"] = None
        return Reading([Record(values, step=batch, unit="iteration", time=time)], (Count("iteration", batch, batches),))
    memory["phase"] = EVAL
    return Reading(phase=EVAL)


def _averages(text: str, memory: Memory, time: float | None) -> Reading | None:
    is_evaluation = memory.get("phase") == EVAL
    values = {}
    for meter in _METER.finditer(text):
        average = to_value(meter["average"]) if meter["average"] else None
        name = meter["name"].strip()
        if average is not None:
            values[f"val/{name}" if is_evaluation else f"{name} (avg)"] = average
        elif is_evaluation:
            value = to_value(meter["value"])
            if value is not None:
                values[f"val/{name}"] = value
    if not values:
        return None
    return Reading([Record(values, epoch=memory.get("epoch"), time=time)], phase=EVAL if is_evaluation else None)
