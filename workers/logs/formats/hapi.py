"""PaddlePaddle's high-level ``fit``: ``step 80/350 - loss: 0.17 - acc: 0.91 - 3s/step`` below ``Epoch 1/10``.

After ``Eval begin...`` the same lines are of an evaluation, of which the last one is its result; the next heading of an
epoch ends it.
"""

import re

from workers.logs.formats import Memory
from workers.logs.numbers import NUMBER
from workers.logs.records import EVAL, TRAIN, Count, Reading, Record

SIGNS = ("step ", "Eval begin", "Predict begin", "Eval samples: ", "Epoch ")
EXPRESS = False
_STEP = re.compile(
    r"\s*step\s{1,9}(?P<done>\d{1,9})(?:/(?P<total>\d{1,9}))?"
    r"(?:\s\[[=>.]{3,80}\])?\s- (?P<rest>\S.*?[\d.]+[mu]?s/step.*)$"
)
_HEADING = re.compile(r"\s*Epoch (?P<done>\d{1,7})/(?P<total>\d{1,7})\s*$")
_ASIDE = re.compile(r"\s*(?:Eval|Predict) begin\.*\s*$|\s*(?:Eval|Predict) samples: \d+\s*$")
_PAIR = re.compile(rf"(?:^|- )(?P<name>[^\W\d][^:\s]{{0,60}}): (?P<value>{NUMBER})(?=\s|$)")


def recognise(line: str, memory: Memory) -> bool:
    """Whether such a line is printed, or an evaluation begins."""
    if len(line) > 4000:
        return False
    if memory.get("open") and _HEADING.match(line):
        return True
    return bool(_STEP.match(line) or _ASIDE.match(line))


def parse(line: str, memory: Memory) -> Reading | None:
    """The values of a batch in its epoch, or the result of an evaluation."""
    heading = _HEADING.match(line)
    if heading:
        memory["aside"] = False
        epoch = Count("epoch", float(heading["done"]), float(heading["total"]))
        return Reading(counts=(epoch,), phase=TRAIN)
    if _ASIDE.match(line):
        memory.update(aside="begin" in line, open=True)
        return Reading(phase=EVAL)
    match = _STEP.match(line)
    if match is None:
        return None
    memory["open"] = True
    values = {found["name"]: float(found["value"].replace(",", "")) for found in _PAIR.finditer(match["rest"])}
    values.pop("ETA", None)
    done, total = float(match["done"]), float(match["total"]) if match["total"] else None
    known = (memory.get("shared") or {}).get("epoch") or [None, None]
    if memory.get("aside"):
        if done != total or not values:
            return Reading(counts=(Count("batch", done, total),), phase=EVAL)
        named = {name if name.startswith(("eval_", "val_")) else f"val/{name}": value for name, value in values.items()}
        return Reading([Record(named, epoch=known[0])], phase=EVAL)
    if not values:
        return None
    if known[0] is None:
        return Reading([Record(values, step=done)], (Count("step", done, total),), TRAIN)
    counts = (Count("epoch", known[0], known[1]), Count("batch", done, total))
    return Reading([Record(values, epoch=known[0], batch=done, batches=total, redrawn=True)], counts, TRAIN)
