"""fairseq, old and new: its simple lines, its bars, its summaries of an epoch, its validations and its JSON.

``train_inner | epoch 001:    100 / 1320 loss=9.8, ppl=830.4, num_updates=100, lr=1.2e-05`` and
``train | epoch 001 | loss 9.8 | ppl 830 | num_updates 1320``. The step is the number of updates.
"""

import re

from workers.logs.fields import load_object, split_fields, to_value
from workers.logs.formats import Memory
from workers.logs.formats.bars import read_bar
from workers.logs.records import EVAL, TRAIN, Count, Reading, Record
from workers.logs.timestamps import strip_stamp

SIGNS = ("epoch 0", "epoch 1", "num_updates", "max_update", "| epoch ")
_INNER = re.compile(
    r"(?:\| )?epoch (?P<epoch>\d{3,6}):?\s{1,9}(?P<batch>\d{1,9}) / (?P<batches>-?\d{1,12}) (?P<rest>\S.*)"
)
_VALID = re.compile(r"(?:\| )?epoch \d{3,6} \| valid on [^:|]{1,80}:?\s{1,9}(?P<done>\d{1,9}) / (?P<total>\d{1,9}) \S")
_BAR = re.compile(r"(?:\| )?epoch (?P<epoch>\d{3,6})(?P<valid>(?: \| valid on [^:|]{1,80})?):?\s{1,9}\d{1,3}%\|")
_SUMMARY = re.compile(
    r"(?:\| )?epoch (?P<epoch>\d{3,6}) (?:\| valid on '?(?P<subset>[\w.,-]{1,60})'? subset )?\| (?P<rest>.*)"
)
_JSON = re.compile(r"(?:\| )?(?P<object>\{.*\"(?:\w+_)?(?:num_updates|loss)\": .*\})\s*$")
_LIMITS = re.compile(r"\b['\"]?max_(?P<unit>update|epoch)['\"]?\s?[=:]\s?['\"]?(?P<total>\d+)")
_NEVER = frozenset(("num_updates", "wall", "train_wall", "epoch", "update", "best_checkpoint"))
_LONGEST = 60_000


def recognise(line: str, memory: Memory) -> bool:
    """Whether it is one of fairseq's lines of progress or metrics, or shows its settings."""
    if len(line) > _LONGEST:
        return False
    text = _text(line)
    if _INNER.match(text) or _BAR.match(text) or _VALID.match(text):
        return True
    match = _SUMMARY.match(text)
    if match is not None:
        return "loss " in match["rest"]
    if _JSON.match(text):
        return '"epoch"' in text
    return "max_update" in line and "max_epoch" in line and _LIMITS.search(line) is not None


def parse(line: str, memory: Memory) -> Reading | None:
    """The record of a line, at its number of updates."""
    time, _ = strip_stamp(line)
    text = _text(line)
    match = _INNER.match(text)
    if match is not None:
        batches = float(match["batches"])
        place = float(match["epoch"]), float(match["batch"]), batches if batches > 0 else None
        memory["inner"] = True
        return _reading(split_fields(match["rest"], ",", "="), *place, time, memory)
    match = _VALID.match(text)
    if match is not None:
        return Reading([], (Count("it", float(match["done"]), float(match["total"])),), EVAL)
    match = _BAR.match(text)
    if match is not None:
        return _bar(text, match, memory)
    match = _SUMMARY.match(text)
    if match is not None:
        return _summary(_spaced(match["rest"]), float(match["epoch"]), match["subset"], time, memory)
    match = _JSON.match(text)
    if match is not None:
        return _object(match["object"], time, memory)
    for limit in _LIMITS.finditer(line):
        memory[f"max_{limit['unit']}"] = float(limit["total"]) or None
    return None


def _text(line: str) -> str:
    """The line from where fairseq's own words begin, after the date and the logger's name."""
    start = line.find("epoch ")
    if start < 0:
        start = line.find('{"')
    return line[start:] if 0 <= start < 120 else line


def _bar(text: str, match: "re.Match[str]", memory: Memory) -> Reading | None:
    bar = read_bar(text)
    if bar is None:
        return None
    if match["valid"]:
        return Reading([], (Count("it", bar.done, bar.total),), EVAL)
    values = split_fields(bar.rest, ",", "=")
    if values:
        memory["inner"] = True
    reading = _reading(values, float(match["epoch"]), bar.done, bar.total, None, memory)
    for record in reading.records:
        record.redrawn = True
    return reading


def _reading(
    values: dict[str, float], epoch: float, batch: float, batches: float | None, time: float | None, memory: Memory
) -> Reading:
    updates = values.get("num_updates")
    metrics = {name: value for name, value in values.items() if name not in _NEVER}
    counts = _counts(updates, memory) or (
        Count("epoch", epoch, memory.get("max_epoch")),
        Count("batch", batch, batches if batches and batches >= batch else None),
    )
    if updates is None:
        record = Record(metrics, epoch=epoch, batch=batch, batches=batches, time=time)
    else:
        record = Record(metrics, step=updates, epoch=epoch, unit="update", time=time)
    return Reading([record] if metrics and batch else [], counts, TRAIN)


def _summary(
    values: dict[str, float], epoch: float, subset: str | None, time: float | None, memory: Memory
) -> Reading | None:
    """The averages of an epoch; named apart from the lines within it, where there are such."""
    updates = values.get("num_updates")
    prefix = f"{subset}/" if subset else "train/" if memory.get("inner") else ""
    own = f"{subset or 'train'} "
    metrics = {
        name if name.startswith(own) else prefix + name: value for name, value in values.items() if name not in _NEVER
    }
    if not metrics:
        return None
    step = updates if updates is not None else None
    record = Record(metrics, step=step, epoch=epoch, unit="update" if step is not None else "epoch", time=time)
    if subset:
        return Reading([record], (), EVAL)
    counts = _counts(updates, memory) or (Count("epoch", epoch, memory.get("max_epoch")),)
    return Reading([record], counts, TRAIN)


def _counts(updates: float | None, memory: Memory) -> tuple[Count, ...]:
    total = memory.get("max_update")
    return (Count("update", updates, total),) if updates is not None and total else ()


def _object(text: str, time: float | None, memory: Memory) -> Reading | None:
    found = load_object(text)
    if found is None or not isinstance(found.get("epoch"), int):
        return None
    values: dict[str, float] = {}
    prefixes = set()
    for key, value in found.items():
        number = to_value(str(value), key)
        prefix, _, name = key.partition("_")
        if prefix in ("train", "valid", "test") and name:
            prefixes.add(prefix)
            key = name
        if number is not None:
            values[key] = number
    subset = next(iter(prefixes - {"train"}), None)
    if prefixes:
        return _summary(values, float(found["epoch"]), subset, time, memory)
    memory["inner"] = True
    updates = values.get("num_updates")
    metrics = {name: value for name, value in values.items() if name not in _NEVER}
    record = Record(metrics, step=updates, epoch=float(values.get("update", found["epoch"])), unit="update", time=time)
    counts = _counts(updates, memory) or (Count("epoch", found["epoch"], memory.get("max_epoch")),)
    return Reading([record] if metrics else [], counts, TRAIN)


def _spaced(text: str) -> dict[str, float]:
    values: dict[str, float] = {}
    for part in text.split("|"):
        name, _, value = part.strip().rpartition(" ")
        number = to_value(value, name)
        if number is not None and name:
            values[name.strip()] = number
    return values
