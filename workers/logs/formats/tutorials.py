"""The loops of PyTorch's own tutorials: ``loss: 2.302088  [   64/60000]`` and ``[1,  2000] loss: 2.205``."""

import re

from workers.logs.epochs import passed
from workers.logs.formats import Memory
from workers.logs.numbers import NUMBER
from workers.logs.records import EVAL, Count, Reading, Record

SIGNS = ("loss: ", "Avg loss: ")
_SAMPLES = re.compile(rf"loss: (?P<loss>{NUMBER})\s+\[\s*(?P<batch>\d+)/\s*(?P<batches>\d+)\]\s*$")
_BATCHES = re.compile(rf"\[(?P<epoch>\d+),\s+(?P<batch>\d+)\] loss: (?P<loss>{NUMBER})\s*$")
_TEST = re.compile(rf" Accuracy: (?P<accuracy>{NUMBER})%, Avg loss: (?P<loss>{NUMBER})\s*$")


def recognise(line: str, memory: Memory) -> bool:
    """Whether it is a line of one of those loops, and nothing else."""
    return any(form.match(line[:200]) for form in (_SAMPLES, _BATCHES, _TEST))


def parse(line: str, memory: Memory) -> Reading | None:
    """The loss after so many samples or batches of an epoch, or the result of a test."""
    shared = memory.get("shared", {})
    epoch = (shared.get("epoch") or [None])[0]
    match = _SAMPLES.match(line)
    if match:
        batch, batches = float(match["batch"]), float(match["batches"])
        values = {"loss": float(match["loss"].replace(",", ""))}
        return Reading([Record(values, epoch=epoch, batch=batch, batches=batches)], (Count("batch", batch, batches),))
    match = _BATCHES.match(line)
    if match:
        epoch, batch = float(match["epoch"]), float(match["batch"])
        step, length = passed(memory, epoch, batch)
        values = {"loss": float(match["loss"].replace(",", ""))}
        counts = (Count("epoch", epoch), Count("batch", batch, length))
        return Reading([Record(values, step=step, unit="batch")], counts)
    match = _TEST.match(line)
    if match is None:
        return None
    values = {
        name: float(match[key].replace(",", "")) for name, key in (("Accuracy", "accuracy"), ("Avg loss", "loss"))
    }
    return Reading([Record(values, epoch=epoch)], phase=EVAL)
