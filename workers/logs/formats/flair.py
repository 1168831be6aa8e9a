"""Flair: ``epoch 1 - iter 22/226 - loss 0.50 - samples/sec: 100.5``, ``EPOCH 1 done: loss 0.41``, ``DEV : loss 0.3``.

The running loss of an epoch, the loss of the whole epoch (``train/``) and those of the held-out parts (``dev/``,
``test/``) are series of their own. The final scores of single classes are not kept.
"""

import re

from workers.logs.formats import Memory
from workers.logs.numbers import NUMBER, to_number
from workers.logs.records import EVAL, TRAIN, Count, Reading, Record
from workers.logs.timestamps import strip_stamp

SIGNS = (
    " - iter ",
    "EPOCH ",
    "DEV",
    "TEST",
    "BAD EPOCHS",
    "MICRO_AVG",
    "MACRO_AVG",
    "- F-score",
    "- Accuracy",
    "tp: ",
    "max_epochs",
    "group",
)
_ITER = re.compile(r"epoch (?P<epoch>\d{1,9}) - iter (?P<done>\d{1,9})/(?P<total>\d{1,9}) - (?P<rest>loss .*)")
_DONE = re.compile(r"EPOCH (?P<epoch>\d{1,9}) done: (?P<rest>loss .*)")
_HELD_OUT = re.compile(r"(?P<part>DEV|TEST|TRAIN) : (?P<rest>loss .*)")
_AVERAGE = re.compile(r"(?P<which>M[AI]CRO_AVG): (?P<rest>acc .*)")
_RESULT = re.compile(rf"- (?P<name>F-score \((?:micro|macro)\)|Accuracy):? (?P<value>{NUMBER})\s*$")
_IGNORED = re.compile(
    r"BAD EPOCHS \(no improvement\): |Epoch\s{1,6}\d+: reducing learning rate of group"
    r"|\S{1,60}\s{1,60}tp: \d+ - fp: \d+ - "
)
_MAX_EPOCHS = re.compile(r" ?- max_epochs: \"?(?P<total>\d+)\"?\s*$")
_FIELD = re.compile(
    rf"(?:^| - )\s?(?P<name>[A-Za-z][\w/@-]{{0,40}}(?: \([\w ,/-]{{1,40}}\))?):?\s{{1,3}}(?P<value>{NUMBER})(?=\s|$)"
)


def recognise(line: str, memory: Memory) -> bool:
    """Whether it is one of the lines of Flair's trainer."""
    if len(line) > 1000:
        return False
    _, text = strip_stamp(line)
    if _IGNORED.match(text) or _MAX_EPOCHS.match(text):
        return True
    patterns = (_ITER, _DONE, _HELD_OUT, _AVERAGE, _RESULT)
    return any(pattern.match(text) for pattern in patterns)


def parse(line: str, memory: Memory) -> Reading | None:
    """The record of a stretch of an epoch, of an epoch, or of an evaluation."""
    time, text = strip_stamp(line)
    if _IGNORED.match(text):
        return None
    limit = _MAX_EPOCHS.match(text)
    if limit is not None:
        memory["total"] = float(limit["total"])
        return None
    match = _ITER.match(text)
    if match is not None:
        epoch, done, batches = float(match["epoch"]), float(match["done"]), float(match["total"])
        memory["epoch"] = epoch
        values = _fields(match["rest"])
        values.pop("time (sec)", None)
        memory["lr"] = "lr" in values
        counts = (Count("epoch", epoch, memory.get("total")), Count("batch", done, batches))
        return Reading(
            [Record(values, epoch=epoch, batch=done, batches=batches, time=time)] if values else [], counts, TRAIN
        )
    match = _DONE.match(text)
    if match is not None:
        epoch = memory["epoch"] = float(match["epoch"])
        values = {"train/loss" if name == "loss" else name: value for name, value in _fields(match["rest"]).items()}
        if memory.get("lr"):
            values.pop("lr", None)
        record = Record(values, epoch=epoch, time=time)
        return Reading([record], (Count("epoch", epoch, memory.get("total")),), TRAIN)
    return _evaluation(text, time, memory)


def _evaluation(text: str, time: float | None, memory: Memory) -> Reading | None:
    epoch = memory.get("epoch")
    match = _HELD_OUT.match(text)
    if match is not None:
        prefix = match["part"].lower() + "/"
        values = {prefix + name: value for name, value in _fields(match["rest"]).items()}
        return Reading([Record(values, epoch=epoch, time=time)], (), EVAL)
    match = _AVERAGE.match(text)
    if match is not None:
        values = {f"{match['which']} {name}": value for name, value in _fields(match["rest"]).items()}
        return Reading([Record(values, epoch=epoch, time=time)], (), EVAL)
    match = _RESULT.match(text)
    value = to_number(match["value"]) if match else None
    if match is None or value is None:
        return None
    return Reading([Record({match["name"]: value}, epoch=epoch, time=time)], (), EVAL)


def _fields(text: str) -> dict[str, float]:
    values: dict[str, float] = {}
    for match in _FIELD.finditer(text):
        value = to_number(match["value"])
        if value is not None:
            values[match["name"]] = value
    return values
