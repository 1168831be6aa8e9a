"""YOLO as of Ultralytics and its kin (v3, v5, v7 to v12, RT-DETR): tables whose head names the columns of bars.

A training record is an epoch's bar as drawn last, that is complete; an evaluation's is the ``all`` row. The row of the
last validation, after the training, repeats the last epoch.
"""

import re
from typing import Any

from workers.logs.formats import Memory
from workers.logs.numbers import NUMBER
from workers.logs.records import EVAL, LOAD, Count, Reading, Record

SIGNS = (
    "G  ",
    "M  ",
    " all ",
    "Class ",
    "classes ",
    "Epoch ",
    " epochs",
    "hyperparameters: ",
    "train: ",
    "val: ",
    "Speed: ",
)
_HEAD = re.compile(r"\s+Epoch\s+(?:GPU_mem|gpu_mem|lr|\w+_loss)\s[\w\s/.:]+$")
_BAR = re.compile(
    r"\s+(?P<epoch>\d+)/(?P<epochs>\d+)\s+(?P<cells>[\d.]+(?:e[+-]?\d+)?[GM]"
    rf"(?:\s+{NUMBER}){{1,12}}):\s+\d+%\s?(?P<rest>.*)"
)
_PLACE = re.compile(r"(?:^|[\s|])(?P<done>\d+)/(?P<total>\d+)[\s\[]")
_CLASSES = re.compile(
    r"\s*(?:Class\s+(?:Images|Instances)\s+(?:Instances|Labels|Targets|Images)|classes)\s+(?P<columns>\S[^\d\n:]*\S*.*)"
)
_ALL = re.compile(rf"\s+all(?P<cells>(?:\s+{NUMBER}){{2,24}})\s*$")
_START = re.compile(r"Starting training for (?P<epochs>\d+) epochs")
_ASIDE = re.compile(
    r"hyperparameters: \w+=|\s*\d+ epochs completed in |.{0,120}\bBest results observed at epoch "
    r"|Speed: [\d.]+ms pre-?process"
)
_LOADING = re.compile(r"(?:train|val|test): (?:Scanning|Caching|New cache|Fast image access)\b")
_SIZES = frozenset(
    {"GPU_mem", "gpu_mem", "Instances", "labels", "Labels", "targets", "Size", "img_size", "Images", "Targets"}
)


def recognise(line: str, memory: Memory) -> bool:
    """Whether the line is part of such a table."""
    if len(line) > 2000:
        return False
    forms = (_BAR.match, _ALL.match, _HEAD.match, _START.search, _ASIDE.match, _LOADING.match)
    return _is_classes(line) or any(form(line) for form in forms)


def parse(line: str, memory: Memory) -> Reading | None:
    """The losses of a complete bar, the results of an ``all`` row, or how far either is."""
    bar = _BAR.match(line)
    if bar:
        return _training(bar, memory)
    row = _ALL.match(line)
    if row:
        return _result(row["cells"].split(), memory)
    classes = _CLASSES.match(line)
    if classes and _is_classes(line):
        memory["results"] = _result_names(re.split(r":\s+\d+%|:\s*$", classes["columns"], maxsplit=1)[0])
        memory["boxed"] = "Box(" in line
        return Reading(phase=EVAL)
    if _LOADING.match(line):
        return Reading(phase=LOAD)
    if _HEAD.match(line):
        memory["columns"] = line.split()[1:]
    start = _START.search(line)
    if start:
        memory["epochs"] = float(start["epochs"])
    return None


def _is_classes(line: str) -> bool:
    match = _CLASSES.match(line)
    return match is not None and ("AP" in match["columns"] or "acc" in match["columns"] or " R " in match["columns"])


def _training(bar: "re.Match[str]", memory: Memory) -> Reading:
    epoch, label = float(bar["epoch"]), float(bar["epochs"])
    place = _PLACE.search(bar["rest"])
    batch, batches = (float(place["done"]), float(place["total"])) if place else (0.0, 0.0)
    if epoch == 0:
        memory["zero"] = True
    shown = label + 1 if _counts_from_zero(label, memory) else label
    counts: tuple[Count, ...] = (Count("epoch", epoch + (shown - label), shown),)
    if batches:
        counts += (Count("batch", batch, batches),)
    memory["epoch"] = epoch
    memory["validated"] = False
    columns = memory.get("columns", ())
    cells = bar["cells"].split()
    if len(columns) != len(cells):
        return Reading(counts=counts)
    values = {name: float(cell) for name, cell in zip(columns[1:], cells[1:], strict=True) if name not in _SIZES}
    return Reading([Record(values, epoch=epoch, redrawn=True)] if values else [], counts)


def _counts_from_zero(label: float, memory: Memory) -> bool:
    """Whether epochs are printed from 0 to one less than there are: versions 3 to 9 do, the package does not."""
    if memory.get("zero"):
        return True
    if "epochs" in memory:
        return bool(memory["epochs"] == label + 1)
    return (
        "obj_loss" in memory.get("columns", ()) or "obj" in memory.get("columns", ()) or not memory.get("boxed", True)
    )


def _result_names(text: str) -> list[str]:
    """The columns after the counts; of those of several tasks, all but the boxes' are named by the task too."""
    names: list[str] = []
    task = ""
    for word in re.sub(r"\)", " ) ", text).split():
        if word == ")":
            task = ""
            continue
        before, found, name = word.partition("(")
        if found:
            task = before
            word = name
        if word:
            names.append(f"{task} {word}" if task not in ("", "Box") else word)
    return names


def _result(cells: list[str], memory: Memory) -> Reading | None:
    names = memory.get("results")
    if not names:
        return None
    numbers = [float(cell.replace(",", "")) for cell in cells]
    if len(numbers) == len(names) + 2:
        numbers = numbers[2:]
    elif len(numbers) != len(names):
        return None
    values = dict(zip(names, numbers, strict=True))
    epoch = memory.get("epoch")
    place: dict[str, Any] = {}
    if epoch is not None:
        # What is validated once more when all is over is another record, even where nothing differs.
        place = {"step": epoch, "unit": "epoch"} if memory.get("validated") else {"epoch": epoch}
        memory["validated"] = True
    return Reading([Record(values, **place)], phase=EVAL)
