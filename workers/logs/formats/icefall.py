"""icefall and what grew out of it: ``Epoch 1, batch 50, loss[loss=0.7, over 1900 frames. ], tot_loss[…], lr: 2e-02``.

``tot_loss[…]`` holds running averages, named ``tot_loss``, ``tot_ctc_loss``; validations are told apart by their name.
Each rank writes its own lines, told by ``(0/8)``: those of the first one count. What its scheduled floats, whitening
and clipping say is no metric.
"""

import re

from workers.logs.epochs import passed
from workers.logs.fields import split_fields, to_value
from workers.logs.formats import Memory
from workers.logs.numbers import NUMBER
from workers.logs.records import EVAL, TRAIN, Count, Reading, Record
from workers.logs.timestamps import strip_stamp

SIGNS = (" loss[", "validation: ", "[scaling.py:", "[optim.py:", "[train", "(0/", "Epoch ")
EXPRESS = False
_PREFIX = r"(?:.{0,90}?\[[\w/.-]{1,60}\.py:\d{1,6}\] )(?:\((?P<rank>\d{1,5})/\d{1,5}\) )?"
_TRAIN = re.compile(
    _PREFIX + r"Epoch (?P<epoch>\d{1,7}), batch (?P<batch>\d{1,9}),(?P<head>[^\[\]]{0,120}?)"
    r"(?P<rest> \w*loss\w*\[.*)"
)
_VALID = re.compile(
    _PREFIX + r"(?:Epoch (?P<epoch>\d{1,7})(?:, (?:global )?batch(?:_idx)?:? (?P<batch>\d{1,9}))?, )"
    rf"(?:V|v)alidation:? (?P<rest>\w+=(?:{NUMBER}).*)"
)
_SILENT = re.compile(_PREFIX + r"(?:ScheduledFloat: |Whitening: |WithLoss: |Clipping_scale=|Grad scale is |\{')")
_GROUP = re.compile(r"(?P<group>\w{1,60})\[(?P<fields>[^\[\]]{1,2000})\]")
_STEP = re.compile(r"global_batch(?:_idx)?: ?(\d{1,12})")
_TOTAL = re.compile(r"'num_epochs': (\d{1,7})\b")
_RATE = re.compile(rf"(?P<name>(?:cur_)?lr(?:_\w{{1,20}})?|grad_scale): (?P<value>{NUMBER})")


def recognise(line: str, memory: Memory) -> bool:
    """Whether such a trainer wrote the line."""
    line = line[:6000]
    return bool(_TRAIN.match(line) or _VALID.match(line) or _SILENT.match(line))


def parse(line: str, memory: Memory) -> Reading | None:
    """The losses of a batch with their running averages, or those of a validation."""
    line = line[:6000]
    time, _ = strip_stamp(line)
    match = _TRAIN.match(line)
    if match is not None:
        return _train(match, time, memory) if _is_first(match["rank"], memory) else None
    total = _TOTAL.search(line)
    if total:
        memory["epochs"] = float(total[1])
    match = _VALID.match(line)
    if match is None or not _is_first(match["rank"], memory):
        return None
    values = {f"val/{name}": value for name, value in _fields(match["rest"]).items()}
    epoch = float(match["epoch"])
    if "at" in memory:
        at, unit = memory["at"]
        return Reading([Record(values, step=at, unit=unit, time=time)], phase=EVAL) if values else None
    return Reading([Record(values, epoch=epoch, time=time)], phase=EVAL) if values else None


def _is_first(rank: str | None, memory: Memory) -> bool:
    return rank is None or memory.setdefault("rank", rank) == rank


def _train(match: "re.Match[str]", time: float | None, memory: Memory) -> Reading | None:
    values: dict[str, float] = {}
    for group in _GROUP.finditer(match["rest"]):
        for name, value in _fields(group["fields"]).items():
            if group["group"] == "tot_loss" or group["group"].startswith("tot_"):
                name = name if name.startswith("tot_") else f"tot_{name}"
            values.setdefault(name, value)
    for rate in _RATE.finditer(match["rest"].rpartition("]")[2]):
        values[rate["name"]] = float(rate["value"].replace(",", ""))
    if not values:
        return None
    epoch, batch = float(match["epoch"]), float(match["batch"])
    told = _STEP.search(match["head"])
    step, length = passed(memory, epoch, batch)
    if told:
        step = float(told[1])
    memory["at"] = [step, "step"]
    counts = (
        Count("epoch", epoch, memory.get("epochs")),
        Count("batch", batch, length if length and length >= batch else None),
    )
    return Reading([Record(values, step=step, time=time)], counts, TRAIN)


def _fields(text: str) -> dict[str, float]:
    found = split_fields(text, ",", "=")
    return {name: value for name, value in found.items() if to_value(str(value)) is not None and " " not in name}
