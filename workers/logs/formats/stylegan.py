"""StyleGAN and what shares its training loop (StyleGAN2-ADA, 3, XL, EDM): ticks, and metrics as JSON or in a line."""

import re

from workers.logs.fields import load_object, numbers_of
from workers.logs.formats import Memory
from workers.logs.numbers import NUMBER
from workers.logs.records import EVAL, Count, Reading, Record

SIGNS = ("tick ", '{"results": ', "network-snapshot-", "Training for ")
_TICK = re.compile(r"tick (?P<tick>\d+)\s+kimg (?P<kimg>\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s+(?P<rest>\S.*)")
_CELL = re.compile(rf"(?:^|\s)(?P<name>[a-z][\w/.]{{1,30}}+)\s+(?P<value>{NUMBER})(?=\s|$)")
_METRIC = re.compile(
    rf"network-snapshot-(?P<kimg>\d+)\s+time \S.{{0,30}}?\s(?P<name>[a-z]\w{{1,40}})\s+(?P<value>{NUMBER})\s*$"
)
_KIMG = re.compile(r"network-snapshot-(\d+)")
_TOTAL = re.compile(r"Training for (?P<total>\d[\d,]*(?:\.\d+)?) kimg")
_NEVER = ("minibatch", "time")


def recognise(line: str, memory: Memory) -> bool:
    """Whether such a loop wrote the line."""
    line = line[:2000]
    if line[0] == "{":
        return line.startswith('{"results": ') and '"metric": ' in line
    return bool(_TICK.match(line) or _METRIC.match(line) or _TOTAL.match(line))


def parse(line: str, memory: Memory) -> Reading | None:
    """The cells of a tick, which is the position, or the metrics of a snapshot."""
    line = line[:4000]
    match = _TICK.match(line)
    if match:
        kimg = memory["kimg"] = float(match["kimg"])
        values = {"kimg": kimg}
        for cell in _CELL.finditer(match["rest"]):
            if cell["name"] not in _NEVER:
                values[cell["name"]] = float(cell["value"].replace(",", ""))
        return Reading([Record(values, step=kimg, unit="kimg")], (Count("kimg", kimg, memory.get("total")),))
    total = _TOTAL.match(line)
    if total:
        memory["total"] = float(total["total"].replace(",", ""))
        return None
    if line[0] == "{":
        known = load_object(line) or {}
        results = known.get("results")
        values = numbers_of(results) if isinstance(results, dict) else {}
        snapshot = _KIMG.search(str(known.get("snapshot_pkl")))
    else:
        snapshot = _METRIC.match(line)
        values = {snapshot["name"]: float(snapshot["value"].replace(",", ""))} if snapshot else {}
    if not values:
        return None
    at = float(snapshot[1]) if snapshot else memory.get("kimg")
    return Reading([Record(values, step=at, unit="kimg")], phase=EVAL)
