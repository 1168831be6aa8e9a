"""Meters in the style of PyTorch's ImageNet example, as Dassl, Swin, MoCo, TSN, HRNet and countless others print them.

``Epoch: [0][  10/5005]  Time  0.1 ( 0.2)  Loss 6.9 (6.9)``, ``epoch [1/50] batch [5/180] time 0.2 (0.5) …``, and the
result of an evaluation in a line that begins with an asterisk: `` * Acc@1 71.2 Acc@5 90.1``.
"""

import re

from workers.logs import names
from workers.logs.fields import split_fields, to_value
from workers.logs.formats import Memory
from workers.logs.numbers import NUMBER
from workers.logs.records import EVAL, Count, Reading, Record
from workers.logs.timestamps import strip_stamp

SIGNS = ("[", "* ", "*\t", "**")
_HEAD = re.compile(
    r"(?:^|[\s>:|\]])(?P<label>"
    r"(?:(?:[Tt]rain(?:ing)?|[Vv]al(?:id(?:ation|ate)?)?|[Tt]est(?:ing)?|[Ee]val(?:uation)?)[ :_-]{0,2})?"
    r"(?:[Ee]poch|EPOCH)?):?\s?\[\s*(?P<first>\d+)(?:/\s*(?P<first_total>\d+))?\]"
    r"(?::?[ ,]{0,2}(?:[Bb]atch|[Ii]ter|[Ss]tep)?:?\s?\[\s*(?P<second>\d+)/\s*(?P<second_total>\d+)\])?"
    r"[:,]?\s+(?P<rest>\S.*)"
)
_METER = re.compile(
    rf"(?:^|[\s,;|])(?P<name>[A-Za-z][\w@./-]{{0,40}}+(?:\([\w/]{{1,12}}\))?)\s?[:=]?\s{{0,8}}\[?(?P<value>{NUMBER})(?![\w.:/]|\s?days?\b)"
    r"(?=%|\s?\(|[\s,;|\]]|$)|(?:^|[\s,;|])(?P<name2>[A-Za-z][\w@./-]{0,40}+)[:\s]\s{0,8}"
    rf"(?P<value2>{NUMBER})(?=(?:m?s|MB?|GB?)(?:[\s,(]|$))"
)
_STAR = re.compile(r"^\s{0,4}\*{1,3}\s*(?P<rest>[A-Za-z].*)$")
_PAIR = re.compile(
    rf"(?P<name>[A-Za-z][\w@./-]{{0,30}}+):?\s{{0,8}}(?P<value>{NUMBER})\s?%?(?:\s*\([^()]{{0,40}}\))?[\s,;|]*"
)
_LISTED = re.compile(r"^\*\s+(?:class|total|correct|Running|Saving|Epoch)\b")
_NEVER = frozenset({"eta", "ETA", "mem", "Mem", "Epoch", "epoch", "Iter", "iter", "remaining"})


def recognise(line: str, memory: Memory) -> bool:
    """Whether the line has meters after a position in brackets, or a result after an asterisk."""
    line = line[:2000]
    if "*" in line[:6]:
        return bool(_LISTED.match(line)) or _results(line) is not None
    match = _HEAD.search(line)
    if match is None or not (match["label"] or match["second"]):
        return False
    return bool(_meters(match["rest"])) and (bool(match["second"]) or "(" in match["rest"])


def parse(line: str, memory: Memory) -> Reading | None:
    """The current values of the meters at a batch, or the results of an evaluation."""
    line = line[:2000]
    if "*" in line[:6]:
        values = None if _LISTED.match(line) else _results(line)
        epoch = (memory.get("shared", {}).get("epoch") or [None])[0]
        return Reading([Record(_evaluated(values, memory), epoch=epoch)], phase=EVAL) if values else None
    match = _HEAD.search(line)
    if match is None:
        return None
    time, _ = strip_stamp(line)
    label = match["label"].lower()
    if match["second"] is None or label.startswith(("val", "test", "eval")):
        return Reading(phase=EVAL) if not label.startswith("train") else None
    values = _meters(match["rest"])
    memory["names"] = list(values)
    epoch = float(match["first"])
    batch, batches = float(match["second"]), float(match["second_total"])
    counts = (
        Count("epoch", epoch, float(match["first_total"]) if match["first_total"] else None),
        Count("batch", batch, batches),
    )
    return Reading([Record(values, epoch=epoch, batch=batch, batches=batches, time=time)] if values else [], counts)


def _meters(text: str) -> dict[str, float]:
    if ", " in text and ": " in text and "(" not in text:
        return {name: value for name, value in split_fields(text, ", ", ":").items() if name not in _NEVER}
    values: dict[str, float] = {}
    for found in _METER.finditer(text):
        name = found["name"] or found["name2"]
        value = to_value(found["value"] or found["value2"])
        if value is not None and name not in _NEVER and name not in values:
            values[name] = value
    return values


def _results(line: str) -> dict[str, float] | None:
    """The pairs after the asterisk; None unless there is nothing else and all are metrics."""
    match = _STAR.match(line)
    if match is None:
        return None
    values: dict[str, float] = {}
    text, position = match["rest"], 0
    while position < len(text):
        pair = _PAIR.match(text, position)
        value = to_value(pair["value"]) if pair else None
        if pair is None or value is None or not names.is_metric(pair["name"]):
            return None
        values[pair["name"]] = value
        position = pair.end()
    return values


def _evaluated(values: dict[str, float], memory: Memory) -> dict[str, float]:
    trained = memory.get("names", ())
    return {
        f"val/{name}" if name in trained or "loss" in name.lower() else name: value for name, value in values.items()
    }
