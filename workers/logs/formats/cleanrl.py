"""CleanRL and scripts after it: ``global_step=1234, episodic_return=[21.]``, ``SPS: 812``.

Some tell the step first and the metrics after it: ``Epoch: 3, global_step=26880``, then ``SPS: 1147, pg_loss=0.0019``.
"""

import re

from workers.logs.formats import Memory
from workers.logs.names import is_never
from workers.logs.numbers import NUMBER
from workers.logs.records import Count, Reading, Record
from workers.logs.timestamps import strip_stamp

SIGNS = ("global_step", "SPS", "eval_", "Total reward during evaluation")
_STEP = re.compile(r"\bglobal_step\s?[=:]\s?(?P<step>\d[\d,]*)(?:/(?P<total>\d[\d,]*))?")
_PAIR = re.compile(rf"(?P<name>[A-Za-z_][\w/.-]{{0,80}})\s?[=:]\s?\[?\s?(?P<value>{NUMBER})\.?(?=[\s,\])|;%]|$)")
_SPS = re.compile(r"\s*SPS\s?[:=]\s?\d")
_BEFORE = re.compile(r"(?:\W*\b(?:Epoch|Iteration|Iter|Update|env|worker)\b\W{0,3}\d+(?:/\d+)?\W*|\W*)$", re.IGNORECASE)
_AGENT = re.compile(r"episod|return|reward|SPS", re.IGNORECASE)
_EVALUATION = re.compile(rf"(?P<name>eval_\w{{1,60}}_mean)=(?P<value>{NUMBER})\s*$")
_SPOKEN = re.compile(rf"(?P<name>Total reward during evaluation): (?P<value>{NUMBER})\s*$")
_ASIDE = frozenset(("global_step", "epoch", "iteration", "update", "eval_episode"))


def recognise(line: str, memory: Memory) -> bool:
    """Whether it tells the global step, or is one of the lines that belong to it."""
    if len(line) > 4000:
        return False
    told = _STEP.search(line)
    if told:
        return "{" not in line and "%|" not in line and bool(_BEFORE.match(strip_stamp(line[: told.start()] + " ")[1]))
    return bool(_SPS.match(line) or _EVALUATION.match(line) or _SPOKEN.match(line))


def parse(line: str, memory: Memory) -> Reading | None:
    """The metrics of the line, at its step or the last one told."""
    told = _STEP.search(line)
    if told:
        memory["step"] = float(told["step"].replace(",", "")[:15])
        memory["total"] = float(told["total"].replace(",", "")[:15]) if told["total"] else None
    step = memory.get("step")
    spoken = _EVALUATION.match(line) or _SPOKEN.match(line)
    if spoken:
        if step is None:
            return None  # some other program's evaluation, of which nothing is known
        return Reading([Record({spoken["name"]: float(spoken["value"])}, step=step, unit="timestep")])
    values: dict[str, float] = {}
    for pair in _PAIR.finditer(line):
        name = pair["name"]
        if name.lower() not in _ASIDE and (name == "SPS" or not is_never(name)):
            values.setdefault(name, float(pair["value"].replace(",", "")))
    if _AGENT.search(line):
        memory["agent"] = True
    unit = "timestep" if memory.get("agent") else "step"
    counts = (Count(unit, step, memory.get("total")),) if told and step is not None else ()
    if not values:
        return Reading(counts=counts) if counts else None
    return Reading([Record(values, step=step, unit=unit)], counts)
