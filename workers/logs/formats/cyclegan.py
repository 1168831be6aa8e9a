"""CycleGAN, pix2pix and what grew out of them (SPADE, CUT): ``(epoch: 8, iters: 400, time: 0.1, …) G_A: 0.5``."""

import re

from workers.logs.epochs import passed
from workers.logs.formats import Memory
from workers.logs.numbers import NUMBER
from workers.logs.records import Count, Reading, Record

SIGNS = ("(epoch: ", "End of epoch ")
_HEAD = re.compile(r"\(epoch: (?P<epoch>\d+), iters: (?P<batch>\d+)(?P<costs>[^()]{0,200})\)[ ,]{0,4}(?P<rest>\S.*)")
_PAIR = re.compile(rf"(?:^|[\s,])(?P<name>[A-Za-z][\w./-]{{0,60}}+): (?P<value>{NUMBER})(?=[\s,]|$)")
_END = re.compile(r"End of epoch (?P<epoch>\d+) / (?P<total>\d+)\b")


def recognise(line: str, memory: Memory) -> bool:
    """Whether the visualiser of that code wrote the line."""
    return bool(_HEAD.search(line[:4000]) or _END.search(line[:200]))


def parse(line: str, memory: Memory) -> Reading | None:
    """The losses after so many images of an epoch."""
    match = _HEAD.search(line[:4000])
    if match is None:
        end = _END.search(line)
        if end:
            memory["total"] = float(end["total"])
            return Reading(counts=(Count("epoch", float(end["epoch"]), memory["total"], over=True),))
        return None
    text = f"{match['costs']} {match['rest']}"
    values = {found["name"]: float(found["value"].replace(",", "")) for found in _PAIR.finditer(text)}
    epoch, batch = float(match["epoch"]), float(match["batch"])
    step, length = passed(memory, epoch, batch)
    counts: tuple[Count, ...] = ()
    if "total" in memory:
        counts = (Count("epoch", epoch, memory["total"]), Count("batch", batch, length))
    return Reading([Record(values, step=step, unit="image")] if values else [], counts)
