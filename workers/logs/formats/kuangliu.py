"""The bar of the much-copied pytorch-cifar: `` [=>.]  Step: 46ms | Tot: 46s | Loss: 0.9 | Acc: 71% (356/500) 391/391``.

Training and test print the same names; the first of an epoch is the training. A record is the complete bar.
"""

import re

from workers.logs.fields import to_value
from workers.logs.formats import Memory
from workers.logs.records import EVAL, Count, Reading, Record

SIGNS = (" | Tot: ",)
_BAR = re.compile(
    r"^\s*\[[=>. ]*(?:(?P<done>\d+)/(?P<total>\d+))?[=>. ]*\]\s+Step: \S+ \| Tot: \S+(?: \| (?P<rest>.*))?$"
)
_END = re.compile(r"\s(?P<done>\d+)/(?P<total>\d+)\s*$")
_FIELD = re.compile(r"^\s*(?P<name>[A-Za-z][\w@./ -]{0,30}): (?P<value>\S+?)%?(?: \(\d+(?:\.\d+)?/(?P<of>\d+)\))?\s*$")


def recognise(line: str, memory: Memory) -> bool:
    """Whether it is that bar."""
    return len(line) < 1000 and bool(_BAR.match(line))


def parse(line: str, memory: Memory) -> Reading | None:
    """How far the bar is; what it says when it is complete."""
    bar = _BAR.match(line)
    rest = bar["rest"] or "" if bar else ""
    place = bar if bar and bar["done"] else _END.search(line)
    if place is None:
        return None
    if place is not bar:
        rest = _END.sub("", rest)
    done, total = float(place["done"]), float(place["total"])
    fields = [found for cell in rest.split("|") if (found := _FIELD.match(cell))]
    of = next((found["of"] for found in fields if found["of"]), "")
    epoch = (memory.get("shared", {}).get("epoch") or [None])[0]
    size = [total, of if done == total else None]
    if memory.get("epoch", -1) != epoch or "train" not in memory:
        memory.update(epoch=epoch, train=total, examples="")
    is_training = total == memory["train"] and (not of or done < total or memory["examples"] in ("", of))
    if done < total:
        return Reading(counts=(Count("batch", done, total),), phase=None if is_training else EVAL)
    if is_training:
        memory["examples"] = size[1]
    values: dict[str, float] = {}
    for found in fields:
        value = to_value(found["value"])
        if value is not None:
            values[found["name"] if is_training else f"test/{found['name']}"] = value
    records = [Record(values, epoch=epoch, redrawn=True)] if values else []
    return Reading(records, (Count("batch", done, total),), phase=None if is_training else EVAL)
