"""Fields of a line whose layout is known: ``lr: 1e-4, eta: 0:12:00, loss: 0.52`` cut at its separators.

Cheaper than searching a line for pairs, and exact: what is no number (an ETA, a name) is left out.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from workers.logs.numbers import NUMBER, scaled

LONGEST = 8_000
"""Of a line longer than this no fields are read."""
_VALUE = re.compile(
    rf"\s*(?:tensor\()?['\"(\[]?(?P<number>{NUMBER})['\"\])]{{0,2}}\s?"
    r"(?:(?P<suffix>[kKMBGT])(?![A-Za-z])|(?:%|[mun]?s\b|[MGK]i?B\b|\w{1,12}/s(?:ec)?\b))?(?:\s*\([^()]{0,80}\))?\s*$"
)
_MEMORY = re.compile(r"mem", re.IGNORECASE)


def to_value(text: str, name: str = "") -> float | None:
    """The number of a field: ``2.1 (2.2)`` is 2.1, the current one of a meter; None for what is no number."""
    try:
        return float(text)
    except ValueError:
        pass
    match = _VALUE.match(text) if len(text) < 200 else None
    if match is None:
        return None
    suffix = match["suffix"] or ""
    return scaled(match["number"], "" if _MEMORY.search(name) else suffix)


def split_fields(text: str, separator: str, sign: str) -> dict[str, float]:
    """The fields of ``text`` that are numbers, by their names as printed."""
    values: dict[str, float] = {}
    for part in text[:LONGEST].split(separator):
        name, found, value = part.partition(sign)
        if not found:
            continue
        try:
            values[name.strip()] = float(value)
        except ValueError:
            number = to_value(value, name)
            if number is not None:
                values[name.strip()] = number
    values.pop("", None)
    return values


def load_object(line: str) -> dict[str, Any] | None:
    """The JSON object that a line is, bare NaN and Infinity allowed; None if it is none."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def numbers_of(known: Mapping[str, Any]) -> dict[str, float]:
    """The entries of a JSON object that are numbers; truth values are none."""
    return {
        name: float(value)
        for name, value in known.items()
        if isinstance(value, int | float) and value is not True and value is not False
    }
