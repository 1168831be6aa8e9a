"""Joey NMT: ``Epoch   1, Step:      100, Batch Loss:    4.2, Tokens per Sec:   1234, Lr: 0.000300``.

Validations are ``Validation result (greedy) at epoch   1, step     5000: bleu: 5.1, loss: 378.1`` in the first
version and ``Evaluation result (greedy): ...`` in the second, at the step before it.
"""

import re

from workers.logs.fields import split_fields
from workers.logs.formats import Memory
from workers.logs.records import EVAL, TRAIN, Count, Reading, Record
from workers.logs.timestamps import strip_stamp

SIGNS = ("Step:", "Validation result", "Evaluation result (", "total training loss", "cfg.training.")
_STEP = re.compile(r"Epoch\s{1,9}(?P<epoch>\d{1,9}),\s{1,4}Step:\s{1,12}(?P<step>\d{1,12}),\s{1,4}(?P<rest>Batch .*)")
_VALIDATION = re.compile(
    r"(?:Validation|Evaluation) result \((?P<how>[\w, ]{1,40})\)"
    r"(?: at epoch\s{1,9}(?P<epoch>\d{1,9}), step\s{1,12}(?P<step>\d{1,12}))?:\s{1,4}(?P<rest>\S.*)"
)
_EPOCH_LOSS = re.compile(r"Epoch\s{1,9}(?P<epoch>\d{1,9}): total training loss (?P<value>[\d.,einfa+-]{1,30})\s*$")
_LIMIT = re.compile(r"cfg\.training\.(?P<unit>epochs|updates)\s{1,60}: (?P<total>\d+)\s*$")
_NEVER = frozenset(("generation", "evaluation"))
_SECONDS = re.compile(r"\[sec\]")


def recognise(line: str, memory: Memory) -> bool:
    """Whether it is a report of Joey NMT's training."""
    if len(line) > 2000:
        return False
    _, text = strip_stamp(line)
    return bool(_STEP.match(text) or _VALIDATION.match(text) or _EPOCH_LOSS.match(text) or _LIMIT.match(text))


def parse(line: str, memory: Memory) -> Reading | None:
    """The record of a step or of a validation."""
    time, text = strip_stamp(line)
    match = _STEP.match(text)
    if match is not None:
        values = split_fields(match["rest"], ",", ":")
        step, epoch = float(match["step"]), float(match["epoch"])
        memory["step"] = step
        counts: tuple[Count, ...] = (Count("epoch", epoch, memory.get("epochs")),)
        if memory.get("updates"):
            counts = (Count("step", step, memory["updates"]),)
        return Reading([Record(values, step=step, epoch=epoch, time=time)] if values else [], counts, TRAIN)
    limit = _LIMIT.match(text)
    if limit is not None:
        memory[limit["unit"]] = float(limit["total"]) or None
        return None
    loss = _EPOCH_LOSS.match(text)
    if loss is not None:
        values = split_fields(f"total training loss={loss['value']}", "\t", "=")
        return Reading(
            [Record(values, step=memory.get("step"), epoch=float(loss["epoch"]), time=time)] if values else []
        )
    validation = _VALIDATION.match(text)
    if validation is None:
        return None
    found = split_fields(_SECONDS.sub("", validation["rest"]), ",", ":")
    values = {f"valid/{name}": value for name, value in found.items() if name not in _NEVER}
    at = float(validation["step"]) if validation["step"] else memory.get("step")
    return Reading([Record(values, step=at, time=time)] if values else [], (), EVAL)
