"""Megatron-LM, GPT-NeoX and DeepSpeed: lines of cells between bars, and what the engine logs beside them."""

import re

from workers.logs.fields import to_value
from workers.logs.formats import Memory
from workers.logs.numbers import NUMBER
from workers.logs.records import EVAL, Count, Reading, Record
from workers.logs.timestamps import strip_stamp

SIGNS = ("iteration ", "step=", "steps: ", "_step=", "validation ")
_TRAIN = re.compile(r"(?:^|[\s|\]])iteration\s+(?P<step>\d+)\s*/\s*(?P<total>\d+) \| ")
_EVAL = re.compile(r"\b(?P<which>validation|test)(?: \w+){0,2} loss at |\bvalidation results at ")
_AT = re.compile(r"at (?:iteration|step) (?P<step>\d+)")
_CELL = re.compile(rf"(?P<name>[^\W\d][^|:]{{0,60}}?):?\s+(?P<value>{NUMBER})\s?(?P<unit>[A-Za-z/%]{{0,12}})\s*$")
_ENGINE = re.compile(
    rf"\bstep=(?P<step>\d+), skipped=\d+, lr=\[(?P<lr>{NUMBER})"
    rf"|\bsteps: (?P<step2>\d+) loss: (?P<loss>{NUMBER}) (?P<rest>iter time.*)"
    r"|\bglobal_step=(?P<step3>\d+), (?P<speeds>RunningAvgSamplesPerSec=.*)"
)
_NEVER = re.compile(r"consumed|batch size|number of|^iteration$|\beta\b|remaining|token count", re.IGNORECASE)


def recognise(line: str, memory: Memory) -> bool:
    """Whether one of these trainers wrote the line."""
    line = line[:4000]
    return bool(
        _TRAIN.search(line) or (" loss at " in line and "| " in line and _EVAL.search(line)) or _ENGINE.search(line)
    )


def parse(line: str, memory: Memory) -> Reading | None:
    """The values at an iteration, the results of an evaluation, or what the engine reports at a step."""
    line = line[:4000]
    time, _ = strip_stamp(line.lstrip())
    match = _TRAIN.search(line)
    if match:
        values = _cells(line[: match.start()] + "|" + line[match.end() :])
        step = float(match["step"])
        count = Count("iteration", step, float(match["total"]))
        return Reading([Record(values, step=step, unit="iteration", time=time)] if values else [], (count,))
    engine = _ENGINE.search(line)
    if engine:
        return _engine(engine, time)
    found = _EVAL.search(line)
    if found is None:
        return None
    at = _AT.search(line)
    step_here = float(at["step"]) if at else memory.get("shared", {}).get("step")
    prefix = "test/" if found["which"] == "test" or "test set" in line or "test data" in line else "val/"
    values = {prefix + name: value for name, value in _cells(line[found.start() :].partition("|")[2]).items()}
    return Reading([Record(values, step=step_here, unit="iteration", time=time)], phase=EVAL) if values else None


def _cells(text: str) -> dict[str, float]:
    values: dict[str, float] = {}
    for cell in text.split("|"):
        match = _CELL.match(cell.strip())
        if match and not _NEVER.search(match["name"]):
            value = to_value(match["value"])
            if value is not None:
                values[match["name"]] = value
    return values


def _engine(match: "re.Match[str]", time: float | None) -> Reading | None:
    values: dict[str, float] = {}
    if match["step"]:
        step, values = match["step"], {"lr": float(match["lr"].replace(",", ""))}
    elif match["step2"]:
        step, values = match["step2"], {"loss": float(match["loss"].replace(",", ""))}
        for name, value in re.findall(rf"(?<![a-z/])([a-z][a-z/ ]{{0,30}}(?: \(s\))?): ({NUMBER})", match["rest"]):
            values[name.strip()] = float(value.replace(",", ""))
    else:
        step = match["step3"]
        for name, value in re.findall(r"(\w{1,40}SamplesPerSec)=([\d.]+)(?=,|$)", match["speeds"]):
            values[name] = to_value(value) or 0.0
    records = [Record(values, step=float(step), time=time)] if float(step) > 0 else []
    return Reading(records, (Count("step", float(step)),))
