"""The summary of COCO's evaluation, as most detectors print it: `` Average Precision  (AP) @[ IoU=0.50 | …] = 0.5``."""

import re
from typing import Any

from workers.logs.formats import Memory
from workers.logs.numbers import NUMBER
from workers.logs.records import EVAL, Reading, Record

SIGNS = (" @[ IoU=", "IoU metric: ", "annotation type *")
_ROW = re.compile(
    r"(?:^|\s)Average (?:Precision|Recall)\s+\((?P<name>AP|AR)\) @\[ IoU=(?P<iou>\d+(?:\.\d+)?(?::\d+\.\d+)?)\s*\|"
    rf"\s*area=\s*(?P<area>\w+)\s*\|\s*maxDets=\s*(?P<detections>\d+)\s*\]\s*=\s*(?P<value>{NUMBER})\s*$"
)
_TASK = re.compile(r"IoU metric: (?P<task>\w+)|\bRunning per image evaluation\.\.\.|annotation type \*(?P<type>\w+)\*")
_AREAS = {"all": "", "small": "s", "medium": "m", "large": "l"}


def recognise(line: str, memory: Memory) -> bool:
    """Whether it is a row of that summary, or says what is evaluated."""
    return bool(_ROW.search(line[:300]) or _TASK.search(line[:300]))


def parse(line: str, memory: Memory) -> Reading | None:
    """One precision or recall, named as papers do: AP, AP50, APs, AR100; with the task where it is not of boxes."""
    row = _ROW.search(line[:300])
    if row is None:
        task = _TASK.search(line[:300])
        found = (task["task"] or task["type"]) if task else None
        if found:
            memory["task"] = "" if found == "bbox" else found
        return Reading(phase=EVAL)
    value = float(row["value"].replace(",", ""))
    if value == -1:
        return None  # undefined: nothing of that size
    name = row["name"]
    if ":" not in row["iou"]:
        name += f"{float(row['iou']) * 100:g}"
    name += _AREAS.get(row["area"], row["area"])
    if row["name"] == "AR" and row["area"] == "all" and ":" in row["iou"]:
        name += row["detections"]
    task = memory.get("task", "")
    shared = memory.get("shared", {})
    place: dict[str, Any] = {"step": shared.get("step")}
    if shared.get("epoch"):
        place = {"epoch": shared["epoch"][0]}
    return Reading([Record({f"{task} {name}" if task else name: value}, **place)], phase=EVAL)
