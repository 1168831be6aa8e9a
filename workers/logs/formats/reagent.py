"""ReAgent, once Horizon: losses every hundred batches, and estimates of a policy from logged data (CPE).

Versions that print ``normalized a +/- a raw b +/- b`` put the deviation in the place of ``raw``: of those only the
normalized estimate is kept.
"""

import re

from workers.logs.formats import Memory
from workers.logs.numbers import NUMBER
from workers.logs.records import Count, Reading, Record
from workers.logs.timestamps import strip_stamp

SIGNS = ("Loss on ", "LOSS: ", " Estimates:", " : normalized ")
_BATCHES = re.compile(r"(?:^|[\s:\]])Loss on (?P<batches>\d+) batches\s*$")
_LOSS = re.compile(
    rf"(?:^|[\s:\]])(?P<name>(?:TD|REWARD|IMITATOR|POLICY|Q1|Q2|V|ACTOR|CRITIC) LOSS): (?P<value>{NUMBER})\s*$"
)
_HEADING = re.compile(r"(?:^|[\s:\]])(?P<metric>[\w./-]{1,80}) Estimates:\s*$")
_ESTIMATE = re.compile(
    rf"(?:^|[\s:\]])(?P<name>(?:Reward|Value) [A-Z][\w. ]{{2,60}}?) : normalized (?P<normal>{NUMBER})"
    rf"(?: \+/- (?P<spread>{NUMBER}))? raw (?P<raw>{NUMBER})(?: \+/- {NUMBER})?\s*$"
)


def recognise(line: str, memory: Memory) -> bool:
    """Whether it is one of the reporters' lines."""
    line = line[-400:]
    return any(form.search(line) for form in (_BATCHES, _LOSS, _HEADING, _ESTIMATE))


def parse(line: str, memory: Memory) -> Reading | None:
    """A loss at the batches counted so far, or an estimate."""
    time = strip_stamp(line)[0]
    line = line[-400:]
    batches = _BATCHES.search(line)
    if batches:
        memory["batches"] = memory.get("batches", 0.0) + float(batches["batches"][:15])
        return Reading(counts=(Count("step", memory["batches"]),))
    loss = _LOSS.search(line)
    if loss:
        value = float(loss["value"].replace(",", ""))
        return Reading([Record({loss["name"]: value}, step=memory.get("batches"), time=time)])
    heading = _HEADING.search(line)
    if heading:
        memory["metric"] = heading["metric"]
        return None
    estimate = _ESTIMATE.search(line)
    if estimate is None:
        return None
    metric = memory.get("metric", "Reward")
    name = estimate["name"] if metric == "Reward" else f"{metric}/{estimate['name']}"
    values = {f"{name} normalized": float(estimate["normal"].replace(",", ""))}
    if estimate["spread"] is None or estimate["spread"] != estimate["normal"]:
        values[f"{name} raw"] = float(estimate["raw"].replace(",", ""))
    return Reading([Record(values, step=memory.get("batches"), time=time)])
