"""nnU-Net, versions 1 and 2: a handful of lines an epoch, each with the date before it and one value."""

import re

from workers.logs.formats import Memory
from workers.logs.numbers import NUMBER
from workers.logs.records import Count, Reading, Record
from workers.logs.timestamps import strip_stamp

SIGNS = (
    "epoch: ",
    "Epoch ",
    "loss",
    "lr: ",
    "rate: ",
    "global foreground ",
    "seudo ",
    "poch took",
    "poch time",
    "_MA",
    "MA ",
)
_STAMP = r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?: "
_EPOCH = re.compile(rf"(?:{_STAMP}(?:epoch:\s+|Epoch )|^epoch:  )(?P<epoch>\d+)\s*$")
_VALUE = re.compile(
    rf"{_STAMP}(?P<name>train loss|val(?:idation)? loss(?: \([\w =]{{0,40}}\))?|train_loss|val_loss|lr"
    r"|Current learning rate|(?:current )?best_val_eval_criterion_MA"
    r"|current val_eval_criterion_MA|(?:Yayy! )?New best EMA pseudo Dice"
    rf"|Best EMA pseudo Dice|current train loss MA)(?: is)?\s?[: ]\s{{0,3}}(?P<value>{NUMBER})\s*$"
)
_LIST = re.compile(
    rf"{_STAMP}(?P<name>Average global foreground (?:Dice|IoU)|Pseudo dice)[: ]\s{{0,3}}\[(?P<list>.*)\]\s*$"
)
_TOOK = re.compile(rf"{_STAMP}(?:This epoch took|Epoch time:) (?P<value>{NUMBER}) ?s\s*$")
_ITEM = re.compile(rf"(?:np\.float\d+\()?\s*(?P<value>{NUMBER})\)?\s*(?:,|$)")


def recognise(line: str, memory: Memory) -> bool:
    """Whether it is one of the lines nnU-Net writes in each epoch."""
    line = line[:4000]
    return any(form.match(line) for form in (_EPOCH, _VALUE, _LIST, _TOOK))


def parse(line: str, memory: Memory) -> Reading | None:
    """The value of the line, in the epoch last begun; a list of Dice scores gives one a class."""
    line = line[:4000]
    time, _ = strip_stamp(line)
    match = _EPOCH.match(line)
    if match:
        epoch = memory["epoch"] = float(match["epoch"])
        first = memory.pop("first", None)
        records = [Record(first, epoch=epoch, time=time)] if first else []
        return Reading(records, (Count("epoch", epoch), Count("batch", 0.0)))
    values: dict[str, float] = {}
    match = _VALUE.match(line)
    listed = None if match else _LIST.match(line)
    if match:
        name = "New best EMA pseudo Dice" if "EMA pseudo Dice" in match["name"] else match["name"]
        values[name] = float(match["value"].replace(",", ""))
    elif listed:
        for index, item in enumerate(_ITEM.finditer(listed["list"])):
            values[f"{listed['name']}[{index}]"] = float(item["value"].replace(",", ""))
    else:
        took = _TOOK.match(line)
        if took:
            values["epoch time (s)"] = float(took["value"].replace(",", ""))
    if not values:
        return None
    if "epoch" not in memory:
        memory["first"] = values  # the rate is told before the first epoch begins
        return None
    return Reading([Record(values, epoch=memory["epoch"], time=time)], (Count("epoch", memory["epoch"]),))
