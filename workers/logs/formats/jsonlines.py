"""Metrics as JSON: an object in a line (detectron2, mmlab, LLaMA-Factory …) or over several lines (Chainer, ESPnet).

Also Python dicts as ``print`` shows them, objects behind a logger's words, and messages that a logger wraps in JSON.
Configurations, annotations, samples and predictions are JSON as well, and are not read.
"""

import re

from workers.logs import columns
from workers.logs.formats import Memory, general, huggingface
from workers.logs.objects import LONGEST, is_record, message_of, read_object, to_reading
from workers.logs.records import Count, Reading
from workers.logs.timestamps import strip_stamp

SIGNS = ('{"', "{'", "{ ", "{", '":', "}")
_OPENING = re.compile(r"(?:^\[?|\b(?:metrics?|results?|scores?|evaluation|summary)\W{1,4})\{$", re.IGNORECASE)
_MOST_LINES = 3000
_BEFORE = 90
_SETTINGS = re.compile(r"conf|arg|param|setting|option|namespace|version|env|:::ML|\w=\s?$|coef", re.IGNORECASE)
_EVALUATION = re.compile(r"\b(val\w*|test\w*|eval\w*|dev)\b", re.IGNORECASE)
_POSITION = re.compile(
    r"\b(?P<unit>epoch|step|iter(?:ation)?|global[_ ]step)s?\b[\s:=\[#(]{0,9}(?P<done>\d+)"
    r"(?:\s{0,9}(?:/|of)\s{0,9}(?P<total>\d+))?",
    re.IGNORECASE,
)


def recognise(line: str, memory: Memory) -> bool:
    """Whether there is an object of metrics in the line, or it is a part of an object over several lines."""
    text = line.strip()
    if memory.get("open"):
        if _is_part(text):
            return True
        memory["open"] = False  # closing is all that asking changes
    if text.endswith("{") and _OPENING.search(text[-60:] if len(text) > 2 else text):
        return True
    before, found = _object(text)
    if found is None or _SETTINGS.search(before):
        return False
    said = message_of(found)
    if is_record(found) and not (said and "record" in found):
        return _has_step(found) or not huggingface.recognise(line, {})
    return said is not None and general.recognise(said[0], _inner(memory))


def parse(line: str, memory: Memory) -> Reading | None:
    """The record that the object holds."""
    text = line.strip()
    if memory.get("open") and _is_part(text):
        return _part(text, memory)
    if text.endswith("{") and _OPENING.search(text[-60:] if len(text) > 2 else text):
        memory.update(open=True, lines=["{"], depth=1)
        return None
    before, found = _object(text)
    if found is None:
        return None
    said = message_of(found)
    if not is_record(found) or (said and "record" in found):
        return _message(said, memory) if said else None
    position = _POSITION.search(before)
    phase = _EVALUATION.search(before)
    has_own = any(str(key).lower() in ("step", "epoch", "iter", "iteration", "global_step") for key in found)
    if position and not has_own:
        found = {position["unit"].lower().replace(" ", "_"): int(position["done"][:15]), **found}
    reading = to_reading(found, memory, phase=phase[1].lower() if phase else "")
    if reading and position and position["total"] and len(reading.counts) == 1 and not has_own:
        count = reading.counts[0]
        reading.counts = (Count(count.unit, count.done, float(position["total"][:15])),)
    time = strip_stamp(before)[0] if before else None
    if reading and time is not None:
        for record in reading.records:
            record.time = record.time or time
    return reading


def _object(text: str) -> tuple[str, dict[str, object] | None]:
    """The words before the object in a line, and the object."""
    text = text.lstrip("[ ").rstrip("], \t") if text.startswith("[{") else text.rstrip(", ")
    begin = text.find("{")
    if begin < 0 or begin > 200 or len(text) > LONGEST or not text.endswith("}"):
        return "", None
    before = text[:begin]
    if begin and len(strip_stamp(before)[1]) > _BEFORE:
        return "", None
    return before, read_object(text[begin:])


def _has_step(found: dict[str, object]) -> bool:
    return columns.assign(list(found)).unit not in ("row", "epoch")


def _is_part(text: str) -> bool:
    if text == '"cells": [':
        return False  # a notebook
    return text[:1] in ('"', "{", "}", "]", "[") or text.rstrip(",").replace(".", "", 1).lstrip("-").isdigit()


def _part(text: str, memory: Memory) -> Reading | None:
    lines: list[str] = memory["lines"]
    if text[0] in "}]":
        memory["depth"] -= 1
    if text[-1] in "{[":
        if text[-1] == "{" and len(text) == 1 and memory["depth"] == 0:
            lines.clear()
        memory["depth"] += 1
    if memory["depth"] < 0 or len(lines) > _MOST_LINES:
        memory.update(open=False, lines=[])
        return None
    if memory["depth"] > 0 or lines:
        lines.append(text)
    if memory["depth"] > 0 or not lines:
        return None
    whole = "".join(lines).rstrip(",")
    memory["lines"] = []
    found = read_object(whole)
    return to_reading(found, memory) if found is not None and is_record(found) else None


def _message(said: tuple[str, float | None], memory: Memory) -> Reading | None:
    text, time = said
    inner = _inner(memory)
    reading = general.parse(text, inner) if general.recognise(text, inner) else None
    memory["message"] = {key: value for key, value in inner.items() if key != "shared"}
    if reading is not None and time is not None:
        for record in reading.records:
            record.time = record.time or time
    return reading


def _inner(memory: Memory) -> Memory:
    return {**memory.get("message", {}), "shared": memory.get("shared", {})}
