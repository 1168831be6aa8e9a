"""Marian: ``Ep. 1 : Up. 500 : Sen. 64,000 : Cost 9.03 * 1,234 @ 56 after 64,000 : Time 60s : 1234.5 words/s``.

Validations are ``[valid] Ep. 1 : Up. 5000 : bleu : 23.4 : new best``. The step is the update.
"""

import re

from workers.logs.formats import Memory
from workers.logs.numbers import NUMBER, to_number
from workers.logs.records import EVAL, TRAIN, Count, Reading, Record
from workers.logs.timestamps import strip_stamp

SIGNS = ("Up. ", "after-batches", "after-epochs", "after: ")
_TRAIN = re.compile(r"(?:\[training\] )?Ep\. (?P<epoch>[\d.]{1,12}) : Up\. (?P<update>[\d,]{1,15}) : (?P<rest>Sen\..*)")
_VALID = re.compile(
    r"\[valid\] (?:\[[^\]]{1,200}\] )?Ep\. (?P<epoch>[\d.]{1,12}) : Up\. (?P<update>[\d,]{1,15}) : "
    rf"(?P<name>[\w./-]{{1,60}}) : (?P<value>{NUMBER})"
)
_FIELD = re.compile(
    rf"(?P<name>Cost|L\.r\.|gNorm|words/s|(?:dev|aux)\S{{0,20}})\s(?P<value>{NUMBER})|(?P<speed>{NUMBER})\s(?P<unit>words/s|labels/s)"
)
_LIMIT = re.compile(
    r"\[config\] after-(?P<unit>batches|epochs): (?P<total>\d+)|\[config\] after: (?P<count>\d+)(?P<short>[eu])\b"
)


def recognise(line: str, memory: Memory) -> bool:
    """Whether it is a line of Marian's training, validation or settings."""
    if len(line) > 2000:
        return False
    text = _text(line)
    return bool(_TRAIN.match(text) or _VALID.match(text) or _LIMIT.match(text))


def parse(line: str, memory: Memory) -> Reading | None:
    """The record of an update, or of a validation at it."""
    text = _text(line)
    limit = _LIMIT.match(text)
    if limit is not None:
        unit = limit["unit"] or {"e": "epochs", "u": "batches"}[limit["short"]]
        memory[unit] = float(limit["total"] or limit["count"]) or None
        return None
    time, _ = strip_stamp(line)
    valid = _VALID.match(text)
    if valid is not None:
        value = to_number(valid["value"])
        if value is None:
            return None
        return Reading([_record({f"valid/{valid['name']}": value}, valid, time)], (), EVAL)
    match = _TRAIN.match(text)
    if match is None:
        return None
    values: dict[str, float] = {}
    for field in _FIELD.finditer(match["rest"]):
        number = to_number(field["value"] or field["speed"])
        if number is not None:
            values[field["name"] or field["unit"]] = number
    record = _record(values, match, time)
    counts = (Count("update", record.step or 0.0, memory.get("batches")),)
    if not memory.get("batches") and memory.get("epochs"):
        counts = (Count("epoch", float(match["epoch"].strip(".") or 0), memory["epochs"]),)
    return Reading([record] if values else [], counts, TRAIN)


def _record(values: dict[str, float], match: "re.Match[str]", time: float | None) -> Record:
    epoch = to_number(match["epoch"])
    return Record(values, step=float(match["update"].replace(",", "") or 0), epoch=epoch, unit="update", time=time)


def _text(line: str) -> str:
    """The line from Marian's own words on; launchers put dates of their own before it."""
    for word in ("[valid]", "[training]", "[config]", "Ep. "):
        start = line.find(word, 0, 120)
        if start >= 0:
            return line[start:]
    return line
