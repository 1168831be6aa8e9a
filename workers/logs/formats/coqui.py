"""Coqui TTS and its Trainer: blocks of ``| > loss: 1.2  (1.3)`` under ``--> STEP: 24/36 -- GLOBAL_STEP: 1000025``.

The lines of a block are one record, at the global step. Evaluations end in a block ``EVAL PERFORMANCE`` of averages;
the batches of an evaluation, which some recipes print too, are left out.
"""

import re

from workers.logs.fields import to_value
from workers.logs.formats import Memory
from workers.logs.names import is_never
from workers.logs.records import EVAL, TRAIN, Count, Reading, Record

SIGNS = ("STEP: ", "| > ", " PERFORMA", "> EPOCH: ", "> EVALUATION", "> TRAINING", "--> BEST MODEL")
_STEP = re.compile(
    r"\s{0,8}--> (?:TIME: [\d: -]{8,30} -- )?STEP: (?P<done>\d{1,9})(?:/(?P<total>\d{1,9}))?"
    r"(?: -- GLOBAL_STEP: (?P<step>\d{1,12}))?\s*$"
)
_EPOCH = re.compile(r"\s{0,8}> EPOCH: (?P<done>\d{1,9})/(?P<total>\d{1,9})\s*$")
_HEADING = re.compile(
    r"\s{0,8}(?:-->|>) (?P<what>EVAL PERFORMANCE|TRAIN PERFORMAN?CE|EVALUATION|TRAINING|BEST MODEL)\b"
    r"(?:.{1,60}GLOBAL_STEP: (?P<step>\d{1,12}))?"
)
_VALUE = re.compile(
    r"\s{0,12}\| > (?P<name>[\w./@-]{1,80}): (?P<value>\S{1,40})(?:\s{1,6}\((?P<mean>[^()]{1,40})\))?\s*$"
)


def recognise(line: str, memory: Memory) -> bool:
    """Whether it is a line of a block, or one of the headings around them."""
    if "| > " in line:
        return _VALUE.match(line) is not None
    return bool(_STEP.match(line) or _EPOCH.match(line) or _HEADING.match(line))


def parse(line: str, memory: Memory) -> Reading | None:
    """One metric of a block, to be joined with the others of it; or the counters of a heading."""
    value = _VALUE.match(line)
    if value is not None:
        number = to_value(value["value"], value["name"])
        if number is None or is_never(value["name"]) or memory.get("block") not in ("train", "eval", "whole"):
            return None
        epoch = memory.get("epoch")
        name = ("train/" if memory["block"] == "whole" else "") + value["name"]
        record = Record({name: number}, step=memory.get("step"), epoch=epoch[0] if epoch else None, redrawn=True)
        return Reading([record])
    epoch = _EPOCH.match(line)
    if epoch is not None:
        memory["epoch"] = [float(epoch["done"]), float(epoch["total"])]
        return Reading([], (Count("epoch", memory["epoch"][0], memory["epoch"][1], over=True),), TRAIN)
    heading = _HEADING.match(line)
    if heading is not None:
        what = heading["what"]
        memory["block"] = {"EVAL PERFORMANCE": "eval", "TRAINING": "train"}.get(
            what, "whole" if "TRAIN " in what else "aside"
        )
        if heading["step"]:
            memory["step"] = float(heading["step"])
        return Reading([], (), EVAL) if what == "EVALUATION" else None
    step = _STEP.match(line)
    if step is None:
        return None
    if step["step"] is None and memory.get("block") == "aside":
        return None
    memory["block"] = "train"
    known = memory.get("epoch")
    counts: tuple[Count, ...] = (Count("epoch", known[0], known[1], over=True),) if known else ()
    counts += (Count("batch", float(step["done"]), float(step["total"]) if step["total"] else None),)
    if step["step"] is not None:
        memory["step"] = float(step["step"])
    return Reading([], counts, TRAIN)
