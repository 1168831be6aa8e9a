"""Names and numbers in a stretch of text that is known to hold metrics: what follows a progress bar, a field.

The text is ``loss=0.31, acc=85.3%``, ``{'loss': '0.31'}``, ``loss: 0.31 | acc: 0.85`` or, where the caller says that it
may be, ``loss 0.31 acc 0.85``.
"""

import re
from functools import lru_cache

from workers.logs.names import is_never, tidy
from workers.logs.numbers import NUMBER, scaled

LONGEST = 6000
"""Of a text longer than this only the beginning is searched."""
WORD = r"[^\W\d](?:[\w.@+%]|[/-](?!\s)){0,60}+"
_VALUE = (
    rf"(?:tensor\()?(?P<number>{NUMBER})\.?(?:(?P<unit>%|[kKMGBT])(?![A-Za-z]))?"
    r"(?:[ms]?s(?![A-Za-z/]))?(?![\w:/*]|\.\w|-\d|\s?[MG]i?B\b)"
)
_SIGNED = re.compile(
    rf"(?<![\w./@+%-])(?P<name>{WORD}(?:[ -]{{1,2}}(?:{WORD}|\(\w{{1,20}}[ \w%]{{0,20}}\)|top-?\d)){{0,4}}?"
    r"(?:\([\w/%]{1,12}\))?)"
    rf"['\"]?\s{{0,8}}+(?:=>|[:=：])\s{{0,8}}+['\"\[(]?{_VALUE}"
)
_SPACED = re.compile(
    rf"(?<![\w./@+%-])(?P<name>{WORD}(?: (?:{WORD}|\(\w{{1,20}}[ \w%]{{0,20}}\))){{0,3}}?)\s{{1,8}}+{_VALUE}"
    r"(?=$|[\s,;|)\]])"
)
_POSITION = frozenset(
    (
        *(
            "epoch",
            "epochs",
            "ep",
            "step",
            "steps",
            "iter",
            "iters",
            "iteration",
            "iterations",
            "it",
            "batch",
            "batches",
        ),
        *("i", "n", "idx", "index", "eta", "remaining", "elapsed", "total_steps", "max_steps"),
    )
)
_DIGIT = re.compile(r"\d|nan|inf", re.IGNORECASE)
_MEMORY = re.compile(r"mem|vram|ram\b|bytes", re.IGNORECASE)


def read_pairs(text: str, *, spaced: bool = False) -> dict[str, float]:
    """The pairs of a name and a number, in order; ``spaced`` also takes those with only a space between.

    Counters such as ``epoch=3`` are among them (see :func:`split_position`); what never is a metric is left out, and so
    is memory with a unit.
    """
    found: dict[str, float] = {}
    between: list[str] = []
    end = 0
    text = text[:LONGEST]
    for match in _SIGNED.finditer(text):
        _add(found, match)
        between.append(text[end : match.start()])
        end = match.end()
    if spaced:
        rest = ";".join([*between, text[end:]])
        if _DIGIT.search(rest):
            for match in _SPACED.finditer(rest):
                _add(found, match)
    return found


def without_pairs(text: str) -> str:
    """What is left of a text when the pairs of names and numbers are taken out."""
    return _SIGNED.sub("", text[:LONGEST])


def split_position(pairs: dict[str, float]) -> tuple[dict[str, float], dict[str, float]]:
    """The metrics among the pairs, and the counters (epoch, step, iter …) by their names in small letters."""
    position = {name.lower(): value for name, value in pairs.items() if name.lower() in _POSITION}
    if not position:
        return pairs, position
    return {name: value for name, value in pairs.items() if name.lower() not in _POSITION}, position


def _add(found: dict[str, float], match: "re.Match[str]") -> None:
    name = _to_name(match["name"])
    unit = match["unit"] or ""
    if not name or (unit in "GMBK" and unit and _MEMORY.search(name)):
        return
    found[name] = scaled(match["number"], "" if unit == "%" else unit)


@lru_cache(maxsize=4096)
def _to_name(text: str) -> str:
    """The name of a metric as it is kept; empty where that never is one."""
    name = tidy(text)
    if "(" in name and ")" not in name:
        name += ")"
    return "" if is_never(name) else name
