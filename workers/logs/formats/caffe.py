"""Caffe: a step says ``Iteration 100, loss = 1.7``, then a line for each output of the net, then the learning rate."""

import re

from workers.logs.formats import Memory
from workers.logs.numbers import NUMBER
from workers.logs.records import EVAL, Count, Reading, Record

SIGNS = ("Iteration ", "net output #")
_STEP = re.compile(
    r"(?:^|\] )Iteration (?P<step>\d+)(?: \([^()]{0,80}\))?, "
    rf"(?:(?P<name>loss|lr) = (?P<value>{NUMBER})|(?P<test>Testing net))"
)
_OUTPUT = re.compile(
    rf"(?:^|\]\s)\s*(?P<phase>Train|Test) net output #\d+: (?P<name>\S{{1,80}}) = (?P<value>{NUMBER})(?=\s|$)"
)


def recognise(line: str, memory: Memory) -> bool:
    """Whether Caffe's solver wrote the line."""
    return bool(_STEP.search(line[:1000]) or _OUTPUT.search(line[:1000]))


def parse(line: str, memory: Memory) -> Reading | None:
    """One value, at the iteration last named; outputs called as another value are told apart by their phase."""
    line = line[:1000]
    match = _STEP.search(line)
    if match:
        step = memory["step"] = float(match["step"])
        if match["test"]:
            return Reading(phase=EVAL)
        values = {match["name"]: float(match["value"].replace(",", ""))}
        return Reading([Record(values, step=step, unit="iteration")], (Count("iteration", step),))
    match = _OUTPUT.search(line)
    if match is None:
        return None
    is_test = match["phase"] == "Test"
    name = match["name"]
    if is_test or name in ("loss", "lr"):
        name = f"{'test' if is_test else 'train'}/{name}"
    values = {name: float(match["value"].replace(",", ""))}
    return Reading([Record(values, step=memory.get("step"), unit="iteration")], phase=EVAL if is_test else None)
