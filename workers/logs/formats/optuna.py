"""Optuna's line a trial, and Keras Tuner's and Hyperopt's like: the value of a trial, and the best so far."""

import re

from workers.logs.formats import Memory
from workers.logs.numbers import NUMBER
from workers.logs.records import Count, Reading, Record
from workers.logs.timestamps import strip_stamp

SIGNS = ("Trial ", "trial#")
_FINISHED = re.compile(
    rf"\bTrial (?P<trial>\d+) finished with values?: (?P<values>\[[^\]]{{1,500}}\]|\{{[^}}]{{1,500}}\}}|{NUMBER})"
    r" and parameters:"
)
_BEST = re.compile(rf"Best is trial \d+ with value: (?P<best>{NUMBER})")
_OTHER = re.compile(r"\bTrial (?P<trial>\d+) (?:pruned|failed)\b")
_OLD = re.compile(rf"\bFinished trial#(?P<trial>\d+) (?:resulted in|with) value: (?P<values>{NUMBER})")
_OLD_BEST = re.compile(rf"Current best value is (?P<best>{NUMBER})")
_EACH = re.compile(NUMBER)


def recognise(line: str, memory: Memory) -> bool:
    """Whether it says that a trial is over."""
    return len(line) < 20_000 and bool(_FINISHED.search(line) or _OTHER.search(line) or _OLD.search(line))


def parse(line: str, memory: Memory) -> Reading | None:
    """The value of the trial and the best of all."""
    finished = _FINISHED.search(line) or _OLD.search(line)
    if finished is None:
        other = _OTHER.search(line)
        return Reading(counts=(Count("trial", float(other["trial"][:15]) + 1),)) if other else None
    trial = float(finished["trial"][:15])
    found = [float(number[0].replace(",", "")) for number in _EACH.finditer(finished["values"].replace(", ", " "))]
    values = {"value": found[0]} if len(found) == 1 else {f"values/{place}": value for place, value in enumerate(found)}
    best = _BEST.search(line) or _OLD_BEST.search(line)
    if best:
        values["best value"] = float(best["best"].replace(",", ""))
    stamp = line[1:] if line.startswith("[I ") else line
    time = strip_stamp(stamp[2:].lstrip() if stamp.startswith("I ") else stamp)[0]
    return Reading([Record(values, step=trial, unit="trial", time=time)], (Count("trial", trial + 1),))
