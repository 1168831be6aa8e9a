"""A notebook file that is written while it runs (``.ipynb``): the texts of its outputs are read by the other families.

An output is a JSON list of strings, one a line. Tables of fastai and of the Hugging Face Trainer are HTML: a row is a
record whose first column is the epoch or the step. The sources of the cells are not read.
"""

import importlib
import json
import re
from typing import Any, cast

from workers.logs import formats
from workers.logs.formats import Family, Memory
from workers.logs.numbers import to_number
from workers.logs.records import TRAIN, Count, Reading, Record

SIGNS = ('"cells": [',)
_KEY = re.compile(r'\s{1,12}"(?P<key>[\w/.+-]{1,60})": (?P<rest>\[|\{|".*)')
_STRING = re.compile(r'\s{2,16}(?P<string>"(?:[^"\\]|\\.){0,20000}+"),?\s*$')
_TAG = re.compile(r"<t[hd][^>]{0,80}>\s?(?P<cell>[^<]{0,80}?)\s?</t[hd]>|(?P<row></?tr)")
_OUTPUTS = ("text", "text/plain", "text/html")
_COUNTERS = {"epoch": "epoch", "step": "step", "iteration": "iteration"}
_DURATION = re.compile(r"(?:\d+:)?\d\d:\d\d$")


def recognise(line: str, memory: Memory) -> bool:
    """Whether the file is a notebook: from its list of cells on, all lines are this family's."""
    return bool(memory.get("open")) or line.strip() == '"cells": ['


def parse(line: str, memory: Memory) -> Reading | None:
    """What the line says, if it is one of an output."""
    memory["open"] = True
    key = _KEY.match(line)
    if key is not None and _STRING.match(line) is None:
        memory.update(key=key["key"], cells=[])
        if key["rest"][0] != '"' or key["key"] not in _OUTPUTS:
            return None
        return _texts(key["rest"].rstrip().rstrip(","), memory)
    if line.strip() in ("]", "],"):
        memory["key"] = ""
        return None
    string = _STRING.match(line)
    if string is None or memory.get("key") not in _OUTPUTS:
        return None
    return _texts(string["string"], memory)


def _texts(quoted: str, memory: Memory) -> Reading | None:
    """What the lines of a quoted text say, all in one."""
    try:
        text = json.loads(quoted)
    except ValueError:
        return None
    if not isinstance(text, str):
        return None
    if memory.get("key") == "text/html":
        return _html(text, memory)
    records: list[Record] = []
    last: Reading | None = None
    for line in re.split(r"[\r\n]+", re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text)):
        reading = _inner(line, memory) if line and not line.isspace() else None
        if reading is not None:
            records += reading.records
            last = reading
    if last is not None:
        last.records = records
    return last


def _inner(line: str, memory: Memory) -> Reading | None:
    """What the first family that knows the line says of it; those in the middle of something are asked first."""
    memories: dict[str, Memory] = memory.setdefault("inner", {})
    for only_open in (True, False):
        for name in formats.ORDER:
            known = memories.get(name, {})
            if name == "notebook" or (only_open and not known.get("open")):
                continue
            family = cast(Family, importlib.import_module(f"workers.logs.formats.{name}"))
            if not only_open and family.SIGNS and not any(sign in line for sign in family.SIGNS):
                continue
            full: dict[str, Any] = {**known, "shared": memory.get("shared", {})}
            if not family.recognise(line, full):
                continue
            reading = family.parse(line, full)
            memories[name] = {key: value for key, value in full.items() if key != "shared"}
            return reading
    return None


def _html(text: str, memory: Memory) -> Reading | None:
    """The rows of a table that end in this text."""
    cells: list[str] = memory.setdefault("cells", [])
    records: list[Record] = []
    counts: tuple[Count, ...] = ()
    for tag in _TAG.finditer(text):
        if tag["row"] is None:
            cells.append(tag["cell"])
        elif tag["row"] == "<tr":
            cells.clear()
        elif cells:
            row = _row(cells, memory)
            cells.clear()
            if row is not None:
                records.append(row[0])
                counts = (row[1],)
    return Reading(records, counts, TRAIN) if records else None


def _row(cells: list[str], memory: Memory) -> tuple[Record, Count] | None:
    """The record of a row below its heading; the heading is kept in memory."""
    unit = _COUNTERS.get(cells[0].strip().lower())
    if unit is not None:
        memory["columns"] = list(cells)
        return None
    columns: list[str] = memory.get("columns", [])
    done = to_number(cells[0])
    if not columns or done is None or len(cells) != len(columns):
        return None
    values: dict[str, float] = {}
    for name, cell in zip(columns[1:], cells[1:], strict=True):
        value = to_number(cell) if cell and not _DURATION.match(cell) else None
        if value is not None and name:
            values[name] = value
    unit = _COUNTERS[columns[0].strip().lower()]
    if not values:
        return None
    record = Record(values, epoch=done) if unit == "epoch" else Record(values, step=done, unit=unit)
    return record, Count(unit, done)
