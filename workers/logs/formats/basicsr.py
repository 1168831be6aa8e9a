"""BasicSR and KAIR: ``[epoch:  0, iter:  1,000, lr:(1.000e-04,)] [eta: …, time (data): 0.1 (0.0)] l_pix: 1.2e-02``."""

import re

from workers.logs.fields import to_value
from workers.logs.formats import Memory
from workers.logs.numbers import NUMBER
from workers.logs.records import EVAL, Count, Reading, Record
from workers.logs.timestamps import strip_stamp

SIGNS = ("epoch:", "\t # ")
_HEAD = re.compile(
    rf"[\[<]epoch:\s*(?P<epoch>\d+), iter:\s*(?P<step>\d[\d,]*), lr:\(?(?P<lr>{NUMBER})(?:,[^\]>]{{0,200}})?\)?[\]>]\s*"
    r"(?:\[eta: [^\]]{0,60}time \(data\): (?P<time>[\d.]+) \((?P<data>[\d.]+)\)\]\s*)?(?P<rest>\S.*)"
)
_PAIR = re.compile(rf"(?:^|\s)(?P<name>[A-Za-z][\w./-]{{0,60}}+): (?P<value>{NUMBER})(?=\s|$)")
_RESULT = re.compile(rf"\s*# (?P<name>[\w./-]{{1,40}}): (?P<value>{NUMBER})(?:\s+Best: .*)?$")


def recognise(line: str, memory: Memory) -> bool:
    """Whether that code wrote the line."""
    return bool(_HEAD.search(line[:2000]) or ("\t # " in line[:4] and _RESULT.match(line[:300])))


def parse(line: str, memory: Memory) -> Reading | None:
    """The losses at an iteration of the whole training, or a result of a validation."""
    time, _ = strip_stamp(line)
    match = _HEAD.search(line[:2000])
    if match is None:
        result = _RESULT.match(line[:300])
        if result is None:
            return None
        values = {f"val/{result['name']}": float(result["value"].replace(",", ""))}
        return Reading([Record(values, step=memory.get("step"), unit="iteration", time=time)], phase=EVAL)
    step = memory["step"] = float(match["step"].replace(",", ""))
    values = {"lr": float(match["lr"].replace(",", ""))}
    for name in ("time", "data"):
        cost = to_value(match[name]) if match[name] else None
        if cost is not None:
            values[name] = cost
    values.update((found["name"], float(found["value"].replace(",", ""))) for found in _PAIR.finditer(match["rest"]))
    return Reading([Record(values, step=step, unit="iteration", time=time)], (Count("iteration", step),))
