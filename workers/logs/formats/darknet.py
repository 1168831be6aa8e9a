"""Darknet: `` 1000: 0.51, 0.48 avg loss, 0.001 rate, 2.7 seconds, 64000 images``; what each layer says is left out."""

import re

from workers.logs.formats import Memory
from workers.logs.numbers import NUMBER
from workers.logs.records import EVAL, Count, Reading, Record

SIGNS = (" avg", "Region ", "(next mAP", "(mAP@", "Last accuracy mAP", "Detection layer:")
_STEP = re.compile(
    rf"\s*(?:\([^()]{{0,60}}\)\s*)?(?P<step>\d+): (?P<loss>{NUMBER}), (?P<avg>{NUMBER}) avg(?: loss)?, "
    rf"(?P<rate>{NUMBER}) rate, "
)
_LAYER = re.compile(r"\s*(?:(?:v3 \(.{0,120}\) )?Region \d+ Avg |\(next mAP calculation at |Detection layer: \d+)")
_MAP = re.compile(rf"mean average precision \((?P<name>mAP@[\d.]+)\) = (?P<value>{NUMBER})")
_LAST = re.compile(r"Last accuracy mAP@[\d.]+ = ")


def recognise(line: str, memory: Memory) -> bool:
    """Whether Darknet wrote the line."""
    line = line[:1000]
    return bool(_STEP.match(line) or _LAYER.match(line) or _MAP.search(line) or _LAST.search(line))


def parse(line: str, memory: Memory) -> Reading | None:
    """The loss of an iteration, its running average and the rate; or the precision of an evaluation."""
    match = _STEP.match(line[:1000])
    if match:
        values = {
            "loss": float(match["loss"].replace(",", "")),
            "avg loss": float(match["avg"].replace(",", "")),
            "rate": float(match["rate"].replace(",", "")),
        }
        step = memory["step"] = float(match["step"])
        return Reading([Record(values, step=step, unit="iteration")], (Count("iteration", step),))
    result = _MAP.search(line[:1000])
    if result is None:
        return None
    values = {result["name"]: float(result["value"].replace(",", ""))}
    return Reading([Record(values, step=memory.get("step"), unit="iteration")], phase=EVAL)
